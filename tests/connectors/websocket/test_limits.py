"""The limits of a WebSocket client, checked by the headers of its frames."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.websocket.limits import (
    BURST,
    FRAGMENT_BYTES,
    PER_SECOND,
    FrameLimits,
)

LONGEST_BYTES = 70_000


def frame(opcode: int, payload: bytes = b"", fin: bool = True) -> bytes:
    """Write a masked frame, with a mask of zeros."""
    first, length = opcode | (0x80 if fin else 0), len(payload)
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 65_536:
        size = b"\xfe" + length.to_bytes(2)
    else:
        size = b"\xff" + length.to_bytes(8)
    return bytes([first]) + size + b"\0\0\0\0" + payload


PING, PONG, TEXT, CONTINUATION = 0x9, 0xA, 0x1, 0x0


class LimitTests(SynchronousTestCase):
    """The limits of one connection."""

    def setUp(self) -> None:
        """Begin it."""
        self.now_s = 0.0
        self.limits = FrameLimits(lambda: self.now_s, LONGEST_BYTES)

    def test_a_header_that_announces_too_much_is_enough(self) -> None:
        """A message is refused before its payload has come, whatever its frames."""
        most = LONGEST_BYTES - FRAGMENT_BYTES
        whole = frame(TEXT, b"x" * most)
        self.assertIsNone(self.limits.feed(whole + whole))
        self.assertEqual(self.limits.feed(frame(TEXT, b"x" * (most + 1))[:10]), 1009)
        for kind in (True, False):
            with self.subTest(kind):
                limits = FrameLimits(lambda: 0.0, LONGEST_BYTES)
                first = frame(TEXT, b"x" * 60_000, fin=False)
                self.assertIsNone(limits.feed(first))
                more = frame(CONTINUATION, b"x" * 10_000, fin=kind)
                self.assertEqual(limits.feed(more[:4]), 1009)

    def test_control_frames_have_a_budget(self) -> None:
        """A burst, then so many a second; a pong that was asked for is free."""
        for opcode in (PING, PONG):
            limits = FrameLimits(lambda: self.now_s, LONGEST_BYTES)
            self.assertIsNone(limits.feed(frame(opcode) * BURST))
            self.assertEqual(limits.feed(frame(opcode)), 1008)
        self.limits.feed(frame(PONG) * BURST)
        self.limits.pinged()
        self.assertIsNone(self.limits.feed(frame(PONG)))
        self.now_s += 1.0
        self.assertIsNone(self.limits.feed(frame(PONG) * PER_SECOND))
        self.assertEqual(self.limits.feed(frame(PONG)), 1008)

    @given(
        st.lists(st.sampled_from([0, 1, 125, 126, 65_535, 65_536]), max_size=4),
        st.integers(1, 50_000),
    )
    def test_any_cut(self, sizes: list[int], step: int) -> None:
        """The cut of the bytes makes no difference."""
        data = b"".join(frame(TEXT, b"x" * size) for size in sizes) + frame(PING)
        limits = FrameLimits(lambda: 0.0, LONGEST_BYTES)
        for at in range(0, len(data), step):
            self.assertIsNone(limits.feed(data[at : at + step]))
        self.assertEqual(limits.feed(frame(PING) * BURST), 1008)
