"""Tests of :mod:`relay.http.http2.frame_queue`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.http.http2.frame_queue import FRAME_BYTES, HEAD_BYTES, FrameQueue

OK = [(b":status", b"200")]
EARLY = [(b":status", b"103")]
TRAILERS = [(b"x-sum", b"1")]


class Connection:
    """Takes frames, within a window."""

    def __init__(self, window: int = 1 << 20) -> None:
        self.window = window
        self.sent: list[tuple[Any, ...]] = []

    def local_flow_control_window(self, stream_id: int) -> int:
        """Return how much data may be sent, in bytes."""
        return self.window

    def send_headers(self, stream_id: int, head: Any, end_stream: bool) -> None:
        """Take a head."""
        self.sent.append(("head", head, end_stream))

    def send_data(self, stream_id: int, data: memoryview, end_stream: bool) -> None:
        """Take data."""
        self.window -= len(data)
        self.sent.append(("data", bytes(data), end_stream))

    def end_stream(self, stream_id: int) -> None:
        """Take the end."""
        self.sent.append(("end",))


class FrameQueueTests(SynchronousTestCase):
    """The order of the frames of one stream."""

    def setUp(self) -> None:
        """Make a queue."""
        self.queue = FrameQueue(1)
        self.connection = Connection()

    def drained(self) -> list[tuple[Any, ...]]:
        """Send all that is pending."""
        h2: Any = self.connection
        while self.queue.pending:
            self.queue.send(h2)
        return self.connection.sent

    def test_heads_precede_data(self) -> None:
        """Also where data was added first; the last frame ends the stream."""
        self.queue.add_data(b"a")
        self.queue.add_head(EARLY)
        self.queue.add_head(OK)
        self.queue.add_data(b"b")
        self.queue.end([])
        self.assertFalse(self.queue.needs_window)
        self.assertEqual(
            self.drained(),
            [("head", EARLY, False), ("head", OK, False), ("data", b"ab", True)],
        )
        self.assertTrue(self.queue.over)
        self.assertEqual((self.queue.queued, self.queue.sent), (0, 2))

    def test_head_alone(self) -> None:
        """A head without a body ends the stream."""
        self.queue.add_head(OK)
        self.queue.end([])
        self.assertEqual(self.drained(), [("head", OK, True)])

    def test_end_that_comes_later(self) -> None:
        """An end after the head is a frame of its own."""
        self.queue.add_head(OK)
        self.drained()
        self.assertFalse(self.queue.over)
        self.queue.end([])
        self.assertEqual(self.drained(), [("head", OK, False), ("end",)])

    def test_trailers(self) -> None:
        """Trailers follow the data, and end the stream."""
        self.queue.add_head(OK)
        self.queue.add_data(b"a")
        self.queue.end(TRAILERS)
        self.assertEqual(
            self.drained(),
            [("head", OK, False), ("data", b"a", False), ("head", TRAILERS, True)],
        )

    def test_large_data_is_cut(self) -> None:
        """A frame holds no more than the limit of a turn, and nothing is lost."""
        data = bytes(range(256)) * (FRAME_BYTES * 2 // 256) + b"rest"
        self.queue.add_data(data)
        self.queue.end([])
        frames = self.drained()
        sizes = [len(one[1]) for one in frames]
        self.assertEqual(sizes, [FRAME_BYTES, FRAME_BYTES, 4])
        self.assertEqual(b"".join(one[1] for one in frames), data)
        self.assertEqual([one[2] for one in frames], [False, False, True])

    def test_window(self) -> None:
        """A frame is no larger than the window, and its size is returned."""
        self.connection.window = 3
        h2: Any = self.connection
        self.queue.add_data(b"abcdef")
        self.assertTrue(self.queue.needs_window)
        self.assertEqual(self.queue.send(h2), 3)
        self.assertEqual((self.queue.queued, self.queue.sent), (3, 3))
        self.queue.add_data(b"gh")
        h2.window = 100
        self.queue.end([])
        self.queue.send(h2)
        self.queue.send(h2)
        data = b"".join(one[1] for one in self.connection.sent)
        self.assertEqual(data, b"abcdefgh")
        self.assertFalse(self.queue.pending)

    def test_size_of_a_head(self) -> None:
        """The size of a head is an estimate, so that heads take turns as data does."""
        h2: Any = self.connection
        self.queue.add_head(OK)
        self.assertEqual(self.queue.send(h2), HEAD_BYTES)

    def test_lost_stream(self) -> None:
        """A cleared queue has nothing pending."""
        self.queue.add_head(OK)
        self.queue.add_data(b"a")
        self.queue.clear()
        self.assertFalse(self.queue.pending)
        self.assertEqual(self.queue.queued, 0)
        self.assertEqual(self.drained(), [])
