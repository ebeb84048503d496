"""
One client call, from its head to its one outcome.

Read top to bottom this is the life of a call: :meth:`Exchange.call` asks the source,
``_answered`` passes its head on, :meth:`Exchange.body_received` every piece of its
body, and whatever comes first of the source's end, the client's end, a clock or a
stop ends it in ``_end``, once.
"""

from __future__ import annotations

from uuid import uuid4

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import datetimeToString
from twisted.web.http_headers import Headers

from relay.deadline import Deadline
from relay.eventstream.boundary import EventCounter
from relay.gateway import refusals
from relay.gateway.headers import (
    REQUEST_ID,
    TRANSACTION_ID,
    add_forwarded,
    add_via,
    downstream_headers,
    upstream_headers,
)
from relay.gateway.refusals import Refusal
from relay.gateway.sender import Sender
from relay.gateway.services import Services
from relay.gateway.site import RelayRequest
from relay.model.outcome import Outcome
from relay.observability.access import AccessRecord
from relay.plans import Admission
from relay.upstream.connector import Call, Connector, UpstreamRequest
from relay.upstream.errors import UpstreamError
from relay.upstream.stream import UpstreamResponse

ENDED_EARLY = "GATEWAY_CLIENT_STREAM_ENDED_EARLY"
LONGEST_TRANSACTION_ID = 256


