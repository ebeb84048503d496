"""The frames that one HTTP/2 stream has to send."""

from __future__ import annotations

from h2.connection import H2Connection

HEAD_BYTES = 100
"""The approximate size of a compressed response head, in bytes."""
FRAME_BYTES = 16_384
"""The most that a stream sends before it is the next one's turn."""

Head = list[tuple[bytes, bytes]]
"""A header block: names in lower case and values, in order."""


class FrameQueue:
    """
    Heads, then data, then the end of one stream.

    :param stream_id: the stream's number in its connection.
    """

    __slots__ = (
        "_first",
        "_heads",
        "_offset",
        "_queue",
        "_trailers",
        "ended",
        "over",
        "queued",
        "sent",
        "stream_id",
    )

    def __init__(self, stream_id: int) -> None:
        self.stream_id = stream_id
        self.queued = 0
        """Bytes of data that wait."""
        self.sent = 0
        """Bytes of data that were sent."""
        self.ended = False
        """Whether nothing more is added."""
        self.over = False
        """Whether the end was sent, or the stream was lost."""
        self._heads: list[Head] = []
        self._trailers: Head = []
        self._first = b""
        self._offset = 0
        self._queue: list[bytes] = []

    def add_head(self, head: Head) -> None:
        """
        Add a head, which is sent before all data.

        :param head: with ``:status``.
        """
        self._heads.append(head)

    def add_data(self, data: bytes) -> None:
        """
        Add some of the body.

        :param data: not empty.
        """
        self._queue.append(data)
        self.queued += len(data)

    def end(self, trailers: Head) -> None:
        """
        End the stream behind what waits.

        :param trailers: empty for none.
        """
        self._trailers = trailers
        self.ended = True

    def clear(self) -> None:
        """Drop what waits: the stream is lost."""
        self.over = self.ended = True
        self._heads = []
        self._queue, self._first, self.queued = [], b"", 0

    @property
    def unsent_bytes(self) -> int:
        """How many bytes of data wait for the client to take them."""
        return self.queued

    @property
    def pending(self) -> bool:
        """Whether there is something to send, the end of the stream included."""
        return not self.over and (bool(self._heads) or self.queued > 0 or self.ended)

    @property
    def needs_window(self) -> bool:
        """Whether the next thing to send is data, which needs room in the windows."""
        return not self._heads and self.queued > 0

    def send(self, h2: H2Connection) -> int:
        """
        Pass one queued frame to the connection.

        :return: the approximate size of the frame, in bytes.
        :raises ProtocolError: when the stream is closed and has not been reported yet.
        """
        if self._heads:
            head = self._heads.pop(0)
            waits = self._heads or self.queued or self._trailers
            self.over = self.ended and not waits
            h2.send_headers(self.stream_id, head, end_stream=self.over)
            return HEAD_BYTES
        if self.queued:
            data = self._next(h2.local_flow_control_window(self.stream_id))
            self.over = self.ended and not self.queued and not self._trailers
            h2.send_data(self.stream_id, data, end_stream=self.over)
            self.sent += len(data)
            return len(data)
        self.over = True
        if self._trailers:
            h2.send_headers(self.stream_id, self._trailers, end_stream=True)
        else:
            h2.end_stream(self.stream_id)
        return HEAD_BYTES

    def _next(self, window: int) -> memoryview:
        """Take what fits into a frame; one large piece is cut without copies."""
        if self._offset == len(self._first):
            self._first, self._queue = b"".join(self._queue), []
            self._offset = 0
        size = min(len(self._first) - self._offset, window, FRAME_BYTES)
        data = memoryview(self._first)[self._offset : self._offset + size]
        self._offset += size
        self.queued -= size
        if self._offset == len(self._first):
            self._first, self._offset = b"", 0
        return data
