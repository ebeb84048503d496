"""
The ``sse`` entrypoint: a channel read as an event stream (WHATWG HTML, 9.2).

A client gets, always in this order: the events that it missed, the events as
they are published, heartbeats while it is quiet, and at the end a goodbye.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator
from twisted.internet.interfaces import IDelayedCall
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.channel.channel import Channel
from relay.channel.channels import ChannelRefused
from relay.channel.entry import Gap
from relay.channel.subscribers.filter import TooManyFilters
from relay.channel.subscribers.framing import (
    GraviteeSseFraming,
    SseForm,
    SseFraming,
    error_event,
    retry_block,
    with_retry,
)
from relay.channel.subscribers.subscriber import ByteSubscriber
from relay.channel.verdict import SourceRefusal
from relay.connectors.interfaces import EntrypointContext, IEntrypoint
from relay.connectors.parameters import (
    BadParameter,
    read_filter,
    read_last_event_id,
    refusal_of,
)
from relay.connectors.verdict_wait import VerdictWait, refusal_by_source
from relay.eventstream.encoder import encode
from relay.eventstream.event import Event
from relay.gateway.feed import Feed
from relay.gateway.flows.events import ShapedChannel
from relay.gateway.message import MessageCall
from relay.gateway.responses import refusals
from relay.http.accept import ANYTHING, Preference
from relay.http.fanout import FanoutTarget
from relay.http.refusals import Refusal
from relay.model.api.cors import CorsOptions
from relay.model.api.kinds import EntrypointType
from relay.model.api.messages.channel_options import SlowConsumerOptions
from relay.model.api.messages.message_options import Compatibility, HeartbeatInterval
from relay.model.marks import Mark
from relay.model.outcome import COMES_BACK, Outcome
from relay.model.progress import Progress
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Flag, Milliseconds, MillisecondsOrOff

SPREAD = 0.1
"""By how much of it the maximum duration varies, so that clients do not come back all
at once and a load balancer can place them anew."""


class RetryOptions(Options):
    """The bounds of the reconnection time that is sent to a client."""

    min: Milliseconds = 1000
    """The shortest time."""
    max: Milliseconds = 29_999
    """The longest time."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.max < self.min:
            raise ValueError("max must not be less than min")
        return self


class SseEntrypointOptions(Options):
    """Sends events as an event stream (Server-Sent Events)."""

    heartbeat_interval_in_ms: HeartbeatInterval = 5000
    """How long a stream may be quiet; 0 sends no heartbeats."""
    metadata_as_comment: Flag = False
    """Whether events carry their metadata, as comment lines."""
    headers_as_comment: Flag = False
    """Whether events carry their headers, as comment lines."""
    retry_ms: RetryOptions = RetryOptions()
    max_duration_ms: MillisecondsOrOff = 0
    """How long a stream lasts, give or take a tenth; 0 is for ever."""
    refusals: Literal["status", "retry"] = "status"
    """Refuse with an error status, or with a 200 and a reconnection time."""
    gap_notice: Literal["event", "header", "none"] = "event"
    """How a client learns that events are missing: by an event, by a header, or not."""
    control_events: Literal["event", "off"] = "event"
    """Whether events may be sent that do not come from the source."""
    slow_consumer: SlowConsumerOptions = SlowConsumerOptions()
    compatibility: Compatibility = "relay"
    """Whose clients the streams are for: the form of events and heartbeats."""
    allow_filter: Flag = False
    """Whether clients may filter, by ``?types=`` and ``?filter=``."""
    cors: CorsOptions = CorsOptions()

    def framing(self) -> SseForm:
        """Make the form of the streams."""
        form = SseFraming if self.compatibility == "relay" else GraviteeSseFraming
        return form(
            self.metadata_as_comment,
            self.headers_as_comment,
            tell_gaps=self.gap_notice == "event" and self.control_events == "event",
            heartbeat_ms=self.heartbeat_interval_in_ms,
        )


SSE_ENTRYPOINT = EntrypointType(
    "sse", "Server-Sent Events", "MESSAGE", SseEntrypointOptions
)


@implementer(IEntrypoint)
class SseEntrypointType:
    """Makes ``sse`` entrypoints."""

    kind = SSE_ENTRYPOINT
    order = 10

    def build(
        self, configuration: dict[str, Any], context: EntrypointContext
    ) -> SseEntrypoint:
        """Make the entrypoint of one API."""
        return SseEntrypoint(SseEntrypointOptions.read(configuration), context)