class Exchange:
    """
    One call: the client's request, the call of the source, and what came of them.

    :param request: the client's request, at its head.
    :param services: what all exchanges of the gateway share.
    :param record: what is known of the call so far; it becomes the log line.
    :param trusted: whether the peer is a trusted proxy.
    """

    log = Logger()

    def __init__(
        self,
        request: RelayRequest,
        services: Services,
        record: AccessRecord,
        trusted: bool,
    ) -> None:
        settings = services.settings
        self.record = record
        self._request = request
        self._services = services
        self._trusted = trusted
        self._begun_s = services.reactor.seconds()
        self._sender = Sender(
            request, self, services.reactor, settings.stall_timeout_ms
        )
        self._request_clock = Deadline(
            services.reactor, settings.request_timeout_ms, self._request_expired
        )
        self._call: Call | None = None
        self._response: UpstreamResponse | None = None
        self._counter: EventCounter | None = None
        given = request.requestHeaders.getRawHeaders(TRANSACTION_ID, [b""])[0]
        self._transaction_id = (
            given if 0 < len(given) <= LONGEST_TRANSACTION_ID else _new_id()
        )
        self._request_id = _new_id()
        record.request_id = self._request_id.decode()
        record.transaction_id = self._transaction_id.decode("latin-1")
        services.live.add(self)

    @property
    def is_stream(self) -> bool:
        """Whether the response is an event stream."""
        return self._counter is not None

    def call(
        self,
        connector: Connector,
        admission: Admission,
        path: bytes,
        query: bytes | None,
    ) -> None:
        """
        Ask the source; the plan has let the client in.

        :param connector: the endpoint chosen.
        :param admission: who was let in, by which plan.
        :param path: what follows the context-path.
        :param query: the raw query, None without ``?``.
        """
        request, record = self._request, self.record
        record.endpoint = connector.name
        record.plan_id = admission.plan_id
        record.application_id = admission.application_id
        record.subscription_id = admission.subscription_id
        self._request_clock.start()
        if request.expects_continue():
            request.channel.send_continue()
        asked = UpstreamRequest(
            request.method,
            path,
            query,
            self._headers_up(),
            request.requestHeaders.getRawHeaders(b"host", [b""])[0],
            request.body,
        )
        self._call = connector.call(asked)
        answered = self._call.start()
        answered.addCallback(self._answered, connector)
        answered.addErrback(self._unanswered)

    def _headers_up(self) -> Headers:
        request, settings = self._request, self._services.settings
        headers = upstream_headers(request.requestHeaders)
        if settings.forwarded_headers:
            add_forwarded(
                headers,
                self.record.peer_address,
                b"https" if request.channel.isSecure() else b"http",
                request.requestHeaders.getRawHeaders(b"host", [b""])[0],
                self._trusted,
            )
        if settings.via:
            add_via(headers)
        self._identify(headers)
        return headers

    def _identify(self, headers: Headers) -> None:
        headers.setRawHeaders(TRANSACTION_ID, [self._transaction_id])
        headers.setRawHeaders(REQUEST_ID, [self._request_id])

    def _answered(self, response: UpstreamResponse, connector: Connector) -> None:
        """The source has sent its head: pass it on, then let the body come."""
        self._call = None
        if self.record.outcome is not None:
            response.abort()
            return
        self._response = response
        self._request_clock.stop()
        self.record.status = response.code
        self.record.ttfb_ms = self._elapsed_ms()
        headers = self._headers_down(response)
        if response.is_event_stream:
            self._counter = EventCounter()
        self._sender.head(response.code, response.phrase, headers)
        if self.is_stream:
            self._services.access.opened(self.record, self._services.wall_ms())
        response.deliver(self, connector.idle_timeout_ms, self._idle_expired)

    def _headers_down(self, response: UpstreamResponse) -> Headers:
        headers = downstream_headers(response.headers, response.connection_options)
        if self._request.method == b"HEAD":
            length = response.headers.getRawHeaders(b"content-length")
            if length is not None:
                headers.setRawHeaders(b"content-length", length)
        elif response.length is not None and response.code not in (204, 304):
            headers.setRawHeaders(b"content-length", [b"%d" % response.length])
        if response.is_event_stream and not headers.hasHeader(b"x-accel-buffering"):
            # An nginx in front would collect events before it lets them go.
            headers.setRawHeaders(b"x-accel-buffering", [b"no"])
        if not headers.hasHeader(b"date"):
            headers.setRawHeaders(b"date", [datetimeToString()])
        if self._services.settings.via:
            add_via(headers)
        self._identify(headers)
        return headers

    def _unanswered(self, failure: Failure) -> None:
        """There is no head: say why, unless the exchange is over anyway."""
        self._call = None
        if self.record.outcome is not None:
            return
        if isinstance(failure.value, UpstreamError):
            self.refuse(Refusal.of(failure.value))
            return
        self.log.failure(
            "while answering {request_id}", failure, request_id=self.record.request_id
        )
        self.refuse(refusals.UNEXPECTED)

    def body_received(self, data: bytes) -> None:
        """Pass some of the body on."""
        if self._counter is not None:
            self._counter.feed(data)
        self._sender.write(data)

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """The source has sent everything."""
        self._response = None
        if self._end(Outcome.COMPLETED):
            self._sender.finish(trailers)
            self._log_end()

    def body_cut(self, reason: Failure) -> None:
        """The source is gone amid the body: cut the client off, too."""
        self._response = None
        self._cut(Outcome.UPSTREAM_GONE, ENDED_EARLY)

    def client_full(self) -> None:
        """The client takes no more for now: stop reading from the source."""
        if self._response is not None:
            self._response.pause()

    def client_ready(self) -> None:
        """The client takes more: read from the source again."""
        if self._response is not None:
            self._response.resume()

    def client_stalled(self) -> None:
        """The client has taken nothing for the whole stall time."""
        self._cut(Outcome.SLOW_CONSUMER, "CLIENT_STALLED", "stallTimeout")

    def client_gone(self) -> None:
        """The client has left: let go of the source."""
        self._sender.gone()
        begun = self._sender.begun
        if self._end(
            Outcome.CLIENT_GONE,
            "CLIENT_ABORTED_DURING_RESPONSE_ERROR"
            if begun
            else "CLIENT_ABORTED_DURING_REQUEST_ERROR",
        ):
            if not begun:
                self.record.status = 499
            self._log_end()

    def stop(self, outcome: Outcome) -> None:
        """
        End the exchange because its API, or the gateway, stops.

        :param outcome: ``stopped`` or ``drained``.
        """
        if self._sender.begun:
            self._cut(outcome)
        elif outcome is Outcome.DRAINED:
            self.refuse(refusals.SHUTTING_DOWN)
        else:
            self.refuse(refusals.STOPPED)

    def refuse(self, refusal: Refusal) -> None:
        """
        Answer with a refusal, or cut when it is too late for one.

        :param refusal: the answer.
        """
        if self._sender.begun:
            self._cut(refusal.outcome, refusal.key, refusal.clock)
            return
        if not self._end(refusal.outcome, refusal.key, refusal.clock):
            return
        self.record.status = refusal.status
        request = self._request
        content_type, body = refusal.body(request.getHeader(b"accept"))
        headers = Headers(
            {b"content-type": [content_type], b"date": [datetimeToString()]}
        )
        if refusal.retry_after_s is not None:
            headers.setRawHeaders(b"retry-after", [b"%d" % refusal.retry_after_s])
        self._identify(headers)
        close = not 400 <= refusal.status < 500 or request.body_owed
        self._sender.answer(refusal.status, headers, body, close)
        self._log_end()

    def _request_expired(self) -> None:
        self.refuse(refusals.REQUEST_TIMEOUT)

    def _idle_expired(self) -> None:
        self._cut(Outcome.IDLE_TIMEOUT, ENDED_EARLY, "idleTimeout")

    def _cut(
        self, outcome: Outcome, key: str | None = None, clock: str | None = None
    ) -> None:
        """End after the head: the response must not look finished."""
        if self._end(outcome, key, clock):
            self._sender.abort()
            self._log_end()

    def _end(
        self, outcome: Outcome, key: str | None = None, clock: str | None = None
    ) -> bool:
        """Settle on the outcome and let go of the source; False if that was done."""
        record = self.record
        if record.outcome is not None:
            return False
        record.outcome, record.error_key, record.clock = outcome, key, clock
        self._request_clock.stop()
        self._services.live.remove(self)
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
        response, self._response = self._response, None
        if response is not None:
            response.abort()
        if self._request.body is not None:
            self._request.body.drop()
        return True

    def _log_end(self) -> None:
        record, body = self.record, self._request.body
        record.bytes_in = body.bytes if body is not None else 0
        record.bytes_out = self._sender.bytes
        record.events = self._counter.events if self._counter is not None else 0
        record.duration_ms = self._elapsed_ms()
        self._services.access.closed(record, self._services.wall_ms())

    def _elapsed_ms(self) -> int:
        return round((self._services.reactor.seconds() - self._begun_s) * 1000)


def _new_id() -> bytes:
    return str(uuid4()).encode("ascii")
