"""The protocol factory of an API in JSON: the management API and the technical API."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger, LogLevel
from twisted.python.failure import Failure
from twisted.web import http
from twisted.web.resource import IResource
from twisted.web.server import Site

from relay.http.http1.framing import StrictChannel
from relay.management.http import errors
from relay.management.http.errors import BadRequest
from relay.management.http.request import ManagementRequest
from relay.reactor.deadline import Deadline
from relay.tally import Tally

IDLE_TIMEOUT_S = 60
"""For a connection without a request."""

READING_METHODS = frozenset((b"GET", b"HEAD", b"OPTIONS"))
_NO_HTTP = "The request is not valid HTTP/1.1"
_TOO_LARGE = "The head of the request is too large"


class RestChannel(StrictChannel):
    """A connection with a bounded time for each request head."""

    site: RestSite
    transport: Any

    def connectionMade(self) -> None:
        """Start the head timeout, which also covers the TLS handshake."""
        self._head_deadline = Deadline(self.site.clock, self.site.head_timeout_ms)
        self._head_deadline.start(self._head_expired)
        super().connectionMade()

    def dataReceived(self, data: bytes) -> None:
        """Start the timeout of a further head with its first byte."""
        if self.line_mode and not self._head_deadline.running:
            self._head_deadline.start(self._head_expired)
        super().dataReceived(data)

    def allHeadersReceived(self) -> None:
        """The head is complete; the request has a timeout of its own."""
        self._head_deadline.stop()
        super().allHeadersReceived()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Stop the timeout."""
        self._head_deadline.stop()
        super().connectionLost(reason)

    def refuse_malformed(self, line: bytes = b"", too_large: bool = False) -> None:
        """Answer a malformed HTTP request in JSON, unless a response has begun."""
        if not any(one.startedWriting for one in self.requests):
            error = BadRequest(_TOO_LARGE if too_large else _NO_HTTP, "request.invalid")
            self.transport.write(errors.answer(Failure(error)).as_last_response())
        self.loseConnection()

    def _head_expired(self) -> None:
        self.transport.abortConnection()


class RestSite(Site):
    """A factory of connections.

    :param root: answers every request.
    :param reactor: for the timeouts.
    :param head_timeout_ms: for each request head.
    :param max_body_bytes: of a request.
    """

    noisy = False
    protocol = RestChannel  # type: ignore[assignment]
    requestFactory = ManagementRequest
    _log = Logger()

    def __init__(
        self,
        root: IResource,
        reactor: IReactorTime,
        head_timeout_ms: float,
        max_body_bytes: int,
    ) -> None:
        super().__init__(
            root,
            reactor=reactor,
            timeout=IDLE_TIMEOUT_S,
            parsePOSTFormSubmission=False,
        )
        self.clock = reactor
        self.head_timeout_ms = head_timeout_ms
        self.max_body_bytes = max_body_bytes
        self.answered = Tally()
        """Requests that were answered, by the class of their status."""

    def log(self, request: http.Request) -> None:
        """
        Log a request that was answered, without its query; at the level ``debug`` if
        its method changes nothing, or it was a dry run.

        :param request: its path is unknown if its body was refused.
        """
        self.answered.count(f"{request.code // 100}xx")
        known = request.path is not None
        reads = known and (
            request.method in READING_METHODS or getattr(request, "dry_run", False)
        )
        self._log.emit(
            LogLevel.debug if reads else LogLevel.info,
            "{address} {method} {path!r} {status}",
            address=getattr(request.getClientAddress(), "host", "local"),
            method=request.method.decode("ascii", "replace") if known else "-",
            path=request.path.decode("latin-1") if known else "-",
            status=request.code,
        )

    def acceptableProtocols(self) -> list[bytes]:
        """Offer HTTP/1.1 only, independently of the installed packages."""
        return [b"http/1.1"]
