"""
One request of a client over HTTP/2, and its response.

Each request has a stream of its own, with its own pace in both directions, its own
clocks and its own end. What the stream has to send waits here until the connection
asks for it, a frame at a time; what it receives is acknowledged as the upstream takes
it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from h2.errors import ErrorCodes
from twisted.internet.interfaces import IReactorTime
from twisted.web.http_headers import Headers

from relay.http import refusals
from relay.http.body import RequestBody
from relay.http.client_stream import (
    NO_BODY_STATUSES,
    Application,
    Ledger,
    ListenerFacts,
    RequestHead,
    Responder,
    expects_continue,
)
from relay.http.headers import allowed_trailers
from relay.http.http2.frame_queue import FrameQueue, Head
from relay.http.http2.head import CONNECTION_SPECIFIC, Malformed, read_block
from relay.http.limits.stall import StallClock
from relay.http.listener.peer import Peer, bytes_taken
from relay.http.refusals import Refusal
from relay.reactor.deadline import Deadline
from relay.settings.gateway import GatewaySettings, LimitSettings

FULL_BYTES = 65_536
"""How many bytes may wait to be sent before the responder must pause."""


class Writer(Protocol):
    """Sends the frames of a stream; see ``http2/writer.py``."""

    def wake(self, stream: Http2Stream) -> None:
        """Send the data of a stream at the end of this turn."""

    def may_send(self, stream: Http2Stream) -> bool:
        """Whether the client takes bytes of a stream just now."""

    def has_window(self, stream: Http2Stream) -> bool:
        """Whether the windows of a stream and of the connection have room."""


class StreamSite(Protocol):
    """
    The state that the streams of one listener share; see ``http/listener/site.py``.
    """

    application: Application
    listener: ListenerFacts
    settings: GatewaySettings
    limits: LimitSettings
    reactor: IReactorTime


class Connection(Protocol):
    """The connection of a stream; see ``http2/connection.py``."""

    @property
    def site(self) -> StreamSite:
        """The listener."""

    @property
    def writer(self) -> Writer:
        """The writer of the connection's frames."""

    @property
    def peer(self) -> Peer:
        """The two ends of the connection."""

    def open_window(self, stream_id: int, size: int) -> None:
        """Let the client send so many bytes more."""

    def send_continue(self, stream: Http2Stream) -> None:
        """Let the client send the body."""

    def cut(self, stream: Http2Stream, code: ErrorCodes) -> None:
        """End a stream before its time."""


