"""
HTTP/2 to clients: one connection, many streams (RFC 9113).

The ``h2`` library reads and writes the frames; here stands what becomes of them:

* A request that is reset in the read that brought it costs nothing.
* How many streams there may be is a setting, and one too many is refused by itself.
* A client that takes no bytes slows the sources of all its streams down
  (``http2/writer.py``).
* A stream may be silent for as long as it likes; only a connection without streams
  ends after a while.
* A client that floods the connection is given up (``http2/frames.py``).
"""

from __future__ import annotations

from typing import Any, Protocol, cast

from h2.errors import ErrorCodes
from h2.events import (
    ConnectionTerminated,
    DataReceived,
    Event,
    RequestReceived,
    StreamEnded,
    StreamReset,
)
from h2.exceptions import ProtocolError
from twisted.internet.interfaces import ITCPTransport
from twisted.internet.protocol import Protocol as TwistedProtocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.http.headers import client_address
from relay.http.http2.floods import Floods
from relay.http.http2.frames import FrameWatch
from relay.http.http2.state import LONGEST_HEAD_BYTES, Http2State, close_state
from relay.http.http2.stream import Http2Stream, StreamSite
from relay.http.http2.writer import FrameWriter
from relay.http.listener.peer import LINGER_BYTES, Peer, watch_peer
from relay.reactor.deadline import Deadline

GOODBYE_S = 1.0
"""How long a client that violated the protocol may take to read the GOAWAY."""


class Http2Listener(StreamSite, Protocol):
    """The state that the connections of one listener share; see ``http2/site.py``."""

    max_streams: int
    """How many streams one connection may have at once."""
    floods: Floods
    connections: set[Http2Connection]
    closing: bool
    """Whether connections end with their last stream."""

    def lost(self, connection: Http2Connection) -> None:
        """A connection is over."""