class SseEntrypoint:
    """The entrypoint of one API."""

    upgrades = False
    methods = (b"GET", b"HEAD")

    def __init__(
        self, options: SseEntrypointOptions, context: EntrypointContext
    ) -> None:
        self.options = options
        self.cors = options.cors
        self.reactor = context.reactor
        self.framing = options.framing()
        self._alone = "http-get" not in context.siblings

    def prefers(self, call: MessageCall) -> Preference | None:
        """Take calls that accept an event stream, and their preflight requests."""
        if call.preflight_method is not None:
            return ANYTHING
        wanted = call.accept.prefers(b"text/event-stream")
        if wanted is not None and wanted.precision == 0 and not self._alone:
            # A client that takes anything waits for an end: http-get answers it.
            return None
        return wanted

    def attach(self, call: MessageCall) -> None:
        """Answer with the stream; ``HEAD`` with its head alone, without a channel."""
        if call.preflight_method is not None:
            call.answer_preflight(b"GET, HEAD, OPTIONS")
            return
        try:
            subscription = Subscription(self, call)
            if call.method == b"HEAD":
                call.exchange.answer(200, b"OK", self.headers(call))
            else:
                subscription.start()
        except BadParameter as error:
            call.refuse(refusal_of(error))
        except (TooManyFilters, ChannelRefused) as error:
            self.turn_away(call, refusal_of(error))

    def turn_away(self, call: MessageCall, refusal: Refusal) -> None:
        """
        Refuse the client for a limited time; a browser never reconnects after an error
        status.
        """
        if self.options.refusals == "status":
            call.refuse(refusal)
            return
        call.exchange.answer(
            200,
            b"OK",
            self.headers(call),
            retry_block(self.retry_ms()),
            event_stream=True,
            outcome=refusal.outcome,
            clock=refusal.clock,
        )

    def retry_ms(self) -> int:
        """Choose when the client is to come back: not all at once."""
        retry = self.options.retry_ms
        return random.randint(retry.min, retry.max)

    def headers(self, call: MessageCall) -> Headers:
        """Make the head of a stream."""
        headers = call.cors_headers()
        headers.setRawHeaders(b"content-type", [b"text/event-stream;charset=UTF-8"])
        headers.setRawHeaders(b"cache-control", [b"no-cache, no-transform"])
        return headers

    def close(self) -> None:
        """There is nothing to close."""