class Http2Stream(FrameQueue):
    """
    A :class:`~relay.http.client_stream.ClientStream` of HTTP/2.

    :param connection: the connection that it is a stream of.
    :param stream_id: its number there.
    """

    __slots__ = (
        "_bodiless",
        "_body_clock",
        "_body_paused",
        "_connection",
        "_owed_bytes",
        "_paused",
        "_rest",
        "_rest_mark",
        "_unopened",
        "begun",
        "begun_s",
        "body",
        "broken",
        "ledger",
        "malformed",
        "peer",
        "received_all",
        "request",
        "responder",
        "stall",
    )

    takes_chunks = False
    fanout_target = None

    def __init__(self, connection: Connection, stream_id: int) -> None:
        super().__init__(stream_id)
        self._connection = connection
        self.peer = connection.peer
        self.request = RequestHead(version=b"HTTP/2")
        self.body: RequestBody | None = None
        self.responder: Responder | None = None
        self.ledger = Ledger()
        self.broken = False
        self.begun = False
        self.begun_s = connection.site.reactor.seconds()
        """When it was opened, in seconds of the reactor's time."""
        self.received_all = False
        """Whether the client has ended its side."""
        self.malformed = False
        """Whether the body contradicts its ``Content-Length`` (RFC 9113, 8.1.1)."""
        self._bodiless = False
        self._paused = False
        self.stall: StallClock | None = None
        self._rest: Deadline | None = None
        self._rest_mark = 0
        self._body_clock: Deadline | None = None
        self._body_paused = False
        self._unopened = 0
        self._owed_bytes: int | None = None

    @property
    def listener(self) -> ListenerFacts:
        """The listener that the request came to."""
        return self._connection.site.listener

    # What the client sends.

    def open(self, fields: Head, ended: bool) -> None:
        """
        Hand the request over to the application, at its head.

        :param fields: its header block.
        :param ended: whether that is all of it.
        """
        self.received_all = ended
        site = self._connection.site
        try:
            length = read_block(self.request, fields, ended, site.limits)
        except Malformed as malformed:
            self.broken = True
            site.application.refuse(self, malformed.refusal)
            return
        self._owed_bytes = length
        if length != 0:
            self.body = RequestBody(self, length)
            self._body_clock = Deadline(site.reactor, site.settings.body_timeout_ms)
            self._body_clock.start(self._body_expired)
        site.application.render(self)

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
        if self.body is not None and data and not self.malformed:
            self.body.received(data)
        if not self._body_paused:
            self._open_window()

    def body_comes(self) -> None:
        """Some of the body has come, perhaps not yet a whole frame."""
        if self._body_clock is not None:
            self._body_clock.reset()

    def data_ended(self, wrong: Refusal | None = None) -> None:
        """
        The client has sent all of it.

        :param wrong: the answer to trailers that are malformed.
        """
        self.received_all = True
        self._stop_body_clock()
        if wrong is not None or self._owed_bytes:
            self._refuse_body(wrong or refusals.WRONG_LENGTH)
        elif self.body is not None:
            self.body.ended()

    def pause_body(self) -> None:
        """Stop opening the window: the client may send no more than it allows."""
        if not self.received_all:
            self._body_paused = True
            if self._body_clock is not None:
                self._body_clock.suspend()

    def resume_body(self) -> None:
        """Open the window by the bytes that the upstream has taken."""
        self._body_paused = False
        if self._body_clock is not None:
            self._body_clock.resume()
        self._open_window()

    pause_reading = pause_body
    resume_reading = resume_body

    @property
    def body_owed(self) -> bool:
        """Whether the client has still to send some of the body."""
        return self.body is not None and self.body.owed

    @property
    def is_last(self) -> bool:
        """Whether the rest of the stream is of no use."""
        return self.broken or self.body_owed

    def send_continue(self) -> None:
        """Let the client send the body, if it waits for that."""
        if self.body_owed and expects_continue(self.request):
            self._connection.send_continue(self)

    def _open_window(self) -> None:
        taken, self._unopened = self._unopened, 0
        if taken:
            self._connection.open_window(self.stream_id, taken)

    def _refuse_body(self, refusal: Refusal) -> None:
        self.malformed, self._owed_bytes = True, None
        self._refuse(refusal)

    def _body_expired(self) -> None:
        self._body_clock = None
        self._refuse(refusals.BODY_TIMEOUT)

    def _refuse(self, refusal: Refusal) -> None:
        if self.responder is not None:
            self.responder.refuse(refusal)

    def _stop_body_clock(self) -> None:
        clock, self._body_clock = self._body_clock, None
        if clock is not None:
            clock.stop()

    # What the client is sent.

    def early_hints(self, headers: Headers) -> None:
        """Write a 103 response."""
        self._write_head(103, headers)

    def begin(
        self, status: int, phrase: bytes, headers: Headers, close: bool = False
    ) -> None:
        """Write the head (RFC 9113, 8.3.2: there is no reason phrase)."""
        self.begun = True
        self._bodiless = self.request.method == b"HEAD" or status in NO_BODY_STATUSES
        self._write_head(status, headers)

    def upgrade(self, headers: Headers, receiver: Callable[[bytes], None]) -> None:
        """Never called: HTTP/2 has no 101 response (RFC 9113, 8.6)."""
        raise RuntimeError("a stream of HTTP/2 switches no protocols")

    def write(self, data: bytes) -> None:
        """Write some of the body."""
        if not data or self.ended or self._bodiless:
            return
        self.ledger.bytes += len(data)
        self.add_data(data)
        writer = self._connection.writer
        writer.wake(self)
        if self.queued >= FULL_BYTES or not writer.may_send(self):
            self._pause()

    def write_chunks(self, framed: bytes, size: int) -> None:
        """Never called: HTTP/2 has no chunks."""
        raise RuntimeError("a stream of HTTP/2 takes no chunks")

    def finish(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """End the response; what waits is sent, then the stream ends."""
        if self.ended:
            return
        self.end([(name.lower(), value) for name, value in allowed_trailers(trailers)])
        self._stop_body_clock()
        self._stop_stall()
        self._connection.writer.wake(self)
        # A client that takes no byte of the rest for the stall time is cut.
        site = self._connection.site
        self._rest = Deadline(site.reactor, site.settings.stall_timeout_ms)
        self._rest_mark = self.bytes_taken()
        self._rest.start(self._rest_expired)

    def abort(self, drops: bool) -> None:
        """Cut the response, so that it cannot look finished (RST_STREAM)."""
        self._stop_stall()
        ours, theirs = ErrorCodes.INTERNAL_ERROR, ErrorCodes.PROTOCOL_ERROR
        self._connection.cut(self, theirs if self.malformed else ours)

    def drained(self) -> None:
        """Resume the responder: everything that waited was sent."""
        if self._paused:
            self._paused = False
            self._stop_stall()
            if self.responder is not None:
                self.responder.on_drained()

    def lost(self) -> None:
        """The stream is over."""
        self._stop_body_clock()
        self._stop_stall()
        rest, self._rest = self._rest, None
        if rest is not None:
            rest.stop()
        answered = self.ended
        self.clear()
        if not answered:
            if self.body is not None:
                self.body.drop()
            if self.responder is not None:
                self.responder.on_gone()
        # The body refers to its stream.
        self.body = None
        self._open_window()

    def bytes_taken(self) -> int:
        """
        Count the bytes of this stream that the client has received, as far as that is
        known.

        While its windows have room, any data that the connection sends is progress,
        since this stream's turn comes with it.
        """
        if not self._connection.writer.has_window(self):
            return self.sent
        return self.sent + (bytes_taken(self.peer.transport) or 0)

    def _write_head(self, status: int, headers: Headers) -> None:
        head: Head = [(b":status", b"%d" % status)]
        for name, values in headers.getAllRawHeaders():
            lower = name.lower()
            if lower not in CONNECTION_SPECIFIC:
                head += [(lower, value) for value in values]
        self.add_head(head)
        self._connection.writer.wake(self)

    def _pause(self) -> None:
        if not self._paused:
            self._paused = True
            site = self._connection.site
            self.stall = StallClock(
                site.reactor,
                site.settings.stall_timeout_ms,
                self.bytes_taken,
                self._stalled,
            )
            if self.responder is not None:
                self.responder.on_full()

    def _stalled(self) -> None:
        if self.responder is not None:
            self.responder.on_stalled()

    def _stop_stall(self) -> None:
        stall, self.stall = self.stall, None
        if stall is not None:
            stall.stop()

    def _rest_expired(self) -> None:
        taken = self.bytes_taken()
        if taken == self._rest_mark:
            self._connection.cut(self, ErrorCodes.CANCEL)
        elif self._rest is not None:
            self._rest_mark = taken
            self._rest.start(self._rest_expired)
