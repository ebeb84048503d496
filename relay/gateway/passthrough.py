"""
The upstream call that answers one call of a client of a PROXY API.

Read top to bottom this is the life of a call: :meth:`Passthrough.start` calls the
endpoint, ``_answered`` forwards the head of its response, and
:meth:`Passthrough.body_received` every piece of its body.
"""

from __future__ import annotations

from twisted.python.failure import Failure
from twisted.web.http import NO_CONTENT, NOT_MODIFIED, RESET_CONTENT
from twisted.web.http_headers import Headers

from relay.gateway.exchange import Exchange
from relay.gateway.feed import Feed
from relay.gateway.flows.bodies import HeldResponse
from relay.gateway.flows.run import FlowRun
from relay.gateway.responses import refusals
from relay.http.body import ICompletableBody
from relay.http.headers import (
    VIA,
    VIA_HTTP2,
    add_forwarded,
    add_via,
    downstream_headers,
    upstream_headers,
)
from relay.model.marks import Mark
from relay.model.outcome import Outcome
from relay.model.schema.types.request_target import RequestTarget
from relay.reactor.deadline import Deadline
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.connection.upload import WholeBody
from relay.upstream.connector import Connector, UpstreamCall
from relay.upstream.errors import UpstreamError
from relay.upstream.failover import TriedCall, Tries
from relay.upstream.request import UpstreamRequest

CONTENTLESS = (NO_CONTENT, RESET_CONTENT, NOT_MODIFIED)
"""The statuses of responses that have no content (RFC 9110, 15)."""
ENTRYPOINT = "http-proxy"
"""The type of the entrypoint of all PROXY APIs."""
ENDED_EARLY = "GATEWAY_CLIENT_STREAM_ENDED_EARLY"


