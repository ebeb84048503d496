"""Whole chunks at the beginning of what one read has brought."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.http.chunks import whole_chunks
from tests.gateway.test_forwarder import MALFORMED, UNUSUAL, reread


class WholeChunksTests(SynchronousTestCase):
    """The bytes that are whole chunks."""

    def test_rows(self) -> None:
        """Whole chunks in their plain writing, from the beginning on."""
        for data, passed, content in (
            (b"", 0, b""),
            (b"3\r\nabc\r\n", 8, b"abc"),
            (b"A\r\n0123456789\r\n", 15, b"0123456789"),
            (b"1\r\na\r\n1\r\nb\r\n", 12, b"ab"),
            (b"1\r\na\r\n1\r\nb\r", 6, b"a"),
            (b"1\r\na\r\n0\r\n\r\n", 6, b"a"),
            (b"1\r\na\r\n01\r\nb\r\n", 6, b"a"),
            (b"ffffffff\r\na\r\n", 0, b""),
            (b"100000001\r\na\r\n", 0, b""),
        ):
            self.assertEqual(whole_chunks(data), (passed, content), data)
        for data in (*UNUSUAL, *MALFORMED):
            self.assertEqual(whole_chunks(data), (0, b""), data)

    @given(st.binary(max_size=60))
    def test_any_bytes(self, data: bytes) -> None:
        """The bytes that are found to be whole chunks have that content."""
        passed, content = whole_chunks(data)
        self.assertEqual(reread(data[:passed]), content)