class Http2Connection(TwistedProtocol):
    """
    One connection of a client that speaks HTTP/2.

    :param site: the listener.
    """

    log = Logger()

    def __init__(self, site: Http2Listener) -> None:
        settings = site.settings
        self.site = site
        self.tls: Any
        """The connection below."""
        self.peer: Peer
        self.streams: dict[int, Http2Stream] = {}
        most_head_bytes = max(LONGEST_HEAD_BYTES, 2 * site.limits.max_head_bytes)
        self.conn = Http2State(site.max_streams, most_head_bytes)
        self.writer = FrameWriter(
            self.conn, site.reactor, site.max_streams, self._sent, self._stopped
        )
        self._frames = FrameWatch(
            site.reactor.seconds, most_head_bytes, site.max_streams
        )
        self._open = True
        self._retired = False
        self._unbegun: dict[int, RequestReceived] = {}
        """Requests of the current read, which may reset them as well."""
        self._unwanted_bytes = 0
        self._frames_begun = 0
        self._head_clock = Deadline(site.reactor, settings.head_timeout_ms)
        self._keep_alive = Deadline(site.reactor, settings.keep_alive_timeout_ms)
        self._ending = Deadline(site.reactor, settings.stall_timeout_ms)

    def connectionMade(self) -> None:
        """Send the settings, and start the clocks."""
        tls = self.tls = cast(Any, self.transport)
        # There is no HTTP/2 without TLS here.
        self.peer = Peer(tls, secure=True)
        self._frames.lessen(self.site.floods.share(client_address(tls)))
        watch_peer(tls, self.site.settings.stall_timeout_ms)
        if ITCPTransport.providedBy(tls):
            tls.setTcpNoDelay(True)
        self._keep_alive.start(self._idle)
        self.conn.initiate_connection()
        self.writer.start(tls)
        self._head_clock.start(self._head_expired)
        self.site.connections.add(self)

    # What the client sends.

    def dataReceived(self, data: bytes) -> None:
        """Read frames; give the connection up for a flood."""
        if not self._open:
            self._unwanted_bytes += len(data)
            if self._unwanted_bytes > LINGER_BYTES:
                self.tls.abortConnection()
            return
        wrong = self._frames.feed(data)
        if wrong is not None:
            self._give_up(wrong, "a flood, or a frame that is too large")
            return
        try:
            events = self.conn.receive_data(data)
        except ProtocolError:
            # The library has queued a GOAWAY frame.
            self._terminate()
            return
        self._keep_alive.reset()
        for event in events:
            self._take(event)
        self.writer.send_frames()
        unbegun, self._unbegun = self._unbegun, {}
        for request in unbegun.values():
            self._begin(request)
        if self._open:
            self._look_at_clocks()
            self.writer.look_at_windows()

    def _take(self, event: Event) -> None:
        if isinstance(event, RequestReceived):
            self._unbegun[event.stream_id] = event
        elif isinstance(event, DataReceived):
            self._take_data(event)
        elif isinstance(event, StreamEnded):
            self._end_body(event)
        elif isinstance(event, StreamReset):
            self._take_reset(event)
        elif isinstance(event, ConnectionTerminated):
            self.tls.loseConnection()
            self._end_streams()

    def _look_at_clocks(self) -> None:
        if not self._frames.head_unfinished:
            self._head_clock.stop()
        elif not self._head_clock.running or self._frames_begun != self._frames.begun:
            # Each frame has its own time, however the bytes are cut into reads.
            self._head_clock.start(self._head_expired)
        self._frames_begun = self._frames.begun
        stream = self.streams.get(self._frames.body_unfinished)
        if stream is not None:
            stream.body_comes()

    def _begin(self, event: RequestReceived) -> None:
        if not self._open:
            return
        if self._retired or len(self.streams) >= self.site.max_streams:
            wrong = self._frames.spend()
            if wrong is not None:
                self._give_up(wrong, "a flood of streams beyond the limit")
            else:
                # The client may ask again, elsewhere or later (RFC 9113, 8.7).
                self._reset(event.stream_id, ErrorCodes.REFUSED_STREAM)
            return
        stream = Http2Stream(self, event.stream_id)
        self.streams[event.stream_id] = stream
        self._keep_alive.stop()
        stream.open(list(event.headers or ()), event.stream_ended is not None)
        if event.stream_ended is not None:
            stream.data_ended()

    def _begun(self, stream_id: int) -> Http2Stream | None:
        event = self._unbegun.pop(stream_id, None)
        if event is not None:
            self._begin(event)
        return self.streams.get(stream_id)

    def _take_data(self, event: DataReceived) -> None:
        stream = self._begun(event.stream_id)
        size = event.flow_controlled_length or 0
        if stream is not None:
            stream.data_received(event.data or b"", size)
        else:
            self.open_window(event.stream_id, size)

    def _end_body(self, event: StreamEnded) -> None:
        unbegun = self._unbegun.get(event.stream_id)
        if unbegun is None or unbegun.stream_ended is None:
            stream = self._begun(event.stream_id)
            if stream is not None:
                stream.data_ended(self.conn.wrong_trailers(event.stream_id))

    def _take_reset(self, event: StreamReset) -> None:
        now_s = begun_s = self.site.reactor.seconds()
        stream = self.streams.get(event.stream_id)
        if stream is not None:
            begun_s = stream.begun_s
            self._forget(stream)
        elif self._unbegun.pop(event.stream_id, None) is None:
            return
        wrong = self._frames.reset(now_s - begun_s)
        if wrong is not None:
            self._give_up(wrong, "a flood of resets")

    # What the streams ask for.

    def open_window(self, stream_id: int, size: int) -> None:
        """
        Enlarge the window of a stream, so that the client may send more.

        :param stream_id: the stream's number; the stream may be over.
        :param size: bytes of the window that were processed.
        """
        if self._open:
            self.conn.acknowledge_received_data(size, stream_id)
            self.writer.send_frames()

    def send_continue(self, stream: Http2Stream) -> None:
        """
        Send ``100 Continue`` for a request.

        :param stream: the request's.
        """
        self.conn.send_headers(stream.stream_id, [(b":status", b"100")])
        self.writer.send_frames()

    def cut(self, stream: Http2Stream, code: ErrorCodes) -> None:
        """
        Cut a stream, after the data that the windows still allow.

        :param stream: one that may be over already.
        :param code: the error code of the RST_STREAM frame.
        """
        if self.streams.get(stream.stream_id) is not stream:
            return
        self.writer.send_rest(stream)
        self._reset(stream.stream_id, code)
        self._forget(stream)

    # Ends.

    def retire(self) -> None:
        """Accept no more requests, and close after the last stream (RFC 9113, 6.8)."""
        if self._retired or not self._open:
            return
        self._retired = True
        self.conn.announce_end()
        self.writer.send_frames()
        if not self.streams:
            self._leave(ErrorCodes.NO_ERROR)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The connection is over, and so is each of its streams."""
        self._end_streams()
        self._ending.stop()
        close_state(self.conn)
        self.site.lost(self)

    def _sent(self, stream: Http2Stream) -> None:
        """A frame of a stream has gone out."""
        self._frames.earn(1)
        if stream.over:
            if not stream.received_all:
                # The response is complete; the rest of the request body is of no use
                # (RFC 9113, 8.1).
                fine, wrong = ErrorCodes.NO_ERROR, ErrorCodes.PROTOCOL_ERROR
                self._reset(stream.stream_id, wrong if stream.malformed else fine)
            self._forget(stream)
        elif not stream.pending:
            stream.drained()

    def _forget(self, stream: Http2Stream) -> None:
        self.streams.pop(stream.stream_id, None)
        self.writer.forget(stream)
        stream.lost()
        if self.streams or not self._open:
            return
        if self._retired or self.site.closing:
            self._leave(ErrorCodes.NO_ERROR)
        else:
            self._keep_alive.start(self._idle)

    def _reset(self, stream_id: int, code: ErrorCodes) -> None:
        try:
            self.conn.reset_stream(stream_id, code)
        except ProtocolError:
            return  # The client was quicker.
        self.writer.send_frames()

    def _give_up(self, code: ErrorCodes, why: str) -> None:
        self.log.info(
            "HTTP/2 client {client}: {why} ({code})",
            client=self.tls.getPeer(),
            why=why,
            code=code.name,
        )
        if code is ErrorCodes.ENHANCE_YOUR_CALM:
            self.site.floods.note(client_address(self.tls))
        # The client has time to read the GOAWAY; nothing more is read from it.
        self._ending.timeout_s = min(self._ending.timeout_s, GOODBYE_S)
        self._leave(code)
        self.tls.pauseProducing()

    def _leave(self, code: ErrorCodes) -> None:
        self.conn.close_connection(code)
        self._terminate()

    def _terminate(self) -> None:
        """Close the connection after the frames that the library has queued."""
        self.writer.send_frames()
        if self._open:
            self.tls.loseConnection()
            self._end_streams()

    def _stopped(self, excess: bool) -> None:
        """The transport is lost, or too many frames wait to be sent."""
        if excess:
            self.log.info(
                "HTTP/2 client {client}: asks for more than it reads",
                client=self.tls.getPeer(),
            )
            self.tls.abortConnection()
        self._end_streams()

    def _end_streams(self) -> None:
        """End every stream: the connection is closed, or about to be."""
        if not self._open:
            return
        self._open = False
        self._keep_alive.stop()
        self._head_clock.stop()
        streams, self.streams = list(self.streams.values()), {}
        for stream in streams:
            stream.lost()
        self.writer.close()
        self._ending.start(self._ending_expired)

    def _idle(self) -> None:
        """There was no stream for a while."""
        self._leave(ErrorCodes.NO_ERROR)

    def _head_expired(self) -> None:
        self._give_up(ErrorCodes.PROTOCOL_ERROR, "a frame that did not end in time")

    def _ending_expired(self) -> None:
        self.tls.abortConnection()
