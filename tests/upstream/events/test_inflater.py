"""Bodies that decode to more than their size."""

from __future__ import annotations

import gzip
import os
import zlib

from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.events.inflater import (
    MOST_RATIO,
    PIECE_BYTES,
    Inflater,
    TooMuchDecoded,
)

MIB = 1024 * 1024


def decode(inflater: Inflater, data: bytes) -> int:
    """Decode it all, and give how much it was."""
    inflater.held += data
    size = 0
    while inflater.pending:
        piece = inflater.piece()
        size += len(piece)
        if len(piece) > PIECE_BYTES:
            raise AssertionError("a piece is too long")
    return size


class InflaterTests(SynchronousTestCase):
    """Decoding is bounded by ratio, once it comes to something."""

    def test_a_body_that_decodes_to_much_more_than_its_size_is_refused(self) -> None:
        """
        A body whose ratio exceeds the limit is refused soon after the free amount.
        """
        bomb = gzip.compress(b"data: 0\n\n" * (8 * MIB))
        self.assertLess(len(bomb) * MOST_RATIO, 72 * MIB)
        inflater = Inflater(MIB)
        inflater.held = bomb
        size = 0
        with self.assertRaises(TooMuchDecoded):
            while inflater.pending:
                size += len(inflater.piece())
        self.assertLessEqual(size, MIB)

    def test_a_bomb_that_begins_harmlessly_is_refused(self) -> None:
        """Incompressible data at the beginning does not permit a higher ratio later."""
        coder = zlib.compressobj(9, zlib.DEFLATED, 31)
        data = coder.compress(os.urandom(65536)) + coder.compress(b"0" * (64 * MIB))
        self.assertRaises(TooMuchDecoded, decode, Inflater(MIB), data + coder.flush())

    def test_what_is_free_may_decode_at_any_ratio(self) -> None:
        """Short bodies of one letter are no attack."""
        self.assertEqual(decode(Inflater(MIB), gzip.compress(b"0" * MIB)), MIB)

    def test_text_is_within_the_ratio(self) -> None:
        """Long streams of similar events are within the ratio."""
        events = b"".join(
            b'id: %d\ndata: {"price": %d, "unit": "EUR"}\n\n' % (n, n % 97)
            for n in range(200_000)
        )
        self.assertEqual(decode(Inflater(65536), gzip.compress(events)), len(events))
