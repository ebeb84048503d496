"""Frames are recognised by their headers, for every cut of the bytes."""

from __future__ import annotations

from h2.errors import ErrorCodes
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    Frame,
    HeadersFrame,
    PingFrame,
    SettingsFrame,
)
from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.http.http2.frames import BURST, PER_SECOND, PER_SENT, FrameWatch

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
PING = PingFrame(0, b"12345678").serialize()


class FrameTests(SynchronousTestCase):
    """:class:`FrameWatch`."""

    def setUp(self) -> None:
        """Begin a connection."""
        self.now_s = 0.0
        self.watch = FrameWatch(lambda: self.now_s, 1000, 100)
        self.assertIsNone(self.watch.feed(PREFACE))

    def feed(self, *frames: Frame) -> ErrorCodes | None:
        """Send some frames."""
        return self.watch.feed(b"".join(frame.serialize() for frame in frames))

    def test_the_preface(self) -> None:
        """The preface is unfinished until it is complete."""
        watch = FrameWatch(lambda: 0.0, 1000, 100)
        watch.feed(PREFACE[:10])
        self.assertTrue(watch.head_unfinished)
        watch.feed(PREFACE[10:])
        self.assertFalse(watch.head_unfinished)

    def test_a_header_block(self) -> None:
        """
        A header block is unfinished until its last frame, and has a maximum length.
        """
        self.feed(HeadersFrame(1, b"x" * 600))
        self.assertTrue(self.watch.head_unfinished)
        end = ContinuationFrame(1, b"x" * 400, flags=["END_HEADERS"])
        self.assertIsNone(self.feed(end))
        self.assertFalse(self.watch.head_unfinished)
        self.feed(HeadersFrame(3, b"x" * 600))
        longer = ContinuationFrame(3, b"x" * 401, flags=["END_HEADERS"])
        self.assertEqual(self.feed(longer), ErrorCodes.ENHANCE_YOUR_CALM)

    def test_a_body(self) -> None:
        """Half a DATA frame is the stream's business, not the connection's."""
        frame = DataFrame(5, b"x" * 100).serialize()
        self.watch.feed(frame[:50])
        self.assertEqual(self.watch.body_unfinished, 5)
        self.assertFalse(self.watch.head_unfinished)
        self.watch.feed(frame[50:])
        self.assertEqual(self.watch.body_unfinished, 0)

    def test_the_largest_frame(self) -> None:
        """A byte more is refused at the frame's header."""
        self.assertIsNone(self.feed(DataFrame(1, b"x" * 16_384)))
        larger = DataFrame(1, b"x" * 16_385).serialize()[:9]
        self.assertEqual(self.watch.feed(larger), ErrorCodes.FRAME_SIZE_ERROR)

    def test_a_budget(self) -> None:
        """The budget permits a burst, a rate, and a number for each frame sent."""
        calm = ErrorCodes.ENHANCE_YOUR_CALM

        def spent(count: int) -> None:
            for _ in range(count):
                self.assertIsNone(self.watch.spend())
            self.assertEqual(self.watch.spend(), calm)

        spent(BURST)
        self.watch.earn(1)
        spent(PER_SENT)
        self.now_s = 1.0
        spent(PER_SECOND)
        self.assertEqual(self.watch.feed(PING), calm)

    def test_what_is_free(self) -> None:
        """Requests and their bodies cost nothing; empty frames do."""
        for _ in range(BURST + 1):
            self.assertIsNone(self.feed(DataFrame(1, b"x")))
            self.assertIsNone(self.feed(DataFrame(1, b"", flags=["END_STREAM"])))
            self.assertIsNone(
                self.feed(HeadersFrame(1, b"x", flags=["END_HEADERS", "END_STREAM"]))
            )
        for empty in (DataFrame(1, b""), ContinuationFrame(1, b"")):
            self.setUp()
            ends = [self.feed(empty) for _ in range(BURST + 1)]
            self.assertEqual(ends[-1], ErrorCodes.ENHANCE_YOUR_CALM)
            self.assertEqual(ends[:-1], [None] * BURST)

    @given(st.lists(st.integers(1, 60), max_size=30))
    def test_any_cut(self, cuts: list[int]) -> None:
        """The same frames are seen for every cut of the bytes."""
        frames = [
            SettingsFrame(0),
            HeadersFrame(1, b"x" * 40),
            ContinuationFrame(1, b"x" * 40, flags=["END_HEADERS"]),
            DataFrame(1, b"x" * 300),
            PingFrame(0, b"12345678"),
        ]
        data = PREFACE + b"".join(frame.serialize() for frame in frames)
        watch = FrameWatch(lambda: 0.0, 1000, 100)
        for cut in [*cuts, len(data)]:
            self.assertIsNone(watch.feed(data[:cut]))
            data = data[cut:]
        self.assertEqual(watch.begun, 4)
        self.assertEqual(watch.body_unfinished, 0)
        self.assertFalse(watch.head_unfinished)
