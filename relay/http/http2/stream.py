"""
One stream of an HTTP/2 connection: to its request, what a connection is in HTTP/1.1.

Each call of a client has a stream of its own, with its own pace in both directions, its
own clocks and its own end. What the stream has to send waits here until the connection
asks for it, a frame at a time; what it receives is acknowledged as the source takes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, cast

from h2.connection import H2Connection
from h2.errors import ErrorCodes
from twisted.internet.error import ConnectionDone
from twisted.internet.interfaces import (
    IAddress,
    IConsumer,
    IProducer,
    IPushProducer,
    ITransport,
)
from twisted.python.failure import Failure
from twisted.web.http_headers import Headers
from zope.interface import implementer

from relay.http import refusals
from relay.http.http1.request import RelayRequest
from relay.http.http2.head import CONNECTION_SPECIFIC, Malformed, RequestHead
from relay.http.peer import bytes_taken
from relay.http.site import ClientSite
from relay.reactor.deadline import Deadline

FULL_BYTES = 65_536
"""How much may wait to be sent before the source is asked to pause."""
HEAD_BYTES = 100
"""About what the head of a response takes, compressed."""
FRAME_BYTES = 16_384
"""The most that a stream sends before it is the next one's turn."""


class Writer(Protocol):
    """What sends the frames of a stream: see ``http2/writer.py``."""

    def wake(self, stream: Http2Stream) -> None:
        """Send what a stream has, at the end of this turn."""

    def may_send(self, stream: Http2Stream) -> bool:
        """Whether the client takes bytes of a stream just now."""

    def has_window(self, stream: Http2Stream) -> bool:
        """Whether the windows of a stream and of the connection have room."""


class Connection(Protocol):
    """What a stream is one of: see ``http2/connection.py``."""

    @property
    def site(self) -> Any:
        """The listener."""

    @property
    def writer(self) -> Writer:
        """What sends the frames."""

    @property
    def tls(self) -> Any:
        """The connection below; None before there is one."""

    def open_window(self, stream_id: int, size: int) -> None:
        """Let the client send so many bytes more."""

    def send_continue(self, stream: Http2Stream) -> None:
        """Let the client send the body."""

    def cut(self, stream: Http2Stream, code: ErrorCodes) -> None:
        """End a stream before its time."""


