"""Connections of clients that speak HTTP/1.1 and 1.0, and their clocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import connectionDone
from twisted.internet.tcp import Connection
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers

from relay.http import refusals
from relay.http.client_stream import Application, RequestHead
from relay.http.headers import connection_options, is_token
from relay.http.http1.ending import EndingChannel
from relay.http.http1.hangup import Hangups, WatchedReading
from relay.http.http1.head import read_head
from relay.http.http1.stream import Http1Stream
from relay.http.peer import Peer, bottom, watch_peer
from relay.http.refusals import Refusal
from relay.http.site import ClientSite
from relay.reactor.deadline import Deadline
from relay.reactor.failures import without_frames
from relay.reactor.sending import send_now
from relay.settings.schema import GatewaySettings, LimitSettings, ListenerSettings


class Http1Connection(EndingChannel):
    """One connection of a client (HTTP/1.1 and 1.0)."""

    hangups: Hangups
    peer: Peer
    timeOut: float | None  # type: ignore[assignment]
    _savedTimeOut: float | None

    def __init__(self) -> None:
        super().__init__()
        self._head_deadline: Deadline
        self._silence: Deadline
        self._receiver: Callable[[bytes], None] | None = None
        self._body_paused = False
        self.first_line = b""
        """Of the request whose head is read."""

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
        # From here on, so that it covers a handshake, and a client that is silent.
        self._head_deadline.start(self._head_expired)
        self._networkProducer = WatchedReading(self.transport, self.hangups)

    def setTimeout(self, period: float | None) -> float | None:
        """
        Say how long the client may be silent: by our own clock, as all others.

        :param period: in seconds; None for any time.
        :return: how long it was before.
        """
        before, self.timeOut = self.timeOut, period
        self._silence.stop()
        if period is not None:
            self._silence.timeout_s = period
            self._silence.start(self.timeoutConnection)
        return before

    def resetTimeout(self) -> None:
        """The client was not silent."""
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
        super().dataReceived(data)

    def _take_head(self, data: bytes) -> bool:
        """Begin a request whose whole head has come at once; see ``read_head``."""
        site = self.site
        if self._buffer or not self.persistent or self.paused:
            return False
        head = read_head(data, site.limits.max_head_bytes, site.limits.max_headers)
        if head is None:
            return False
        self._head_deadline.stop()
        request = Http1Stream(self)
        request.requestHeaders = head.headers
        self.requests.append(request)
        self._command, self._path = head.method, head.target
        self._version = head.version
        self.persistent = self.checkPersistence(request, head.version)
        self.allContentReceived()
        return True

    def writeHeaders(
        self, version: bytes, code: bytes, reason: bytes, headers: Headers
    ) -> None:
        """
        Write a response's head: at once, unless a body of known length follows.

        What follows then goes out with it, in one ``send``. Else that saves two calls
        of ``epoll_ctl`` and a turn of the reactor.
        """
        lines = [b"%s %s %s" % (version, code, reason)]
        for name, values in headers.getAllRawHeaders():
            for value in values:
                lines.append(b"%s: %s" % (name, value))
        lines.append(b"\r\n")
        head, transport = b"\r\n".join(lines), self.transport
        if (
            isinstance(transport, Connection)
            and not transport.TLS
            and not headers.hasHeader(b"Content-Length")
        ):
            send_now(transport, head)
        else:
            transport.write(head)

    def rawDataReceived(self, data: bytes) -> None:
        """Take what came with a request head, unless it is of another protocol."""
        if self._receiver is not None:
            self._receiver(data)
        else:
            super().rawDataReceived(data)

    def upgrade(self, receiver: Callable[[bytes], None]) -> None:
        """
        Speak another protocol than HTTP from here on.

        :param receiver: takes what the client sends.
        """
        self._receiver = receiver
        early, self._dataBuffer = b"".join(self._dataBuffer), []
        if early:
            receiver(early)

    def lineReceived(self, line: bytes) -> None:
        """Take a line of a request head."""
        if not self.requests:
            self.first_line = line
        super().lineReceived(line)

    def checkPersistence(  # type: ignore[override]
        self, request: Http1Stream, version: bytes
    ) -> bool:
        """Whether the client wants to go on after this request (RFC 9112, 9.3)."""
        if version != b"HTTP/1.1":
            return False
        if b"close" in connection_options(request.requestHeaders):
            request.asked_to_close = True
            return False
        return True

    def allHeadersReceived(self) -> None:
        """Begin a request that has a body; one without begins when it is complete."""
        request = self.requests[-1]
        self._head_deadline.stop()
        self.persistent = self.checkPersistence(request, self._version)
        if self.length != 0:
            self.setTimeout(self.site.settings.body_timeout_ms / 1000.0)
            head = RequestHead(
                self._command, self._path, self._version, request.requestHeaders
            )
            request.head_received(head, self.length)

    def allContentReceived(self) -> None:
        """A request is complete, unless it was answered and given up before."""
        if self._ending is None:
            # Else nobody would notice that the client leaves.
            self.resume_body()
            self.setTimeout(None)
            self._savedTimeOut = self.site.settings.keep_alive_timeout_ms / 1000.0
            super().allContentReceived()

    def requestDone(self, request: Http1Stream) -> None:
        """A response is complete; with more still to come, the connection ends."""
        unread = self._receiver is not None or (
            self._dataBuffer and not self.persistent
        )
        if request.is_last or unread:
            self.requests.remove(request)
            self._linger()
        else:
            super().requestDone(request)
            if self.line_mode and (self._buffer or self.requests):
                # A part of the next head was sent ahead.
                self._head_deadline.start(self._head_expired)

    def pause_body(self) -> None:
        """Read no more of the request body for now."""
        if self.requests and self.requests[-1].body_owed and not self._body_paused:
            self._body_paused = True
            self.setTimeout(None)
            self._networkProducer.pauseProducing()

    def resume_body(self) -> None:
        """Read the request body again."""
        if self._body_paused:
            self._body_paused = False
            self.setTimeout(self.site.settings.body_timeout_ms / 1000.0)
            self._networkProducer.resumeProducing()

    def resumeProducing(self) -> None:
        """The client takes bytes again; its own wait for their turn."""
        super().resumeProducing()
        if self._body_paused:
            self._networkProducer.pauseProducing()

    def send_continue(self) -> None:
        """Give the client leave to send its body."""
        self._send100Continue()

    def timeoutConnection(self) -> None:
        """The client was silent: between requests, or while it owes a body."""
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

        :param refusal: the answer.
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
            # It has its answer.
            return
        # As far as it is known; HEAD is answered without a body.
        head = RequestHead(
            getattr(self, "_command", b""),
            getattr(self, "_path", b""),
            getattr(self, "_version", b"HTTP/1.1"),
            request.requestHeaders,
        )
        request.settle(head)
        self.site.application.refuse(request, refusal)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The client is gone: stop every clock, let go of what knows the connection."""
        self._head_deadline.stop()
        self._body_paused = False
        self._networkProducer.forget()
        super().connectionLost(without_frames(reason))
        self.transport.unregisterProducer()
        self.requests = []
        self._receiver = self._transferDecoder = self._requestProducer = None

    def _respondToBadRequestAndDisconnect(self) -> None:
        self.refuse(self._misunderstanding())

    def _misunderstanding(self) -> Refusal:
        """Choose the refusal of a head that twisted.web does not understand."""
        if self._receivedHeaderCount > self.maxHeaders or (
            self._receivedHeaderSize > self.totalHeadersSize
        ):
            return refusals.HEAD_TOO_LARGE
        if not hasattr(self, "_command"):
            if b"\0" in self.first_line:
                return refusals.NULL_BYTE
            if not is_token(self.first_line.partition(b" ")[0]):
                return refusals.BAD_METHOD
        return refusals.BAD_SYNTAX

    def _head_expired(self) -> None:
        if self._buffer or self.requests:
            self.refuse(refusals.HEAD_TIMEOUT)
        else:
            # Nothing of a request has come, perhaps not even a TLS handshake: a
            # client that opened the connection in advance expects no answer.
            bottom(self.transport).loseConnection()


class Http1Site(ClientSite):
    """
    A listener that speaks HTTP/1.1 and 1.0.

    :param application: what every request goes to.
    :param listener: the listener's settings.
    :param settings: the gateway's settings.
    :param limits: how much a request head may hold.
    :param reactor: what tells the time.
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
        # Before the first request the clock of its head runs.
        channel.timeOut = None
        return channel
