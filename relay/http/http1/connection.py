"""Connections of clients that speak HTTP/1.1 and 1.0, and their clocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IAddress, IPushProducer, IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.http import refusals
from relay.http.client_stream import Application, RequestHead
from relay.http.headers import connection_options, is_token
from relay.http.http1.ending import HEAD_START, EndingChannel
from relay.http.http1.hangup import Hangups, WatchedReading
from relay.http.http1.head import read_head
from relay.http.http1.stream import Http1Stream
from relay.http.listener.peer import Peer, bottom, watch_peer
from relay.http.listener.site import ClientSite
from relay.http.refusals import Refusal
from relay.reactor.deadline import Deadline
from relay.reactor.failures import without_frames
from relay.reactor.sending import send_now
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.settings.listeners import ListenerSettings

AHEAD_BYTES = 16_384
"""How many bytes of further requests are read while one is answered."""


class Http1Connection(EndingChannel):
    """One connection of a client (HTTP/1.1 and 1.0)."""

    hangups: Hangups
    peer: Peer
    timeOut: float | None  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self._head_deadline: Deadline
        self._silence: Deadline
        self._receiver: Callable[[bytes], None] | None = None
        self._producer: IPushProducer | None = None
        self._head_begun = False
        """Whether a part of the next head has come."""
        self._answering = False
        """Whether a request is complete, and its response is not."""
        self._full = False
        """Whether the client takes no more for now."""
        self._body_paused = False

    def connectionMade(self) -> None:
        """Set the limits and the socket's own clocks."""
        site = self.site
        self.MAX_LENGTH = self.totalHeadersSize = site.limits.max_head_bytes
        self.maxHeaders = site.limits.max_headers
        self._head_deadline = Deadline(site.reactor, site.settings.head_timeout_ms)
        self._silence = Deadline(site.reactor, site.settings.keep_alive_timeout_ms)
        watch_peer(self.transport, site.settings.stall_timeout_ms)
        self.peer = Peer(self.transport)
        super().connectionMade()
        # It covers the TLS handshake, and a client that sends nothing.
        self._head_deadline.start(self._head_expired)
        self._reading = WatchedReading(self.transport, self.hangups)

    def setTimeout(self, period: float | None) -> float | None:
        """
        Set how long the client may be silent, measured by Relay's own clock.

        :param period: in seconds; None for any time.
        :return: the previous value.
        """
        before, self.timeOut = self.timeOut, period
        self._silence.stop()
        if period is not None:
            self._silence.timeout_s = period
            self._silence.start(self.timeoutConnection)
        return before

    def resetTimeout(self) -> None:
        """Restart the clock: the client has sent something."""
        self._silence.reset()

    def dataReceived(self, data: bytes) -> None:
        """Start the clock of a further request head with its first byte."""
        if self._ending is not None:
            self._drop_unwanted(data)
            return
        if self._receiver is not None:
            self._receiver(data)
            return
        if self.line_mode:
            if not self.requests and self._take_head(data):
                return
            if not self._head_deadline.running:
                self._head_deadline.start(self._head_expired)
            self._head_begun = self._head_begun or data != b"\r\n"
        super().dataReceived(data)

    def _take_head(self, data: bytes) -> bool:
        """Begin a request whose head came in one read; see ``read_head``."""
        site = self.site
        if self._head_begun or not self.persistent:
            return False
        head = read_head(data, site.limits.max_head_bytes, site.limits.max_headers)
        if head is None:
            return False
        self._head_deadline.stop()
        request = Http1Stream(self)
        request.requestHeaders = head.headers
        self.requests.append(request)
        self.persistent = self.checkPersistence(request, head.version)
        self._begin_answer()
        request.head_received(head, 0)
        return True

    def writeHeaders(
        self, version: bytes, code: bytes, reason: bytes, headers: Headers
    ) -> None:
        """
        Write a response's head: at once, unless a body of known length follows.

        With such a body it leaves in one ``send``. To send the head at once saves two
        calls of ``epoll_ctl`` and a turn of the reactor.
        """
        lines = [b"%s %s %s" % (version, code, reason)]
        for name, values in headers.getAllRawHeaders():
            for value in values:
                lines.append(b"%s: %s" % (name, value))
        lines.append(b"\r\n")
        head, transport = b"\r\n".join(lines), self.transport
        if self._head_started:
            self._head_started = False
            head = head.removeprefix(HEAD_START)
        if (
            isinstance(transport, Connection)
            and not transport.TLS
            and not headers.hasHeader(b"Content-Length")
        ):
            send_now(transport, head)
        else:
            transport.write(head)

    def rawDataReceived(self, data: bytes) -> None:
        """Read a body, further requests, or another protocol after an upgrade."""
        if self._receiver is not None:
            self._receiver(data)
        elif self._answering:
            self._ahead.append(data)
            if sum(map(len, self._ahead)) > AHEAD_BYTES and not self._full:
                self._reading.pauseProducing()
        else:
            super().rawDataReceived(data)

    def upgrade(self, receiver: Callable[[bytes], None]) -> None:
        """
        Switch to another protocol.

        :param receiver: called with the bytes that the client sends.
        """
        self._receiver = receiver
        early, self._ahead = b"".join(self._ahead), []
        if early:
            receiver(early)

    def checkPersistence(self, request: Http1Stream, version: bytes) -> bool:
        """Whether the connection stays open after this request (RFC 9112, 9.3)."""
        if version != b"HTTP/1.1":
            return False
        if b"close" in connection_options(request.requestHeaders):
            request.asked_to_close = True
            return False
        return True

    def allHeadersReceived(self) -> None:
        """Begin a request with a body; one without begins when it is complete."""
        request = self.requests[-1]
        self._head_deadline.stop()
        self._head_begun = False
        head = self._head_so_far(request)
        self.persistent = self.checkPersistence(request, head.version)
        if self.length != 0:
            self.setTimeout(self.site.settings.body_timeout_ms / 1000.0)
            request.head_received(head, self.length)

    def allContentReceived(self) -> None:
        """A request is complete, unless it has been refused meanwhile."""
        if self._ending is None:
            self._begin_answer()
            super().allContentReceived()

    def _begin_answer(self) -> None:
        # While paused, a disconnect would go unnoticed.
        self.resume_body()
        self.setTimeout(None)
        self._answering = True
        self.setRawMode()

    def requestDone(self, request: Http1Stream) -> None:
        """A response is complete; if the client still sends its body, close."""
        self.requests.remove(request)
        unread = self._receiver is not None or (
            (self._ahead or self.unread) and not self.persistent
        )
        if request.is_last or unread:
            self._linger()
            return
        if not self._full:
            self._reading.resumeProducing()
        if not self.persistent:
            self.loseConnection()
            return
        self._answering = False
        self.setTimeout(self.site.settings.keep_alive_timeout_ms / 1000.0)
        ahead, self._ahead = b"".join(self._ahead), []
        # Through dataReceived, which starts the clock of the next head.
        self.setLineMode(ahead + self.clearLineBuffer())
        if self._half_closed and not self._answering and self._ending is None:
            self.loseConnection()

    def _is_answering(self) -> bool:
        return bool(
            self._answering
            and self.requests
            and self._receiver is None
            and self._ending is None
        )

    def registerProducer(self, producer: IPushProducer, streaming: bool) -> None:
        """Register the producer of a response, which the client's pace controls."""
        self._producer = producer

    def unregisterProducer(self) -> None:
        """Stop governing a response."""
        self._producer = None

    def pauseProducing(self) -> None:
        """Pause the response; without one, stop reading further requests."""
        self._full = True
        if self._producer is not None:
            self._producer.pauseProducing()
        if not self._answering:
            self._reading.pauseProducing()

    def pause_body(self) -> None:
        """Read no more of the request body for now."""
        if self.requests and self.requests[-1].body_owed and not self._body_paused:
            self._body_paused = True
            self.setTimeout(None)
            self._reading.pauseProducing()

    def resume_body(self) -> None:
        """Read the request body again."""
        if self._body_paused:
            self._body_paused = False
            self.setTimeout(self.site.settings.body_timeout_ms / 1000.0)
            self._reading.resumeProducing()

    def resumeProducing(self) -> None:
        """Resume the response; without one, read further requests."""
        self._full = False
        if self._producer is not None:
            self._producer.resumeProducing()
        if self._body_paused:
            self._reading.pauseProducing()
        elif not self._answering:
            self._reading.resumeProducing()

    def send_continue(self) -> None:
        """Send 100 Continue: the client may send its body."""
        self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def timeoutConnection(self) -> None:
        """
        End the connection: the client sent nothing between requests or within a body.
        """
        request = self.requests[-1] if self.requests else None
        if request is not None and request.body_owed and request.responder is not None:
            request.responder.refuse(refusals.BODY_TIMEOUT)
        else:
            self.loseConnection()

    def lineLengthExceeded(self, line: bytes) -> None:
        """A line of the head is longer than the whole head may be."""
        first = not self.requests
        self.refuse(refusals.URI_TOO_LONG if first else refusals.HEAD_TOO_LARGE)

    def refuse(self, refusal: Refusal) -> None:
        """
        Answer a request that cannot be understood, and end the connection.
        """
        if self._ending is not None:
            return
        if not self.requests:
            self.requests.append(Http1Stream(self))
        request = self.requests[-1]
        request.broken = True
        if request.responder is not None:
            request.responder.refuse(refusal)
            return
        if request.begun:
            # The response is complete.
            return
        # The method decides whether the response has a body.
        request.settle(self._head_so_far(request))
        self.site.application.refuse(request, refusal)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is lost: stop every clock, and drop the references to it."""
        self._head_deadline.stop()
        self._body_paused = False
        self._reading.forget()
        super().connectionLost(without_frames(reason))
        self.transport.unregisterProducer()
        self.requests = []
        self._receiver = self._producer = self.body_reader = None

    def refuse_malformed(self, line: bytes = b"", too_large: bool = False) -> None:
        """Refuse a request that cannot be understood, and end the connection."""
        refusal = refusals.BAD_SYNTAX
        if too_large:
            refusal = refusals.HEAD_TOO_LARGE
        elif self.request_line is None and b"\0" in line:
            refusal = refusals.NULL_BYTE
        elif self.request_line is None and not is_token(line.partition(b" ")[0]):
            refusal = refusals.BAD_METHOD
        self.refuse(refusal)

    def _head_so_far(self, request: Http1Stream) -> RequestHead:
        line = self.request_line or (b"", b"", b"HTTP/1.1")
        return RequestHead(*line, request.requestHeaders)

    def _head_expired(self) -> None:
        if self._head_begun or self.requests:
            self.refuse(refusals.HEAD_TIMEOUT)
        else:
            # No byte of a request has arrived. A client that opened the connection in
            # advance expects no response.
            bottom(self.transport).loseConnection()


class Http1Site(ClientSite):
    """
    A listener that speaks HTTP/1.1 and 1.0.

    :param application: what every request goes to.
    :param limits: how much a request head may hold.
    """

    def __init__(
        self,
        application: Application,
        listener: ListenerSettings,
        settings: GatewaySettings,
        limits: LimitSettings,
        reactor: IReactorTime,
    ) -> None:
        super().__init__(application, listener, settings, limits, reactor)
        self.hangups = Hangups(reactor)

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Accept a connection."""
        channel = Http1Connection()
        channel.requestFactory = Http1Stream  # type: ignore[assignment]
        channel.factory = self
        channel.site = self
        channel.hangups = self.hangups
        # Until the first request is complete, the head clock runs.
        channel.timeOut = None
        return channel
