"""
One client call, from its head to its one outcome.

An exchange joins the client, through its
:class:`~relay.http.client_stream.ClientStream`, to the feed that answers it: an
upstream call (``gateway/passthrough.py``), or a place in a channel. The end of the feed
or of the client, a clock or a stop, whichever is first, ends it through
:meth:`Exchange.end`; how it ends then is in ``gateway/endings.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.gateway.endings import BY_KEY, CLIENT_CLOSED_REQUEST, ENDINGS, Ending
from relay.gateway.feed import Feed
from relay.gateway.forwarder import ChunkForwarder
from relay.gateway.responses import refusals
from relay.gateway.responses.cors import cors_headers
from relay.gateway.responses.heads import complete, replace_fields
from relay.gateway.sent_events import SentEvents
from relay.gateway.services import Services
from relay.http.accept import accept_of
from relay.http.client_stream import ClientStream, transferred
from relay.http.fanout import FanoutTarget
from relay.http.fields import put_field
from relay.http.headers import (
    REQUEST_ID,
    TRANSACTION_ID,
    new_id,
    transaction_id,
)
from relay.http.limits.pace import Pace
from relay.http.refusals import Refusal, Wording
from relay.model.api.cors import CorsOptions
from relay.model.marks import Mark
from relay.model.outcome import Outcome
from relay.model.phrases import reason_phrase
from relay.model.schema.types.request_target import NO_TARGET
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.timeline import Timeline
from relay.plans.verdict import Admission
from relay.reactor.deadline import Deadline
from relay.reactor.isolation import call_each


class Exchange:
    """
    One call: the client's request, the feed that answers it, and its outcome.

    :param stream: the client's request, at its head.
    :param services: what all exchanges share; its settings apply until the end.
    :param record: the facts of the call so far, for the access log.
    :param trusted: whether the peer is a trusted proxy.
    """

    log = Logger()

    def __init__(
        self,
        stream: ClientStream,
        services: Services,
        record: AccessRecord,
        trusted: bool,
    ) -> None:
        self.stream = stream
        self.request = stream.request
        self.services, self.settings = services, services.settings
        self.record = record
        self.trusted = trusted
        self.target = NO_TARGET
        """What follows the context-path, without credentials; set by the API."""
        self.cors: CorsOptions | None = None
        """The pages in a browser that may read a refusal; None for none."""
        self.feed: Feed | None = None
        """Set once the client is admitted."""
        self.admission: Admission | None = None
        """The admission of the client; None before it, and for calls without one."""
        self.refusal_hook: Callable[[Refusal], Wording | None] | None = None
        """Returns the status, headers and body of a refusal; None for the default."""
        self.response_hooks: list[Callable[[int, Headers], None]] = []
        """Called with the status and the headers of the response, which they change."""
        self.end_hooks: list[Callable[[], None]] = []
        """Called once, when the exchange has its outcome."""
        self.trailers: list[tuple[bytes, bytes]] = []
        """Trailer fields of the response, set by the feed before it ends."""
        self.pace: Pace | None = None
        """How fast the body may be; None for any pace."""
        self.leaves_evenly = False
        """Whether it is ended as one of many, whose ends are spread over a time."""
        self.full = False
        """Whether the client takes no more for now."""
        self.duration_limit: Deadline | None = None
        """The maximum duration that a policy sets; None for none."""
        self._gone = False
        self.streams = False
        """Whether the response is an event stream, or the protocol was switched."""
        self._transaction_id = transaction_id(stream.request.headers)
        self._request_id = new_id()
        record.begun_s, record.begun_ms = services.reactor.seconds(), services.wall_ms()
        record.timeline = Timeline(services.reactor.seconds)
        self.events = SentEvents(stream.ledger, record.timeline)
        """The events that the client was sent."""
        record.request_id = self._request_id.decode()
        record.transaction_id = self._transaction_id.decode("latin-1")
        stream.responder = self
        services.observers.began(self)

    @property
    def ends_at_once(self) -> bool:
        """Whether a stop cuts the exchange at once, since its client reconnects."""
        return self.streams and self.request.method == b"GET"

    @property
    def begun(self) -> bool:
        """Whether the response has begun, so that it can no longer be refused."""
        return self.stream.begun

    @property
    def over(self) -> bool:
        """Whether it has its outcome."""
        return self.record.outcome is not None

    @property
    def transferred(self) -> Transferred:
        """What it has transferred so far."""
        return transferred(self.stream)

    def admitted(self, admission: Admission) -> None:
        """Record the admission and its plan, and let the client send its body."""
        self.admission, record = admission, self.record
        record.plan_id = plan_id = admission.plan_id
        record.application_id = application_id = admission.application_id
        record.subscription_id = subscription_id = admission.subscription_id
        record.timeline.note(Mark.ADMITTED, plan_id, application_id, subscription_id)
        if admission.grants:
            self.services.grants.add(self, admission.grants)
            self.end_hooks.append(partial(self.services.grants.remove, self))
        self.stream.send_continue()

    def identify(self, headers: Headers) -> None:
        """
        Add the ids of the exchange.

        :param headers: of a request or a response, changed in place.
        """
        put_field(headers, TRANSACTION_ID, self._transaction_id)
        put_field(headers, REQUEST_ID, self._request_id)

    def early_hints(self, headers: Headers) -> None:
        """
        Write a 103 response, which announces headers of the final one.

        :param headers: the end-to-end headers of the 103 response.
        """
        if not (self.over or self.stream.begun):
            self.stream.early_hints(headers)

    def begin(
        self, code: int, phrase: bytes, headers: Headers, event_stream: bool
    ) -> None:
        """
        Write the response's head.

        :param headers: the feed's, changed in place: the gateway's own are added.
        :param event_stream: whether the body is an event stream.
        """
        self.record.ttfb_ms = self.record.elapsed_ms(self.services.reactor.seconds())
        if event_stream:
            self.streams = True
            self.events.find_in_body(headers)
        services = self.services
        complete(headers, services.wall_ms(), self.settings.via, event_stream)
        self._finish_head(code, headers)
        self.stream.begin(code, phrase, headers)
        self._answered()

    def upgrade(self, headers: Headers, receiver: Callable[[bytes], None]) -> None:
        """
        Switch to another protocol; the feed counts its events itself.

        :param headers: of the feed, to which those of the gateway are added.
        :param receiver: receives the further bytes of the client.
        """
        self.record.ttfb_ms = self.record.elapsed_ms(self.services.reactor.seconds())
        self.streams = True
        self._finish_head(101, headers)
        self._answered()
        self.stream.upgrade(headers, receiver)

    def write(self, data: bytes) -> None:
        """
        Pass some of the body on.

        :param data: not empty.
        """
        events = self.events.feed(data)
        self.stream.write(data)
        if self.pace is not None:
            self.pace.spent(events, len(data))

    def open_chunk_forwarder(self) -> Callable[[bytes, bytes], None] | None:
        """
        Open a way to the client for whole chunks of the upstream.

        :return: takes chunks, and their content; None where they cannot be forwarded.
        """
        stream = self.stream
        if self.pace is not None or not stream.takes_chunks:
            return None
        return ChunkForwarder(stream.write_chunks, self.events).forward

    def fanout_target(self) -> FanoutTarget | None:
        """The client's stream, if it may be written what others are written; the first
        event is written through :meth:`write`."""
        if self.pace is not None or not self.events.any:
            return None
        return self.stream.fanout_target

    def answer(
        self,
        code: int,
        phrase: bytes,
        headers: Headers,
        body: bytes = b"",
        *,
        event_stream: bool = False,
        outcome: Outcome = Outcome.COMPLETED,
        clock: str | None = None,
    ) -> None:
        """
        Write a whole response, and end.

        :param headers: with the framing; the gateway's own are added here.
        :param body: not written in answer to ``HEAD``.
        """
        self.begin(code, phrase, headers, event_stream)
        if body and self.request.method != b"HEAD":
            self.write(body)
        self._end(Ending.FINISH, outcome, None, clock)

    def refuse(self, refusal: Refusal) -> None:
        """Answer with a refusal; once the head has been sent, end with its outcome."""
        if self.stream.begun:
            self.end(refusal.outcome, refusal.key, refusal.clock)
            return
        if not self._settle(refusal.outcome, refusal.key, refusal.clock):
            return
        self.record.timeline.note(Mark.REFUSED, refusal.status, refusal.key)
        wording = self.refusal_hook(refusal) if self.refusal_hook is not None else None
        status, given, body = wording or refusal.wording(
            accept_of(self.request.headers)
        )
        headers = cors_headers(self.request.headers, self.cors)
        refusal.add_headers(headers)
        replace_fields(headers, given, self.services.wall_ms())
        self._finish_head(status, headers)
        headers.setRawHeaders(b"content-length", [b"%d" % len(body)])
        close = not 400 <= status < 500 or wording is not None
        stream = self.stream
        stream.begin(status, reason_phrase(status), headers, close)
        self._answered()
        if body:
            stream.write(body)
        stream.finish([])
        self._log_end()

    def fail(self, failure: Failure) -> None:
        """Log a defect of the gateway, and end."""
        self.log.failure(
            "while answering {request_id}", failure, request_id=self.record.request_id
        )
        self.refuse(refusals.UNEXPECTED)

    def end(
        self, outcome: Outcome, key: str | None = None, clock: str | None = None
    ) -> None:
        """
        End, as :data:`~relay.gateway.endings.ENDINGS` has it for the outcome; once the
        exchange is over, do nothing.

        :param key: the error key; None for none. A refusal that is sent has its own.
        :param clock: the clock that fired; None if none did.
        """
        row = ENDINGS[outcome]
        if self.stream.begun:
            self._end(row.after_head, outcome, key, clock)
        elif row.refusal is not None:
            self.refuse(BY_KEY.get(key or "", row.refusal))
        elif self._settle(outcome, key, clock):
            self.record.status = CLIENT_CLOSED_REQUEST
            self._log_end()

    def _end(
        self, ending: Ending, outcome: Outcome, key: str | None, clock: str | None
    ) -> None:
        """End a response whose head has been sent."""
        if ending is Ending.GOODBYE:
            ending = Ending.FINISH if self._say_goodbye(outcome) else Ending.CUT
        if not self._settle(outcome, key, clock):
            return
        if ending is Ending.FINISH:
            self.stream.finish(self.trailers)
        elif not self._gone:
            self.stream.abort(drops=ending is Ending.RESET)
        self._log_end()

    def _say_goodbye(self, outcome: Outcome) -> bool:
        """Write the last message of the feed; return False if it has none."""
        feed = None if self._gone else self.feed
        goodbye = feed.goodbye(outcome) if feed is not None else None
        if goodbye and not self.over:
            self.write(goodbye)
        return goodbye is not None

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """Send the client a challenge, in the stream, to renew its credential."""
        self.record.timeline.note(Mark.CHALLENGED, reason)
        feed, stream_id = self.feed, self.record.request_id
        if feed is not None and self.streams:
            data = feed.challenge(stream_id, reason, ends_at_ms)
            if data:
                self.write(data)

    def on_full(self) -> None:
        """The client takes no more for now."""
        self.full = True
        self.record.timeline.pause()
        self.pause()

    def on_drained(self) -> None:
        """The client takes more."""
        self.full = False
        self.record.timeline.resume()
        self.resume()

    def pause(self) -> None:
        """Pause the feed."""
        if self.feed is not None:
            self.feed.pause()

    def resume(self) -> None:
        """Resume the feed, unless the client or the pace still forbids it."""
        paced = self.pace is not None and self.pace.holds
        if self.feed is not None and not (self.full or paced):
            self.feed.resume()

    def on_stalled(self) -> None:
        """The client has taken nothing for the whole stall time."""
        self.end(Outcome.SLOW_CONSUMER, "CLIENT_STALLED", "stallTimeout")

    def on_gone(self) -> None:
        """The client has left, or its connection is lost."""
        self._gone = True
        phase = "RESPONSE" if self.stream.begun else "REQUEST"
        self.end(Outcome.CLIENT_GONE, f"CLIENT_ABORTED_DURING_{phase}_ERROR")

    def _settle(self, outcome: Outcome, key: str | None, clock: str | None) -> bool:
        """Set the outcome and release the feed; False if the exchange was over."""
        record = self.record
        if record.outcome is not None:
            return False
        record.outcome, record.error_key, record.clock = outcome, key, clock
        feed, self.feed = self.feed, None
        hooks: list[Callable[[], object]] = [*self.end_hooks]
        if self.stream.body is not None:
            hooks.insert(0, self.stream.body.drop)
        if feed is not None:
            hooks.insert(0, feed.release)
        call_each(hooks)
        return True

    def _log_end(self) -> None:
        record = self.record
        record.bytes_in, record.bytes_out, record.events = self.transferred
        record.duration_ms = record.elapsed_ms(self.services.reactor.seconds())
        record.timeline.resume()
        record.timeline.note(Mark.ENDED, record.outcome, record.error_key, record.clock)
        self.services.observers.ended(self)
        # What refers to this exchange is dropped: it ends in no reference cycle.
        self.stream.responder = None
        self.refusal_hook = self.pace = None
        self.end_hooks, self.response_hooks = [], []

    def _finish_head(self, status: int, headers: Headers) -> None:
        self.record.status = status
        self.identify(headers)
        for hook in self.response_hooks:
            hook(status, headers)

    def _answered(self) -> None:
        self.record.timeline.note(Mark.HEAD, self.record.status)
        self.services.observers.answered(self)
