"""
The writer of one HTTP/2 connection, at the pace of its client.

The streams take turns, a frame each; priorities are ignored, as RFC 9113 advises. What
the streams write in one turn of the reactor leaves in one write. Data without a window
waits for one. Frames that belong to no response (settings, acknowledgements, resets)
are sent at once; while the client's connection is full they wait, up to a bound.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from h2.exceptions import ProtocolError
from twisted.internet.interfaces import IDelayedCall, IPushProducer, IReactorTime
from zope.interface import implementer

from relay.http.http2.state import Http2State
from relay.http.http2.stream import Http2Stream

BATCH_BYTES = 65_536
"""How many bytes are joined into one write."""
CONTROL_BYTES = 17 * 1024
"""How many bytes of frames may wait that belong to no response, beside
:data:`CONTROL_BYTES_PER_STREAM`."""
CONTROL_BYTES_PER_STREAM = 32


@implementer(IPushProducer)
class FrameWriter:
    """
    Sends the frames of one connection.

    :param state: the library's state of the connection.
    :param reactor: what calls in the next turn.
    :param max_streams: how many streams the connection may have at once.
    :param sent: called with a stream after each of its frames.
    :param stopped: called when the connection must end: too many frames wait, or the
        transport is lost. Its argument is whether to reset the connection.
    """

    def __init__(
        self,
        state: Http2State,
        reactor: IReactorTime,
        max_streams: int,
        sent: Callable[[Http2Stream], None],
        stopped: Callable[[bool], None],
    ) -> None:
        self._state = state
        self._reactor = reactor
        self._most_waiting = CONTROL_BYTES + CONTROL_BYTES_PER_STREAM * max_streams
        self._sent: Callable[[Http2Stream], None] | None = sent
        self._stopped: Callable[[bool], None] | None = stopped
        self._transport: Any = None
        self._blocked = False
        self._flushing = False
        self._frames: deque[bytes] = deque()
        self._frame_bytes = 0
        self._ready: dict[Http2Stream, None] = {}
        self._windowless: dict[Http2Stream, None] = {}
        self._turn: IDelayedCall | None = None

    def start(self, transport: Any) -> None:
        """
        Send the frames that are there, and follow the pace of the client.

        :param transport: the connection below.
        """
        self._transport = transport
        transport.write(self._state.data_to_send())
        transport.registerProducer(self, True)

    def close(self) -> None:
        """Send no more frames of streams."""
        self._sent = self._stopped = None
        turn, self._turn = self._turn, None
        if turn is not None:
            turn.cancel()
        self._ready.clear()
        self._windowless.clear()
        self._transport.unregisterProducer()

    def wake(self, stream: Http2Stream) -> None:
        """
        Send the data of a stream, with that of others, at the end of this turn.

        :param stream: one with something to send.
        """
        if self._sent is not None and stream not in self._windowless:
            self._ready[stream] = None
            if self._turn is None and not self._blocked:
                self._turn = self._reactor.callLater(0, self._take_turn)

    def forget(self, stream: Http2Stream) -> None:
        """
        Send nothing more of a stream.

        :param stream: one that is over.
        """
        self._ready.pop(stream, None)
        self._windowless.pop(stream, None)

    def may_send(self, stream: Http2Stream) -> bool:
        """Whether the client takes bytes of a stream just now."""
        return not self._blocked and self.has_window(stream)

    def has_window(self, stream: Http2Stream) -> bool:
        """Whether the windows of a stream and of the connection have room."""
        return self._state.has_window(stream.stream_id)

    def look_at_windows(self) -> None:
        """Wake the streams whose windows have opened."""
        state = self._state
        if self._windowless and state.outbound_flow_control_window > 0:
            opened = [one for one in self._windowless if self.has_window(one)]
            for stream in opened:
                del self._windowless[stream]
                self.wake(stream)

    def send_rest(self, stream: Http2Stream) -> None:
        """
        Send what can still go out of a stream before it is cut.

        :param stream: one that is not over.
        """
        try:
            while stream.pending and (
                self.may_send(stream) if stream.needs_window else not self._blocked
            ):
                stream.send(self._state)
                self.send_frames()
        except ProtocolError:
            pass  # The client has left the stream; its reset is on its way.

    def send_frames(self) -> None:
        """Send the frames that the library has queued."""
        made = self._state.data_to_send()
        if not made:
            return
        if not self._blocked and not self._frames:
            self._transport.write(made)
            return
        self._frames.append(made)
        self._frame_bytes += len(made)
        if self._frame_bytes >= self._most_waiting and self._stopped is not None:
            self._stopped(True)

    def pauseProducing(self) -> None:
        """The client's connection is full."""
        self._blocked = True

    def resumeProducing(self) -> None:
        """The client's connection has drained."""
        self._blocked = False
        while self._frames and not self._blocked:
            made = self._frames.popleft()
            self._frame_bytes -= len(made)
            self._transport.write(made)
        self._flush()

    def stopProducing(self) -> None:
        """The client's connection is lost."""
        if self._stopped is not None:
            self._stopped(False)

    def _take_turn(self) -> None:
        self._turn = None
        self._flush()

    def _flush(self) -> None:
        """Send a frame of each stream in turn, as long as the client takes them."""
        if self._flushing:
            return
        self._flushing = True
        try:
            while self._ready and not self._blocked:
                gathered = 0
                while self._ready and gathered < BATCH_BYTES:
                    gathered += self._send_one()
                self.send_frames()
        finally:
            self._flushing = False

    def _send_one(self) -> int:
        """
        Send a frame of the stream whose turn it is.

        :return: the approximate number of bytes.
        """
        stream = next(iter(self._ready))
        del self._ready[stream]
        if stream.needs_window and not self.has_window(stream):
            self._windowless[stream] = None
            return 0
        try:
            size = stream.send(self._state)
        except ProtocolError:
            return 0  # The client has left the stream; its reset is on its way.
        if stream.pending:
            self._ready[stream] = None
        if self._sent is not None:
            self._sent(stream)
        return size
