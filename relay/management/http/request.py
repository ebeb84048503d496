"""One request of the management API, as twisted.web drives it.

twisted.web buffers a whole body without a limit, names itself in ``Server``, and
answers its own failures in HTML. This module replaces that. The order of events is:
head received, :meth:`ManagementRequest.gotLength`, body received in parts,
:meth:`ManagementRequest.process`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any, AnyStr, Protocol, cast
from urllib.parse import unquote_to_bytes

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.http import HTTPChannel, datetimeToString
from twisted.web.resource import IResource
from twisted.web.server import Request, Site
from werkzeug.exceptions import MethodNotAllowed

from relay.http.http1.framing import StrictChannel
from relay.management.access.identity import Identity
from relay.management.http import errors
from relay.management.http.credentials import NO_CREDENTIALS, Credentials
from relay.management.http.errors import BodyTooLarge
from relay.management.http.live_body import LiveBody, write_live
from relay.management.http.live_check import LiveCheck
from relay.management.http.reply import Content
from relay.management.http.sending import Sending
from relay.model.phrases import reason_phrase

REQUEST_TIMEOUT_S = 60.0
"""Time limit for a whole request to arrive, at any rate."""
LINGER_S = 2.0
"""Time for which a refused client may continue to send bytes that are dropped; closing
at once would reset the connection and lose the response."""
METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
FOREIGN_METHODS = (b"CONNECT", b"PRI", b"TRACE")
"""Methods that change the protocol of a connection, or return the client's request."""
LINGER_BYTES = 16 * 1024 * 1024


class RequestSite(Protocol):
    """The site as its requests use it; see ``management/site.py``."""

    resource: IResource
    clock: IReactorTime
    max_body_bytes: int


class ManagementRequest(Request):
    """A request with a bounded body, a bounded time to arrive and JSON failures."""

    defaultContentType = None
    base_path: str = ""
    """The part of the path before the part for the router."""
    identity: Identity
    """The user; set before a router sees the request."""
    credentials: Credentials = NO_CREDENTIALS
    """What the request came with; set before a router sees the request."""
    dry_run: bool = False
    """Whether the request changes nothing, whatever its method."""
    identify_again: Callable[[], Awaitable[Identity]]
    """Authenticates the request once more; set before a router sees the request."""
    _log = Logger()

    def __init__(self, channel: HTTPChannel, *args: Any, **options: Any) -> None:
        super().__init__(channel, *args, **options)
        self._site: RequestSite = vars(channel)["site"]
        self._received = 0
        self._refused = False
        self._timer: IDelayedCall | None = self._site.clock.callLater(
            REQUEST_TIMEOUT_S, self._abort
        )

    def url(self, path: str | None = None) -> str:
        """
        :param path: percent-encoded; by default that of the request.
        :returns: an absolute URL under the host name of the request.
        """
        scheme = "https" if self.isSecure() else "http"
        host = self.getHeader("Host") or ""
        at = self.path.decode("ascii", "replace") if path is None else path
        return f"{scheme}://{host}{at}"

    def getHeader(self, key: AnyStr) -> AnyStr | None:
        """
        Return a header of the request, the last of several.

        :param key: a ``str`` selects the value as Latin-1, which every value is
            (RFC 9110, 5.5); twisted.web would decode UTF-8, and fail on another value.
        """
        if isinstance(key, bytes):
            return super().getHeader(key)
        value = super().getHeader(key.encode("ascii"))
        return None if value is None else value.decode("latin-1")

    def setResponseCode(self, code: int, message: bytes | None = None) -> None:
        """Set the status, with a phrase that Twisted may not know."""
        super().setResponseCode(code, message or reason_phrase(code))

    @property
    def is_open(self) -> bool:
        """Whether the response can still be written."""
        return vars(self).get("channel") is not None

    def descend(self, taken: int) -> None:
        """
        Remove the first segments of the path that the router sees.

        :param taken: the number of segments that are removed.
        """
        parts = list(self.postpath or ())
        self.prepath, self.postpath = parts[:taken], parts[taken:]

    def send(self, content: Content) -> Deferred[None]:
        """
        Write the body of the response, as fast as the client takes it.

        :returns: fires when all of it is written; never when the client leaves before.
        """
        sending = Sending(self, content, self._site.clock, self._abort)
        return sending.begin()

    def write_live(self, body: LiveBody) -> Deferred[None]:
        """
        Write a body until it is complete, or the client leaves; the head was sent.

        The connection is cut when the credentials of the request are no longer valid.

        :returns: fires when the body is complete; never when the client leaves before.
        """
        check = LiveCheck(
            self._site.clock, self.identity, self.identify_again, self._abort
        )
        self.notifyFinish().addBoth(lambda _: check.stop())
        check.start()
        return write_live(self, body, self._abort)

    def gotLength(self, length: int | None) -> None:
        """Refuse a body whose stated length is too large, and unsupported methods."""
        self.content = BytesIO()
        line = cast(StrictChannel, self.channel).request_line
        if line is not None and line[0].upper() in FOREIGN_METHODS:
            self._refuse(MethodNotAllowed(METHODS))
        elif length is not None and length > self._site.max_body_bytes:
            self._refuse(self._too_large())

    def handleContentChunk(self, data: bytes) -> None:
        """Receive a part of the body, within the limit."""
        self._received += len(data)
        if not self._refused and self._received > self._site.max_body_bytes:
            self._refuse(self._too_large())
        if not self._refused:
            assert self.content is not None
            self.content.write(data)
        elif self._received > LINGER_BYTES:
            self._abort()

    def requestReceived(self, command: bytes, path: bytes, version: bytes) -> None:
        """The request is complete."""
        self._stop_timer()
        if self._refused:
            self.finish()
        else:
            super().requestReceived(command, path, version)

    def connectionLost(self, reason: Failure) -> None:
        """The client has left: stop the timer."""
        self._stop_timer()
        super().connectionLost(reason)

    def process(self) -> None:
        """Answer, unless the request was refused already."""
        self.site = cast(Site, self._site)
        self.setHeader(b"Date", datetimeToString())
        self.prepath = []
        self.postpath = [unquote_to_bytes(part) for part in self.path[1:].split(b"/")]
        try:
            self._site.resource.render(self)
        except Exception:
            self.processingFailed(Failure())

    def processingFailed(self, reason: Failure) -> Failure:
        """Answer a failure that has no response yet.

        :returns: the failure.
        """
        self.send(errors.answer(reason).put_on(self))
        self.finish()
        return reason

    def _too_large(self) -> BodyTooLarge:
        return BodyTooLarge(
            f"The body is longer than {self._site.max_body_bytes} bytes",
            "body.tooLarge",
            {"maxBodyBytes": str(self._site.max_body_bytes)},
        )

    def _refuse(self, error: Exception) -> None:
        """Respond before the body has arrived, and close the connection."""
        self._refused = True
        # Otherwise the connection would send 100 Continue for a body that is not read.
        self.requestHeaders.removeHeader(b"Expect")
        self.content = BytesIO()
        self.channel.persistent = False
        # The request line is not available before the body.
        self.clientproto = b"HTTP/1.1"
        self.setHeader(b"Date", datetimeToString())
        self.setHeader(b"Connection", b"close")
        self.send(errors.answer(Failure(error)).put_on(self))
        self._stop_timer()
        self._timer = self._site.clock.callLater(LINGER_S, self._abort)

    def _abort(self) -> None:
        self._stop_timer()
        if self.is_open:
            self.channel.forceAbortClient()

    def _stop_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
