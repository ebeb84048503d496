"""The ``websocket`` entrypoint: one event in each frame, in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import (
    BytesMessage,
    CloseConnection,
    Event,
    Ping,
    TextMessage,
)
from wsproto.utilities import LocalProtocolError, RemoteProtocolError
from zope.interface import implementer

from relay.channel.channel import Channel
from relay.channel.channels import ChannelElsewhere, ChannelRefused
from relay.channel.entry import Entry, Gap
from relay.channel.subscribers.subscriber import ByteSubscriber
from relay.channel.verdict import SourceRefusal
from relay.channel.writer import ArchiveClosed, NotKept
from relay.connectors.interfaces import EntrypointContext, IEntrypoint
from relay.connectors.parameters import (
    NotAttached,
    read_filter,
    read_last_event_id,
    refusal_of,
)
from relay.connectors.publication import BadEvent
from relay.connectors.verdict_wait import VerdictWait, refusal_by_source
from relay.connectors.websocket import frames as frames
from relay.connectors.websocket.forms import close_code, form_of
from relay.connectors.websocket.handshake import offers_websocket, shake_hands
from relay.connectors.websocket.limits import FrameLimits
from relay.connectors.websocket.options import WEBSOCKET_ENTRYPOINT, WebsocketOptions
from relay.connectors.websocket.pings import Pings
from relay.gateway.feed import Feed
from relay.gateway.flows.events import EventRefused, ShapedChannel
from relay.gateway.message import MessageCall
from relay.gateway.responses import refusals
from relay.http.accept import Preference
from relay.http.fanout import FanoutTarget
from relay.model.marks import Mark
from relay.model.outcome import COMES_BACK, Outcome
from relay.model.progress import Progress

UPGRADE = Preference(1.0, 3, 0)
"""An upgrade is asked for by name: no media type suits a call better."""
MOST_UNDER_WAY_BYTES = 1 << 20
"""With more text than this published and not yet safe, no more is read."""


@implementer(IEntrypoint)
class WebsocketEntrypointType:
    """Makes ``websocket`` entrypoints."""

    kind = WEBSOCKET_ENTRYPOINT
    order = 0

    def build(
        self, configuration: dict[str, Any], context: EntrypointContext
    ) -> WebsocketEntrypoint:
        """Make the entrypoint of one API."""
        return WebsocketEntrypoint(WebsocketOptions.read(configuration), context)


class WebsocketEntrypoint:
    """The entrypoint of one API."""

    upgrades = True
    methods = (b"GET",)
    cors = None
    """A page is not shown the answer to its handshake."""

    def __init__(self, options: WebsocketOptions, context: EntrypointContext) -> None:
        self.options = options
        self.form = form_of(options.compatibility)
        self.origins = options.cors
        self.pings = Pings(
            context.reactor, options.heartbeat_interval_in_ms, options.pong_timeout_ms
        )
        self.longest_bytes = context.channels.options.max_event_bytes
        self.clock = context.reactor

    def prefers(self, call: MessageCall) -> Preference | None:
        """Take calls that ask for a WebSocket, before any other entrypoint."""
        return UPGRADE if offers_websocket(call) else None

    def attach(self, call: MessageCall) -> None:
        """Shake hands, and let the frames come."""
        try:
            headers = shake_hands(call, self.options.cors)
            if headers is not None:
                WebsocketSession(self, call).start(headers)
        except NotAttached as error:
            call.refuse(refusal_of(error))

    def close(self) -> None:
        """There is nothing to close."""


class WebsocketSession(Feed):
    """
    One client's connection.

    :raises BadParameter: for an invalid or unavailable value of a parameter.
    """

    log = Logger()

    def __init__(self, entrypoint: WebsocketEntrypoint, call: MessageCall) -> None:
        options = entrypoint.options
        self._entrypoint = entrypoint
        self._call = call
        self._exchange = call.exchange
        self._connection = Connection(ConnectionType.SERVER)
        self._form = entrypoint.form
        longest_bytes = self._form.longest_message(entrypoint.longest_bytes)
        self._limits = FrameLimits(entrypoint.clock.seconds, longest_bytes)
        self._parts: list[Any] = []
        """The message that has not come completely: texts, or bytes."""
        self._under_way_bytes = 0
        """How much was published and is not yet safe."""
        self._full = False
        """Whether the client takes no more for now."""
        self._unread = False
        """Whether nothing is read from the client for now."""
        self._last_event_id = read_last_event_id(call)
        wanted = read_filter(call, options.allow_filter)
        self._subscriber = ByteSubscriber(
            wanted, self._form.framing, self, options.slow_consumer, call.client
        )
        self._channel: Channel | ShapedChannel | None = None
        """What it reads; a client that only publishes keeps none open."""
        self._wait: VerdictWait | None = None
        self._goodbye: bytes | None = None
        """The close frame, once it is known."""

    def start(self, headers: Headers) -> None:
        """
        Attach if the client reads, and begin when the verdict of the source is known.

        :param headers: the headers of the 101 response.
        :raises ChannelRefused: when there are too many channels.
        :raises TooManyFilters: when the channel has too many filters.
        """
        if self._entrypoint.options.subscriber.enabled:
            subscriber, position = self._subscriber, self._last_event_id
            self._channel = self._call.subscribe(subscriber, position)
        self._exchange.feed = self
        if self._channel is not None and self._channel.verdict.pending:
            clock, verdict = self._entrypoint.clock, self._channel.verdict
            self._wait = VerdictWait(clock, verdict, partial(self._begin, headers))
        else:
            self._begin(headers)

    def _begin(self, headers: Headers) -> None:
        """Switch protocols, and start delivery."""
        self._wait = None
        if self._exchange.over:
            return
        refusal = self._channel.verdict.refusal if self._channel is not None else None
        if refusal is not None:
            self._exchange.refuse(refusal_by_source(refusal))
            return
        gap = self._subscriber.gap
        if gap is not None and not self._form.framing.encode_gap(gap):
            headers.setRawHeaders(b"relay-replay", [b"gap"])
        self._exchange.upgrade(headers, self.received)
        self._entrypoint.pings.watch(self)
        self._subscriber.resume()

    def received(self, data: bytes) -> None:
        """Receive data of the client."""
        self._entrypoint.pings.heard(self)
        code = self._limits.feed(data)
        if code is not None:
            reason = "the message is too long" if code == frames.TOO_BIG else "flood"
            self._close(code, reason, Outcome.LIMIT_REACHED)
            return
        try:
            self._connection.receive_data(data)
            for event in self._connection.events():
                if self._exchange.over:
                    return
                self._happened(event)
        except (RemoteProtocolError, LocalProtocolError) as error:
            self._close(1002, str(error), Outcome.REFUSED)

    def _happened(self, event: Event) -> None:
        if isinstance(event, BytesMessage) and not self._form.takes_bytes:
            self._close(frames.UNSUPPORTED, "events are text frames", Outcome.REFUSED)
        elif isinstance(event, TextMessage | BytesMessage):
            self._message_received(event)
        elif isinstance(event, Ping):
            self._exchange.write(self._connection.send(event.response()))
        elif isinstance(event, CloseConnection):
            # A violation comes as an event, too, with the code that names it.
            left = self._connection.state is ConnectionState.REMOTE_CLOSING
            self._goodbye = self._connection.send(event.response())
            self._exchange.end(Outcome.CLIENT_GONE if left else Outcome.REFUSED)

    def _message_received(self, event: TextMessage | BytesMessage) -> None:
        self._parts.append(event.data)
        if event.message_finished:
            parts, self._parts = self._parts, []
            binary = isinstance(event, BytesMessage)
            self._publish(b"".join(parts) if binary else "".join(parts))

    def _publish(self, payload: str | bytes) -> None:
        """Publish one event, and answer as the form of the frames says."""
        form, publishes = self._form, self._entrypoint.options.publishes
        if not publishes and form.ignores_publishers:
            return
        if self._call.channels.closed:
            self.leave()
            return
        try:
            if not publishes:
                raise BadEvent("this API takes no events by WebSocket", 403)
            topic, longest = self._call.topic, self._entrypoint.longest_bytes
            message = form.read(payload, topic, longest)
            channel = self._channel or self._call.open_channel()
        except BadEvent as error:
            self._tell_error(error.status, str(error))
            return
        except ChannelElsewhere:
            self.leave()
            return
        except ChannelRefused as error:
            refusal = refusal_of(error)
            self._tell_error(refusal.status, refusal.message)
            return
        self._under_way_bytes += len(payload)
        done = channel.submit([message])
        done.addCallbacks(self._published, self._not_published)
        done.addCallback(self._is_safe, len(payload))
        self._govern_reading()

    def _is_safe(self, _: object, size_bytes: int) -> None:
        self._under_way_bytes -= size_bytes
        self._govern_reading()

    def _govern_reading(self) -> None:
        """Read as long as the client takes answers, and the store takes events."""
        paused = self._full or self._under_way_bytes > MOST_UNDER_WAY_BYTES
        if paused is self._unread or self._exchange.over:
            return
        self._unread = paused
        if paused:
            self._exchange.stream.pause_reading()
        else:
            self._exchange.stream.resume_reading()

    def _published(self, entries: list[Entry]) -> None:
        answer = self._form.acknowledgement(entries)
        if answer and not self._exchange.over:
            self._exchange.write(answer)

    def _not_published(self, failure: Failure) -> None:
        if failure.check(ArchiveClosed):
            self.leave()
            return
        if isinstance(failure.value, EventRefused):
            refusal = failure.value.refusal
            self._tell_error(refusal.status, refusal.message)
            return
        if not failure.check(NotKept):
            self.log.failure("an event could not be published", failure)
        self._tell_error(503, refusals.NOT_KEPT.message)

    def _tell_error(self, status: int, problem: str) -> None:
        if self._exchange.over:
            return
        answer = self._form.error(status, problem)
        if answer is None:
            self._close(close_code(status), problem, Outcome.REFUSED)
        else:
            self._exchange.write(answer)

    def deliver(self, data: bytes) -> None:
        """Write frames to the client."""
        self._exchange.events.add(frames.count_frames(data))
        self._exchange.write(data)

    def target(self) -> FanoutTarget | None:
        """Return the client's connection."""
        return self._exchange.fanout_target()

    def missed(self, gap: Gap) -> None:
        """Note a gap of this client alone."""
        self._exchange.record.timeline.note(Mark.GAP, gap.reason)

    def can_answer(self) -> bool:
        """Whether it is written to, and its answers are read."""
        return not self._full and not self._unread

    def ping(self) -> None:
        """Ask for a sign of life, unless there is nothing to be alive for."""
        if self._call.channels.closed:
            self.leave()
        else:
            self._limits.pinged()
            self._exchange.write(frames.PING_FRAME)

    def pong_missing(self) -> None:
        """The client is connected and does not answer."""
        self._exchange.write(frames.close_frame(frames.NO_ANSWER, "no pong"))
        self._exchange.end(Outcome.CLIENT_GONE, "CLIENT_PONG_MISSING", "pongTimeout")

    def _close(self, code: int, reason: str, outcome: Outcome) -> None:
        self._goodbye = frames.close_frame(code, reason)
        self._exchange.end(outcome)

    def cut(self, outcome: Outcome, key: str) -> None:
        """The client is too slow."""
        self._exchange.write(frames.close_frame(frames.TRY_AGAIN, "too slow"))
        self._exchange.end(outcome, key)

    def fail(self, outcome: Outcome) -> None:
        """Delivery to the client has failed."""
        key = None if outcome is Outcome.LIMIT_REACHED else refusals.UNEXPECTED.key
        self._exchange.end(outcome, key)

    def refused(self, refusal: SourceRefusal) -> None:
        """The source refuses to be read."""
        if self._exchange.begun:
            reason = f"{refusal.status}: {refusal.reason}"
            self._exchange.write(frames.close_frame(frames.BAD_GATEWAY, reason))
            self._exchange.end(Outcome.UPSTREAM_REFUSED)
        else:
            self._exchange.refuse(refusal_by_source(refusal))

    def finish(self) -> None:
        """The source has nothing more to give."""
        self._exchange.write(frames.close_frame(1000, "the source has ended"))
        self._exchange.end(Outcome.SOURCE_ENDED)

    def leave(self) -> None:
        """The channel is closed."""
        if self._exchange.begun:
            self._exchange.end(Outcome.STOPPED)
        else:
            self._exchange.refuse(refusals.REDEPLOYED)

    def goodbye(self, outcome: Outcome) -> bytes | None:
        """Return a close frame with the reason of the end."""
        if self._goodbye is not None or outcome is Outcome.CLIENT_GONE:
            return self._goodbye
        self._subscriber.settle()
        if outcome in COMES_BACK:
            return frames.close_frame(*self._form.going_away)
        return frames.close_frame(frames.NOT_ALLOWED, outcome)

    def control(self, name: str, content: Mapping[str, object]) -> bytes | None:
        """Return a frame with the content, if the form of the frames has one."""
        self._subscriber.settle()
        return self._form.control(name, content)

    def clocks(self) -> dict[str, float | None]:
        """Return what is left until a ping, or of the time for its answer."""
        return self._entrypoint.pings.clocks(self)

    def progress(self) -> Progress | None:
        """Return how far the client has read; None if it only publishes."""
        return self._subscriber.progress()

    def pause(self) -> None:
        """The client takes no more: give it none, and take none of its own."""
        self._full = True
        self._govern_reading()
        self._subscriber.pause()

    def resume(self) -> None:
        """The client takes more."""
        self._full = False
        self._govern_reading()
        if self._wait is None:
            self._subscriber.resume()

    def release(self) -> None:
        """The exchange is over."""
        self._entrypoint.pings.forget(self)
        wait, self._wait = self._wait, None
        if wait is not None:
            wait.stop()
        self._subscriber.leave()


websocket_entrypoint = WebsocketEntrypointType()