@implementer(ITransport, IConsumer)
class Http2Stream:
    """
    What a :class:`~relay.http.http1.request.RelayRequest` knows as its channel.

    :param connection: the connection that it is a stream of.
    :param stream_id: its number there.
    """

    __slots__ = (
        "_body_clock",
        "_body_paused",
        "_connection",
        "_ended",
        "_first",
        "_heads",
        "_offset",
        "_owed_bytes",
        "_paused",
        "_producer",
        "_queue",
        "_queued",
        "_sent",
        "_stall",
        "_stall_mark",
        "_unopened",
        "begun_s",
        "malformed",
        "over",
        "persistent",
        "received_all",
        "request",
        "stream_id",
        "trailers",
    )

    def __init__(self, connection: Connection, stream_id: int) -> None:
        self._connection = connection
        self.stream_id = stream_id
        self.begun_s = connection.site.reactor.seconds()
        self.persistent = True
        """Asked of the channels of HTTP/1.1, and without effect on a stream."""
        self.received_all = False
        """Whether the client has ended its side."""
        self.over = False
        """Whether the end was sent, or the stream was lost."""
        self.malformed = False
        """Whether the body contradicts its ``Content-Length`` (RFC 9113, 8.1.1)."""
        self.trailers: list[tuple[bytes, bytes]] = []
        """What goes out after the body."""
        self._heads: list[list[tuple[bytes, bytes]]] = []
        self._first = b""
        self._offset = 0
        self._queue: list[bytes] = []
        self._queued = 0
        self._ended = False
        self._sent = 0
        self._producer: IPushProducer | None = None
        self._paused = False
        self._stall: Deadline | None = None
        self._stall_mark: int | None = None
        self._body_clock: Deadline | None = None
        self._body_paused = False
        self._unopened = 0
        self._owed_bytes: int | None = None
        self.request: RelayRequest | None = RelayRequest(cast(Any, self))

    @property
    def site(self) -> ClientSite:
        """The listener."""
        return cast(ClientSite, self._connection.site)

    factory = site

    @property
    def transport(self) -> Http2Stream:
        """The stream: no writing past it, and a count of taken bytes of its own."""
        return self

    def getPeer(self) -> IAddress:
        """The client's address."""
        return cast(IAddress, self._connection.tls.getPeer())

    def getHost(self) -> IAddress:
        """The address that the client came to."""
        return cast(IAddress, self._connection.tls.getHost())

    def getPeerCertificate(self) -> Any:
        """The certificate that the client has shown, None without one."""
        return self._connection.tls.getPeerCertificate()

    def isSecure(self) -> bool:
        """There is no HTTP/2 without TLS here."""
        return True

    # What the client sends.

    def begin(self, fields: list[tuple[bytes, bytes]], ended: bool) -> None:
        """
        Hand the request over, at its head.

        :param fields: its header block.
        :param ended: whether that is all of it.
        """
        self.received_all = ended
        request = self.request
        assert request is not None
        head, site = RequestHead(), self.site
        refusal = None
        try:
            head.read(fields, ended, site.limits)
        except Malformed as malformed:
            refusal = malformed.refusal
        request.requestHeaders = head.headers
        if refusal is not None:
            request.method, request.uri = head.method, head.target
            request.clientproto = b"HTTP/2"
            request.broken = True
            site.application.refuse(request, refusal)
            return
        self._owed_bytes = head.length
        if head.length != 0:
            self._body_clock = Deadline(site.reactor, site.settings.body_timeout_ms)
            self._body_clock.start(self._body_expired)
        request.head_received(head.method, head.target, b"HTTP/2", head.length)

    def data_received(self, data: bytes, flow_bytes: int) -> None:
        """
        Take some of the body.

        :param flow_bytes: how much of the windows it took, padding included.
        """
        self._unopened += flow_bytes
        self.body_comes()
        if self._owed_bytes is not None:
            self._owed_bytes -= len(data)
            if self._owed_bytes < 0:
                self._refuse_body(refusals.WRONG_LENGTH)
        if self.request is not None and data and not self.malformed:
            self.request.handleContentChunk(data)
        if not self._body_paused:
            self._open_window()

    def body_comes(self) -> None:
        """Some of the body has come, perhaps not yet a whole frame."""
        if self._body_clock is not None:
            self._body_clock.reset()

    def data_ended(self, wrong: refusals.Refusal | None = None) -> None:
        """
        The client has sent all of it.

        :param wrong: the answer to trailers that are malformed.
        """
        self.received_all = True
        self._stop_body_clock()
        if wrong is not None or self._owed_bytes:
            self._refuse_body(wrong or refusals.WRONG_LENGTH)
        elif self.request is not None and self.request.body is not None:
            self.request.body.ended()

    def pause_body(self) -> None:
        """Leave the window shut: the client may send what it has room for, no more."""
        if not self.received_all:
            self._body_paused = True
            if self._body_clock is not None:
                self._body_clock.suspend()

    def resume_body(self) -> None:
        """Open the window for what the source has taken."""
        self._body_paused = False
        if self._body_clock is not None:
            self._body_clock.resume()
        self._open_window()

    def send_continue(self) -> None:
        """Give the client leave to send its body."""
        self._connection.send_continue(self)

    def _open_window(self) -> None:
        taken, self._unopened = self._unopened, 0
        if taken:
            self._connection.open_window(self.stream_id, taken)

    def _refuse_body(self, refusal: refusals.Refusal) -> None:
        self.malformed, self._owed_bytes = True, None
        self._refuse(refusal)

    def _body_expired(self) -> None:
        self._body_clock = None
        self._refuse(refusals.BODY_TIMEOUT)

    def _refuse(self, refusal: refusals.Refusal) -> None:
        if self.request is not None and self.request.exchange is not None:
            self.request.exchange.refuse(refusal)

    def _stop_body_clock(self) -> None:
        clock, self._body_clock = self._body_clock, None
        if clock is not None:
            clock.stop()

    # What the client is sent.

    def writeHeaders(
        self, version: bytes, code: bytes, reason: bytes, headers: Headers
    ) -> None:
        """Write a response's head (RFC 9113, 8.3.2: there is no reason phrase)."""
        head = [(b":status", code)]
        for name, values in headers.getAllRawHeaders():
            lower = name.lower()
            if lower not in CONNECTION_SPECIFIC:
                head += [(lower, value) for value in values]
        self._heads.append(head)
        self._connection.writer.wake(self)

    def write(self, data: bytes) -> None:
        """Write some of the body."""
        if not data or self._ended:
            return
        self._queue.append(data)
        self._queued += len(data)
        writer = self._connection.writer
        writer.wake(self)
        if self._queued >= FULL_BYTES or not writer.may_send(self):
            self._pause()

    def writeSequence(self, iovec: Iterable[bytes]) -> None:
        """The same of several pieces."""
        self.write(b"".join(iovec))

    def registerProducer(self, producer: IProducer, streaming: bool) -> None:
        """Let the client's pace govern a producer, which is a streaming one."""
        self._producer = cast(IPushProducer, producer)
        self._paused = False

    def unregisterProducer(self) -> None:
        """Govern no producer any more."""
        self._producer = None

    def requestDone(self, request: RelayRequest) -> None:
        """The response is complete; what waits is sent, then the stream ends."""
        self.request = None
        self._ended = True
        self._stop_body_clock()
        self._connection.writer.wake(self)
        # Whoever takes no byte of what is left is not waited for.
        self._stall = Deadline(self.site.reactor, self.site.settings.stall_timeout_ms)
        self._stall_mark = self.bytes_taken()
        self._stall.start(self._stall_expired)

    @property
    def pending(self) -> bool:
        """Whether there is something to send, the end of the stream included."""
        return not self.over and (bool(self._heads) or self._queued > 0 or self._ended)

    @property
    def needs_window(self) -> bool:
        """Whether the next thing to send is data, which needs room in the windows."""
        return not self._heads and self._queued > 0

    def send(self, h2: H2Connection) -> int:
        """
        Give the connection one frame of what waits.

        :param h2: where to.
        :return: about how many bytes that were.
        :raises ProtocolError: when the stream is closed, and nobody was told yet.
        """
        if self._heads:
            head = self._heads.pop(0)
            waits = self._heads or self._queued or self.trailers
            self.over = self._ended and not waits
            h2.send_headers(self.stream_id, head, end_stream=self.over)
            return HEAD_BYTES
        if self._queued:
            data = self._next(h2.local_flow_control_window(self.stream_id))
            self.over = self._ended and not self._queued and not self.trailers
            h2.send_data(self.stream_id, data, end_stream=self.over)
            self._sent += len(data)
            return len(data)
        self.over = True
        if self.trailers:
            trailers = [(name.lower(), value) for name, value in self.trailers]
            h2.send_headers(self.stream_id, trailers, end_stream=True)
        else:
            h2.end_stream(self.stream_id)
        return HEAD_BYTES

    def drained(self) -> None:
        """Nothing waits any more: let the source go on."""
        if self._paused:
            self._paused = False
            if self._producer is not None:
                self._producer.resumeProducing()

    def loseConnection(self) -> None:
        """Cut the response."""
        self.abort()

    def abort(self) -> None:
        """Cut the response, so that it cannot look finished (RST_STREAM)."""
        ours, theirs = ErrorCodes.INTERNAL_ERROR, ErrorCodes.PROTOCOL_ERROR
        self._connection.cut(self, theirs if self.malformed else ours)

    def connectionLost(self) -> None:
        """The stream is over."""
        self._stop_body_clock()
        stall, self._stall = self._stall, None
        if stall is not None:
            stall.stop()
        self._producer = None
        self.over = self._ended = True
        self._heads = []
        self._queue, self._first, self._queued = [], b"", 0
        request, self.request = self.request, None
        if request is not None:
            request.connectionLost(Failure(ConnectionDone()))
        self._open_window()

    def bytes_taken(self) -> int:
        """
        Count what the client has taken, of this stream, as far as that can be told.

        While its windows have room, whatever the connection gets rid of is progress,
        since this stream's turn comes with it.
        """
        tls = self._connection.tls
        if tls is None or not self._connection.writer.has_window(self):
            return self._sent
        return self._sent + (bytes_taken(tls) or 0)

    def _next(self, window: int) -> memoryview:
        """Take what fits into a frame; one large piece is cut without copies."""
        if self._offset == len(self._first):
            self._first, self._queue = b"".join(self._queue), []
            self._offset = 0
        size = min(len(self._first) - self._offset, window, FRAME_BYTES)
        data = memoryview(self._first)[self._offset : self._offset + size]
        self._offset += size
        self._queued -= size
        if self._offset == len(self._first):
            self._first, self._offset = b"", 0
        return data

    def _pause(self) -> None:
        if not self._paused and self._producer is not None:
            self._paused = True
            self._producer.pauseProducing()

    def _stall_expired(self) -> None:
        taken = self.bytes_taken()
        if taken == self._stall_mark:
            self._connection.cut(self, ErrorCodes.CANCEL)
        elif self._stall is not None:
            self._stall_mark = taken
            self._stall.start(self._stall_expired)