class Subscription(Feed):
    """
    One client's stream, between the channel's subscriber and the exchange.

    :raises BadParameter: for an invalid or unavailable value of a parameter.
    """

    __slots__ = (
        "_call",
        "_channel",
        "_entrypoint",
        "_exchange",
        "_first",
        "_last_event_id",
        "_subscriber",
        "_timer",
        "_wait",
    )

    def __init__(self, entrypoint: SseEntrypoint, call: MessageCall) -> None:
        options = entrypoint.options
        self._entrypoint = entrypoint
        self._call = call
        self._exchange = call.exchange
        self._last_event_id = read_last_event_id(call)
        wanted = read_filter(call, options.allow_filter)
        self._subscriber = ByteSubscriber(
            wanted, entrypoint.framing, self, options.slow_consumer, call.client
        )
        self._channel: Channel | ShapedChannel | None = None
        self._first = True
        self._timer: IDelayedCall | None = None
        self._wait: VerdictWait | None = None

    def start(self) -> None:
        """
        Attach, and answer when the verdict of the source is known.

        :raises ChannelRefused: when there are too many channels.
        :raises TooManyFilters: when the channel has too many filters.
        """
        channel = self._call.subscribe(self._subscriber, self._last_event_id)
        self._channel = channel
        self._exchange.feed = self
        if channel.verdict.pending:
            reactor = self._entrypoint.reactor
            self._wait = VerdictWait(reactor, channel.verdict, self._answer)
        else:
            self._answer()

    def _answer(self) -> None:
        """Write the head, and start delivery."""
        entrypoint, exchange = self._entrypoint, self._exchange
        channel, self._wait = self._channel, None
        if exchange.over or channel is None:
            return
        if channel.verdict.refusal is not None:
            exchange.refuse(refusal_by_source(channel.verdict.refusal))
            return
        if channel.is_over_for(self._subscriber):
            headers = self._call.cors_headers()
            exchange.answer(204, b"No Content", headers, outcome=Outcome.SOURCE_ENDED)
            return
        headers = self._headers(self._subscriber.gap)
        exchange.begin(200, b"OK", headers, event_stream=True)
        if entrypoint.framing.first_block:
            self._first = False
            exchange.write(retry_block(entrypoint.retry_ms()))
        duration_ms = entrypoint.options.max_duration_ms
        if duration_ms:
            duration_ms = round(duration_ms * random.uniform(1 - SPREAD, 1 + SPREAD))
            self._timer = entrypoint.reactor.callLater(
                duration_ms / 1000.0, self._expire
            )
        self._subscriber.resume()

    def _headers(self, gap: Gap | None) -> Headers:
        headers = self._entrypoint.headers(self._call)
        if gap is not None and self._entrypoint.options.gap_notice != "none":
            headers.setRawHeaders(b"relay-replay", [b"gap"])
        return headers

    def deliver(self, data: bytes) -> None:
        """Write events, or a heartbeat, to the client."""
        if self._first and data[:1] != b":":
            self._first = False
            data = with_retry(data, self._entrypoint.retry_ms())
        self._exchange.write(data)

    def target(self) -> FanoutTarget | None:
        """Return the client's connection, once the client has its reconnection time."""
        return None if self._first else self._exchange.fanout_target()

    def missed(self, gap: Gap) -> None:
        """Note a gap of this client alone."""
        self._exchange.record.timeline.note(Mark.GAP, gap.reason)

    def cut(self, outcome: Outcome, key: str) -> None:
        """The client is too slow."""
        self._exchange.end(outcome, key)

    def fail(self, outcome: Outcome) -> None:
        """Delivery to the client has failed."""
        key = None if outcome is Outcome.LIMIT_REACHED else refusals.UNEXPECTED.key
        self._exchange.end(outcome, key)

    def refused(self, refusal: SourceRefusal) -> None:
        """Report a refusal of the source, as a status or at the end of the stream."""
        exchange = self._exchange
        if not exchange.begun:
            exchange.refuse(refusal_by_source(refusal))
            return
        outcome = Outcome.UPSTREAM_REFUSED
        if self._entrypoint.options.control_events == "event":
            details = {"status": refusal.status, "message": refusal.reason}
            exchange.write(error_event(outcome, **details))
        exchange.end(outcome)

    def finish(self) -> None:
        """The source has nothing more to give, and the client has it all."""
        self._exchange.end(Outcome.SOURCE_ENDED)

    def leave(self) -> None:
        """The channel is closed: another deployment has its own."""
        if self._exchange.begun:
            self._exchange.end(Outcome.STOPPED)
        else:
            self._exchange.refuse(refusals.REDEPLOYED)

    def goodbye(self, outcome: Outcome) -> bytes | None:
        """Return ``event: goaway`` or ``event: error``, if control events are on."""
        if outcome is Outcome.REFUSED:
            # The request body breaks HTTP: its connection cannot be used any more.
            return None
        self._subscriber.settle()
        options = self._entrypoint.options
        if options.control_events == "off":
            return b""
        if outcome not in COMES_BACK:
            return error_event(outcome)
        goaway = self._entrypoint.framing.goaway
        if self._exchange.leaves_evenly:
            return with_retry(goaway, options.retry_ms.min)
        return (
            with_retry(goaway, self._entrypoint.retry_ms()) if self._first else goaway
        )

    def control(self, name: str, content: Mapping[str, object]) -> bytes | None:
        """Return an event, if control events are on."""
        if self._entrypoint.options.control_events != "event":
            return None
        self._subscriber.settle()
        return encode(Event(name, json.dumps(content)))

    def clocks(self) -> dict[str, float | None]:
        """Return what is left of the maximum duration."""
        timer = self._timer
        if timer is None:
            return {}
        return {"maxDurationMs": timer.getTime() - self._entrypoint.reactor.seconds()}

    def progress(self) -> Progress | None:
        """Return how far the client has read."""
        return self._subscriber.progress()

    def pause(self) -> None:
        """The client takes no more for now."""
        self._subscriber.pause()

    def resume(self) -> None:
        """The client takes more."""
        if self._wait is None:
            self._subscriber.resume()

    def release(self) -> None:
        """The exchange is over."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        wait, self._wait = self._wait, None
        if wait is not None:
            wait.stop()
        self._subscriber.leave()

    def _expire(self) -> None:
        self._timer = None
        self._exchange.end(Outcome.MAX_DURATION, clock="maxDurationMs")


sse_entrypoint = SseEntrypointType()