class Passthrough(Feed):
    """
    Feeds an exchange from an upstream call.

    :param exchange: its client is admitted.
    :param connector: the endpoint that was chosen.
    :param run: the run of the call's flows; None without flows.
    """

    def __init__(
        self,
        exchange: Exchange,
        connector: Connector | Tries,
        run: FlowRun | None,
    ) -> None:
        self._exchange = exchange
        self._run = run
        self._connector = connector
        self._call: UpstreamCall | TriedCall | None = None
        self._response: UpstreamResponse | None = None
        services = exchange.services
        self._request_clock = Deadline(
            services.reactor,
            exchange.settings.request_timeout_ms,
        )

    def start(self, target: RequestTarget) -> None:
        """
        Call the endpoint.

        :param target: what follows the context-path.
        """
        exchange, request = self._exchange, self._exchange.request
        exchange.feed = self
        exchange.record.endpoint = name = self._connector.name
        exchange.record.entrypoint = ENTRYPOINT
        exchange.record.timeline.note(Mark.ROUTED, name, ENTRYPOINT)
        self._connector.enter()
        self._request_clock.start(self._request_expired)
        body = exchange.stream.body if self._run is None else self._body_up(self._run)
        asked = UpstreamRequest(
            request.method,
            target,
            self._headers_up(body is not None),
            request.headers.getRawHeaders(b"host", [b""])[0],
            body,
            self._early_hints,
            marks=exchange.record.timeline,
            trace=exchange.record.trace,
        )
        self._call = self._connector.call(asked)
        if body is not None:
            self._call.turned = self._turn
        self._call.start().addCallback(self._answered).addErrback(self._unanswered)

    def _turn(self, of_source: bool) -> None:
        """
        Run the request clock only while the endpoint is waited for.

        The time that the client takes for its body is bounded by ``body_timeout_ms``.
        """
        if of_source:
            self._request_clock.resume()
        else:
            self._request_clock.suspend()

    def _body_up(self, run: FlowRun) -> ICompletableBody | None:
        """Return what policies hold, or else the client's body as it arrives."""
        content = run.call.request.body.content
        if content is None or self._exchange.request.method == b"TRACE":
            return self._exchange.stream.body
        return WholeBody(content)

    def _headers_up(self, with_body: bool) -> Headers:
        exchange, request = self._exchange, self._exchange.request
        settings = exchange.settings
        headers = upstream_headers(request.headers)
        trace = request.method == b"TRACE"
        if settings.forwarded_headers and not trace:
            add_forwarded(
                headers,
                exchange.record.peer_address,
                b"https" if exchange.stream.peer.secure else b"http",
                request.headers.getRawHeaders(b"host", [b""])[0],
                exchange.trusted,
            )
        if settings.via:
            add_via(headers, VIA_HTTP2 if request.version == b"HTTP/2" else VIA)
        if trace:
            return headers
        exchange.identify(headers)
        if (
            not with_body
            and request.method not in (b"POST", b"PUT")
            and request.headers.hasHeader(b"content-length")
        ):
            # Some servers require it; for POST and PUT it is sent anyway.
            headers.setRawHeaders(b"content-length", [b"0"])
        return headers

    def _early_hints(self, headers: Headers, options: list[bytes]) -> None:
        """
        Forward a 103 response (RFC 8297), unless flows have steps for responses.

        :param options: the names that its ``Connection`` lists, in lower case.
        """
        if self._run is None or not self._run.shapes_responses:
            self._exchange.early_hints(downstream_headers(headers, options))

    def _answered(self, response: UpstreamResponse) -> None:
        """Forward the head of the response, then its body."""
        self._call = None
        if self._exchange.over:
            response.abort()
            return
        self._response = response
        headers = self._headers_down(response)
        if self._run is None:
            self._begin(response.code, response.phrase, headers)
            return
        body = None
        if (
            response.code not in CONTENTLESS
            and self._exchange.request.method != b"HEAD"
        ):
            body = HeldResponse(
                response,
                self._connector.idle_timeout_ms,
                self._idle_expired,
                self.body_cut,
            )
        self._run.respond(
            response.code,
            response.phrase,
            headers,
            self._begin,
            body,
            response.is_event_stream,
        )

    def _begin(self, code: int, phrase: bytes, headers: Headers) -> None:
        response = self._response
        if response is None:
            # The client left while a policy waited.
            return
        self._request_clock.stop()
        self._exchange.record.endpoint = self._connector.name
        if code != response.code and code in CONTENTLESS:
            # A policy has replaced the status by one whose responses have no content.
            headers.removeHeader(b"content-length")
            if code == RESET_CONTENT:
                headers.setRawHeaders(b"content-length", [b"0"])
            self._exchange.answer(code, phrase, headers)
            return
        content = None if self._run is None else _content_held(self._run)
        if content is not None:
            headers.setRawHeaders(b"content-length", [b"%d" % len(content)])
            self._exchange.answer(code, phrase, headers, content)
            return
        self._exchange.begin(code, phrase, headers, response.is_event_stream)
        response.deliver(
            self,
            self._connector.idle_timeout_ms,
            self._idle_expired,
            self._exchange.open_chunk_forwarder(),
        )

    def _headers_down(self, response: UpstreamResponse) -> Headers:
        headers = downstream_headers(response.headers, response.connection_options)
        if self._exchange.request.method == b"HEAD":
            length = response.headers.getRawHeaders(b"content-length")
            if length is not None:
                headers.setRawHeaders(b"content-length", length)
        elif response.length is not None and response.code not in (204, 304):
            headers.setRawHeaders(b"content-length", [b"%d" % response.length])
        return headers

    def _unanswered(self, failure: Failure) -> None:
        """Refuse the call: the endpoint has sent no head."""
        self._call = None
        if self._exchange.over:
            return
        if isinstance(failure.value, UpstreamError):
            self._exchange.refuse(refusals.upstream_failed(failure.value))
            return
        self._exchange.fail(failure)

    def body_received(self, data: bytes) -> None:
        """Forward some of the body."""
        self._exchange.write(data)

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """End: the endpoint has sent the whole body."""
        self._response = None
        self._exchange.trailers = trailers
        self._exchange.end(Outcome.COMPLETED)

    def body_cut(self, reason: Failure) -> None:
        """Cut the response: the upstream connection broke during the body."""
        self._response = None
        self._exchange.end(Outcome.UPSTREAM_GONE, ENDED_EARLY)

    def _request_expired(self) -> None:
        self._exchange.refuse(refusals.REQUEST_TIMEOUT)

    def _idle_expired(self) -> None:
        self._exchange.end(Outcome.IDLE_TIMEOUT, ENDED_EARLY, "idleTimeout")

    def clocks(self) -> dict[str, float | None]:
        """Return what is left of the timeouts of the call and of its response."""
        clocks = {"requestTimeout": self._request_clock.left_s}
        if self._call is not None:
            clocks |= self._call.clocks()
        if self._response is not None:
            clocks["idleTimeout"] = self._response.idle_left_s
        return clocks

    def pause(self) -> None:
        """Stop reading from the endpoint."""
        if self._response is not None:
            self._response.pause()

    def resume(self) -> None:
        """Read from the endpoint again."""
        if self._response is not None:
            self._response.resume()

    def release(self) -> None:
        """
        Cancel the call, or abort its response: the connection is dropped. What a step
        of the response waits for is cancelled.
        """
        self._request_clock.stop()
        self._connector.leave()
        call, self._call = self._call, None
        if call is not None:
            call.cancel()
        response, self._response = self._response, None
        if response is not None:
            response.abort()
        run, self._run = self._run, None
        if run is not None:
            # The body that its policies may hold refers to this feed.
            run.release()


def _content_held(run: FlowRun) -> bytes | None:
    """Return the content of the response that policies hold; None for none."""
    body = run.call.response.body if run.call.response is not None else None
    return None if body is None else body.content
