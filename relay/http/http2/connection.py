"""
HTTP/2 to clients: one connection, many streams (RFC 9113).

twisted.web has an HTTP/2 server, which this is a subclass of. What it does not do is
repaired here:

* Data that has no window to go through waits; it does not keep the reactor turning.
* A client that takes no bytes slows the sources of all its streams down.
* A stream may be silent for as long as it likes; only a connection without streams
  ends after a while.
* What the streams have to say in one turn of the reactor leaves in one write.
* How many streams there may be is a setting, and one too many is refused by itself.

The streams take turns, a frame each; priorities are ignored, as RFC 9113 advises.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from h2.errors import ErrorCodes
from h2.events import DataReceived, RequestReceived, StreamEnded, StreamReset
from h2.exceptions import ProtocolError
from twisted.internet.error import ConnectionAborted, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

# Private in Twisted: setup.cfg keeps to the versions that these overrides are written
# for, and tests/http/http2 and tests/wire/test_http2.py hold each of them.
from twisted.web._http2 import H2Connection

from relay.http.headers import client_address
from relay.http.http1.ending import LINGER_BYTES
from relay.http.http2.frames import FrameWatch
from relay.http.http2.state import LONGEST_HEAD_BYTES, Http2State, close_state
from relay.http.http2.stream import Http2Stream
from relay.http.peer import watch_peer
from relay.reactor.deadline import Deadline

if TYPE_CHECKING:
    from relay.http.http2.site import Http2Site

BATCH_BYTES = 65_536
"""How much is gathered for one write."""
GOODBYE_S = 1.0
"""How long a connection that is ended for a violation may take its GOAWAY."""


class Http2Connection(H2Connection):
    """
    One connection of a client that speaks HTTP/2.

    :param site: the listener.
    """

    log = Logger()
    site: Any  # an Http2Site; Twisted says that it may be None
    streams: dict[int, Http2Stream]
    conn: Http2State
    callLater: Any
    timeOut: Any

    def __init__(self, site: Http2Site) -> None:
        super().__init__(site.reactor)
        settings = site.settings
        self.site = site
        self.tls: Any = None
        """The connection below."""
        self.callLater = site.reactor.callLater
        self.timeOut = self._keep_alive_s = settings.keep_alive_timeout_ms / 1000.0
        most_head_bytes = max(LONGEST_HEAD_BYTES, 2 * site.limits.max_head_bytes)
        close_state(self.conn)
        self.conn = Http2State(site.max_streams, most_head_bytes)
        self._frames = FrameWatch(
            site.reactor.seconds, most_head_bytes, site.max_streams
        )
        self._maxBufferedControlFrameBytes += 32 * site.max_streams
        self._ready: dict[Http2Stream, None] = {}
        self._waiting: dict[Http2Stream, None] = {}
        self._turn: IDelayedCall | None = None
        self._flushing = False
        self._retired = False
        self._unbegun: dict[int, RequestReceived] = {}
        """Requests of the read that is being taken; a reset may come in it, too."""
        self._unwanted_bytes = 0
        self._frames_begun = 0
        self._head_clock = Deadline(site.reactor, settings.head_timeout_ms)
        self._ending = Deadline(site.reactor, settings.stall_timeout_ms)

    def connectionMade(self) -> None:
        """Greet, and let the client's pace govern all streams."""
        self.tls = self.transport
        self._frames.lessen(self.site.floods.share(client_address(self.tls)))
        watch_peer(self.tls, self.site.settings.stall_timeout_ms)
        super().connectionMade()
        self.tls.registerProducer(self, True)
        self._head_clock.start(self._head_expired)
        self.site.connections.add(self)

    # What the client sends.

    def dataReceived(self, data: bytes) -> None:
        """Take what arrived, unless the client is up to no good."""
        if not self._stillProducing:
            self._unwanted_bytes += len(data)
            if self._unwanted_bytes > LINGER_BYTES:
                self.tls.abortConnection()
            return
        wrong = self._frames.feed(data)
        if wrong is not None:
            self._give_up(wrong, "a flood, or a frame that is too large")
            return
        super().dataReceived(data)
        unbegun, self._unbegun = self._unbegun, {}
        for event in unbegun.values():
            self._begin(event)
        if not self._stillProducing:
            return
        if not self._frames.head_unfinished:
            self._head_clock.stop()
        elif not self._head_clock.running or self._frames_begun != self._frames.begun:
            # Each frame has its own time, whatever the cut of the bytes.
            self._head_clock.start(self._head_expired)
        self._frames_begun = self._frames.begun
        stream = self.streams.get(self._frames.body_unfinished)
        if stream is not None:
            stream.body_comes()
        self._look_at_windows()

    def _requestReceived(self, event: RequestReceived) -> None:
        """Wait for the end of the read: a request that is reset in it costs nothing."""
        self._unbegun[event.stream_id] = event

    def _begin(self, event: RequestReceived) -> None:
        if not self._stillProducing:
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
        self.setTimeout(None)
        stream.begin(list(event.headers or ()), event.stream_ended is not None)
        if event.stream_ended is not None:
            stream.data_ended()

    def _requestDataReceived(self, event: DataReceived) -> None:
        stream = self._begun(event.stream_id)
        size = event.flow_controlled_length or 0
        if stream is not None:
            stream.data_received(event.data or b"", size)
        else:
            self.open_window(event.stream_id, size)

    def _requestEnded(self, event: StreamEnded) -> None:
        unbegun = self._unbegun.get(event.stream_id)
        if unbegun is None or unbegun.stream_ended is None:
            stream = self._begun(event.stream_id)
            if stream is not None:
                stream.data_ended(self.conn.wrong_trailers(event.stream_id))

    def _requestAborted(self, event: StreamReset) -> None:
        now_s = begun_s = self._reactor.seconds()
        stream = self.streams.get(event.stream_id)
        if stream is not None:
            begun_s = stream.begun_s
            self._forget(stream, Failure(ConnectionLost("the client left the stream")))
        elif self._unbegun.pop(event.stream_id, None) is None:
            return
        wrong = self._frames.reset(now_s - begun_s)
        if wrong is not None:
            self._give_up(wrong, "a flood of resets")

    def _begun(self, stream_id: int) -> Http2Stream | None:
        event = self._unbegun.pop(stream_id, None)
        if event is not None:
            self._begin(event)
        return self.streams.get(stream_id)

    def _handleWindowUpdate(self, event: object) -> None:
        """Nothing yet: :meth:`_look_at_windows` does it once for all that arrived."""

    def _handlePriorityUpdate(self, event: object) -> None:
        """Priorities are ignored."""

    def _look_at_windows(self) -> None:
        """Wake the streams whose data has room again, by whatever frame."""
        if self._waiting and self.conn.outbound_flow_control_window > 0:
            for stream in [one for one in self._waiting if self.has_window(one)]:
                del self._waiting[stream]
                self.wake(stream)

    # What the client is sent.

    def wake(self, stream: Http2Stream) -> None:
        """
        Send what a stream has, with what others have, at the end of this turn.

        :param stream: one with something to send.
        """
        if self._stillProducing and stream not in self._waiting:
            self._ready[stream] = None
            if self._turn is None and self._consumerBlocked is None:
                self._turn = self._reactor.callLater(0, self._take_turn)

    def may_send(self, stream: Http2Stream) -> bool:
        """Whether the client takes bytes of a stream just now."""
        return self._consumerBlocked is None and self.has_window(stream)

    def has_window(self, stream: Http2Stream) -> bool:
        """Whether the windows of a stream and of the connection have room."""
        return self.conn.has_window(stream.stream_id)

    def pauseProducing(self) -> None:
        """The client's connection is full."""
        if self._consumerBlocked is None:
            super().pauseProducing()

    def resumeProducing(self) -> None:
        """The client's connection has drained."""
        super().resumeProducing()
        self._flush()

    def cut(self, stream: Http2Stream, code: ErrorCodes) -> None:
        """
        End a stream before its time; what can still go out of it goes first.

        :param stream: one that may be over already.
        :param code: what the client is told.
        """
        if self.streams.get(stream.stream_id) is not stream:
            return
        try:
            while (
                self._consumerBlocked is None
                and stream.pending
                and (not stream.needs_window or self.has_window(stream))
            ):
                stream.send(self.conn)
                self._tryToWriteControlData()
        except ProtocolError:
            pass  # The client has left it; the news is on its way.
        self._reset(stream.stream_id, code)
        self._forget(stream, Failure(ConnectionAborted()))

    def open_window(self, stream_id: int, size: int) -> None:
        """
        Let the client send more.

        :param stream_id: of what stream, be it over or not.
        :param size: bytes that were taken.
        """
        if self._stillProducing:
            self.openStreamWindow(stream_id, size)

    def _sendPrioritisedData(self, *args: object) -> None:
        """Nothing: what streams have to send is sent by :meth:`_flush`."""

    def _take_turn(self) -> None:
        self._turn = None
        self._flush()

    def _flush(self) -> None:
        """Send a frame of each stream in turn, as long as the client takes them."""
        if self._flushing:
            return
        self._flushing = True
        try:
            while self._ready and self._consumerBlocked is None:
                gathered = 0
                while self._ready and gathered < BATCH_BYTES:
                    gathered += self._send_one()
                self._tryToWriteControlData()
        finally:
            self._flushing = False

    def _send_one(self) -> int:
        """
        Send a frame of the stream whose turn it is.

        :return: about how many bytes.
        """
        stream = next(iter(self._ready))
        del self._ready[stream]
        if stream.needs_window and not self.has_window(stream):
            self._waiting[stream] = None
            return 0
        try:
            size = stream.send(self.conn)
        except ProtocolError:
            return 0  # The client has left it; the news is on its way.
        self._frames.earn(1)
        if stream.over:
            if not stream.received_all:
                # The answer is there: the rest of the body has no use (RFC 9113, 8.1).
                fine, wrong = ErrorCodes.NO_ERROR, ErrorCodes.PROTOCOL_ERROR
                self._reset(stream.stream_id, wrong if stream.malformed else fine)
            self._forget(stream, Failure(ConnectionDone()))
        elif stream.pending:
            self._ready[stream] = None
        else:
            stream.drained()
        return size

    # Ends.

    def retire(self) -> None:
        """Take no more requests, and end with the last stream (RFC 9113, 6.8)."""
        if self._retired or not self._stillProducing:
            return
        self._retired = True
        self.conn.announce_end()
        self._tryToWriteControlData()
        if not self.streams:
            self._leave(ErrorCodes.NO_ERROR)

    def timeoutConnection(self) -> None:
        """There was no stream for a while."""
        self._leave(ErrorCodes.NO_ERROR)

    def connectionLost(
        self, reason: Failure = connectionDone, _cancelTimeouts: bool = True
    ) -> None:
        """
        The connection is over, or about to be: so is each of its streams.

        :param _cancelTimeouts: whether nothing is left below that must be waited for.
        """
        if self._stillProducing:
            self._stillProducing = False
            self.setTimeout(None)
            self._head_clock.stop()
            turn, self._turn = self._turn, None
            if turn is not None:
                turn.cancel()
            self._ready.clear()
            self._waiting.clear()
            streams, self.streams = list(self.streams.values()), {}
            for stream in streams:
                stream.connectionLost(reason)
            self.tls.unregisterProducer()
            self._ending.start(self._ending_expired)
        if _cancelTimeouts:
            self._ending.stop()
            close_state(self.conn)
            self.site.connections.discard(self)

    def _requestDone(self, stream_id: int) -> None:
        self._forget(self.streams[stream_id], Failure(ConnectionDone()))

    def _forget(self, stream: Http2Stream, reason: Failure) -> None:
        self.streams.pop(stream.stream_id, None)
        self._ready.pop(stream, None)
        self._waiting.pop(stream, None)
        stream.connectionLost(reason)
        if self.streams or not self._stillProducing:
            return
        if self._retired:
            self._leave(ErrorCodes.NO_ERROR)
        else:
            self.setTimeout(self._keep_alive_s)

    def _reset(self, stream_id: int, code: ErrorCodes) -> None:
        try:
            self.conn.reset_stream(stream_id, code)
        except ProtocolError:
            return  # The client was quicker.
        self._tryToWriteControlData()

    def _give_up(self, code: ErrorCodes, why: str) -> None:
        self.log.info(
            "HTTP/2 client {client}: {why} ({code})",
            client=self.tls.getPeer(),
            why=why,
            code=code.name,
        )
        if code is ErrorCodes.ENHANCE_YOUR_CALM:
            self.site.floods.note(client_address(self.tls))
        # Time for the client to read why, while nothing more is read from it.
        self._ending.timeout_s = min(self._ending.timeout_s, GOODBYE_S)
        self._leave(code)
        self.tls.pauseProducing()

    def _leave(self, code: ErrorCodes) -> None:
        self.conn.close_connection(code)
        self._terminate(Failure(ConnectionLost(code.name)))

    def _head_expired(self) -> None:
        self._give_up(ErrorCodes.PROTOCOL_ERROR, "a frame that did not end in time")

    def _ending_expired(self) -> None:
        self.tls.abortConnection()
