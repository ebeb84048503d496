"""Chunks that are much smaller than what one read brings."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import _ChunkedTransferDecoder, _MalformedChunkedDataError

from relay.http.chunks import JoinedChunks
from relay.upstream.connection.response_parser import ResponseParser


class JoinedChunksTests(SynchronousTestCase):
    """What is passed on, and when."""

    def setUp(self) -> None:
        """Begin with a body."""
        self.taken: list[bytes] = []
        self.chunks = JoinedChunks(self.taken.append, self.end)

    def end(self, rest: bytes) -> None:
        """The body is over."""
        self.taken.append(b"end, and " + rest)

    def test_the_content_of_one_read_is_passed_on_at_once(self) -> None:
        """However many chunks it is."""
        self.chunks.dataReceived(b"1\r\nx\r\n" * 10_000)
        self.assertEqual(self.taken, [b"x" * 10_000])

    def test_no_content_waits_for_the_next_read(self) -> None:
        """Also the beginning of a chunk."""
        self.chunks.dataReceived(b"3\r\nabc\r\n4\r\nd")
        self.chunks.dataReceived(b"ef")
        self.assertEqual(self.taken, [b"abcd", b"ef"])

    def test_the_end_comes_after_the_content(self) -> None:
        """In the same read, with what follows the body."""
        self.chunks.dataReceived(b"1\r\na\r\n1\r\nb\r\n0\r\n\r\nGET")
        self.assertEqual(self.taken, [b"ab", b"end, and GET"])

    def test_content_before_a_defect_is_passed_on(self) -> None:
        """As it is when the defect comes with the next read."""
        with self.assertRaises(_MalformedChunkedDataError):
            self.chunks.dataReceived(b"1\r\na\r\nnonsense\r\n")
        self.assertEqual(self.taken, [b"a"])

    def test_cut_anywhere_it_reads_what_twisted_reads(self) -> None:
        """Also chunks with extensions, leading zeros and trailers."""
        stream = (
            b"1\r\na\r\n0a;x=y\r\n0123456789\r\n1\r\nb\r\n8\r\n1\r\nx\r\n\r\n\r\n"
            b"2\r\ncd\r\n0\r\nX-A: b\r\n\r\nGET"
        )
        end = len(stream) - len(b"GET")
        for first in range(1, end):
            for second in range(first + 1, end):
                plain: list[bytes] = []
                read: list[bytes] = []
                for kind, taken in (
                    (_ChunkedTransferDecoder, plain),
                    (JoinedChunks, read),
                ):
                    decoder = kind(taken.append, taken.append)
                    decoder.dataReceived(stream[:first])
                    decoder.dataReceived(stream[first:second])
                    decoder.dataReceived(stream[second:])
                self.assertEqual(b"".join(read), b"".join(plain), (first, second))
                self.assertEqual(read[-1], b"GET")

    def test_responses_are_read_so(self) -> None:
        """A source, too, may send chunks of one byte."""
        (decoder,) = ResponseParser._transferDecoders.values()
        self.assertTrue(issubclass(decoder, JoinedChunks))
