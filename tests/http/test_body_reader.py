"""Bodies of messages, cut anywhere."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http import _ChunkedTransferDecoder, _MalformedChunkedDataError

from relay.http.body_reader import (
    MOST_BODY_BYTES,
    MOST_SIZE_LINE_BYTES,
    MOST_TRAILER_BYTES,
    ChunkReader,
    LengthReader,
    State,
    content_length,
)
from relay.http.http1.rules import is_field_line

SOUND = (
    b"1\r\na\r\n0a;x=y\r\n0123456789\r\n1\r\nb\r\n8\r\n1\r\nx\r\n\r\n\r\n"
    b"2\r\ncd\r\n0\r\nX-A: b\r\nY:\r\n\r\nGET"
)
MALFORMED = (
    b"\r\n",
    b" 1\r\na\r\n",
    b"1 \r\na\r\n",
    b"+1\r\na\r\n",
    b"0x1\r\na\r\n",
    b"1\n\r\na\r\n",
    b"1;\x00\r\na\r\n",
    b"1;\x7f\r\na\r\n",
    b"1\r\nab\r\n",
    b"1\r\na\n\n",
    b"1\r\na\rb",
    b"8000000000000000\r\n",
    b"1;" + (MOST_SIZE_LINE_BYTES + 1) * b"x",
    b"0\r\n:path: x\r\n\r\n",
    b"0\r\nno field\r\n\r\n",
    b"0\r\nX: \x01\r\n\r\n",
    b"0\r\nX: " + MOST_TRAILER_BYTES * b"x",
    b"0\r\n" + (MOST_TRAILER_BYTES // 4 + 1) * b"A:\r\n",
)


def read(*pieces: bytes) -> tuple[list[bytes], State, bytes]:
    """Read pieces of a chunked body: the content of each, and what came of it."""
    reader = ChunkReader(is_field_line)
    content = []
    rest = b""
    for piece in pieces:
        if reader.state is State.DONE:
            rest += piece
            continue
        content.append(b"".join(reader.feed(piece)))
        rest = piece[reader.end :]
    return content, reader.state, rest


class ChunkReaderTests(SynchronousTestCase):
    """Chunked bodies."""

    def test_the_content_of_one_read_is_passed_on_at_once(self) -> None:
        """The content of one read is one piece, for any number of chunks."""
        self.assertEqual(read(b"1\r\nx\r\n" * 10_000)[0], [b"x" * 10_000])

    def test_no_content_waits_for_the_next_read(self) -> None:
        """Also the beginning of a chunk."""
        content, _, _ = read(b"3\r\nabc\r\n4\r\nd", b"ef")
        self.assertEqual(content, [b"abcd", b"ef"])

    def test_what_follows_the_body(self) -> None:
        """Bytes after the body in the same read are kept apart."""
        self.assertEqual(
            read(b"1\r\na\r\n1\r\nb\r\n0\r\n\r\nGET"), ([b"ab"], State.DONE, b"GET")
        )

    def test_content_before_a_defect_is_passed_on(self) -> None:
        """Content before a malformed chunk in the same read is delivered."""
        content, state, _ = read(b"1\r\na\r\nnonsense\r\n")
        self.assertEqual((content, state), ([b"a"], State.BROKEN))

    def test_cut_anywhere(self) -> None:
        """Also chunks with extensions, leading zeros and trailers."""
        end = len(SOUND) - len(b"GET")
        for first in range(1, end):
            for second in range(first + 1, end):
                content, state, rest = read(
                    SOUND[:first], SOUND[first:second], SOUND[second:]
                )
                self.assertEqual(
                    (b"".join(content), state, rest),
                    (b"a0123456789b1\r\nx\r\n\r\ncd", State.DONE, b"GET"),
                    (first, second),
                )

    def test_malformed(self) -> None:
        """Wherever the bytes are cut."""
        for body in MALFORMED:
            self.assertIs(read(body)[1], State.BROKEN, body[:60])
            for at in range(1, min(len(body), 40)):
                _, state, _ = read(body[:at], body[at:])
                self.assertIs(state, State.BROKEN, (body[:60], at))

    def test_byte_by_byte(self) -> None:
        """A line that comes so is bounded, too."""
        reader = ChunkReader(is_field_line)
        fed = 0
        while reader.state in (State.START, State.SIZE):
            reader.feed(b"1")
            fed += 1
        self.assertEqual((reader.state, fed), (State.BROKEN, MOST_SIZE_LINE_BYTES + 2))

    @given(
        st.lists(
            st.sampled_from(
                (
                    *(b"1\r\na\r\n", b"0\r\n\r\n", b"2;x\r\nab\r\n", b"A: b\r\n"),
                    *(b"3", b"\r\n", b"\r", b"\n", b"abc", b"0", b";x", b" ", b"\x00"),
                )
            ),
            max_size=12,
        )
    )
    def test_as_twisted_reads_it(self, pieces: list[bytes]) -> None:
        """The same content, the same end, the same refusals; trailers are checked
        here only."""
        content: list[bytes] = []
        rest: list[bytes] = []
        twisted = _ChunkedTransferDecoder(content.append, rest.append)
        ours = ChunkReader(is_field_line)
        taken: list[bytes] = []
        for piece in pieces:
            try:
                twisted.dataReceived(piece)
            except _MalformedChunkedDataError:
                taken += ours.feed(piece)
                self.assertIs(ours.state, State.BROKEN)
                break
            taken += ours.feed(piece)
            if ours.state is State.BROKEN:
                if twisted.state == "CRLF":
                    # Twisted waits for a second byte before it refuses the first.
                    with self.assertRaises(_MalformedChunkedDataError):
                        twisted.dataReceived(b"x")
                else:
                    # Twisted does not check trailers, and may have read their end.
                    self.assertIn(twisted.state, ("TRAILER", "FINISHED"))
                break
            self.assertEqual(ours.state is State.DONE, twisted.state == "FINISHED")
            if ours.state is State.DONE:
                self.assertEqual([piece[ours.end :]], rest)
                break
        self.assertEqual(b"".join(taken), b"".join(content))

    def test_whole_chunks_at_the_beginning_of_a_read(self) -> None:
        """Whole chunks in the plain form can be forwarded with their framing."""
        for data, begin, expected in (
            (b"1\r\na\r\n2\r\nbc\r\n", 0, (13, [b"abc"], 13)),
            (b"head1\r\na\r\n2\r\nb", 4, (6, [b"a", b"b"], 14)),
            (b"1;x\r\na\r\n1\r\nb\r\n", 0, (0, [b"a", b"b"], 14)),
            (b"01\r\na\r\n", 0, (0, [b"a"], 7)),
        ):
            reader = ChunkReader(is_field_line)
            pieces = reader.feed(data, begin)
            self.assertEqual((reader.framed_bytes, pieces, reader.end), expected, data)


class LengthReaderTests(SynchronousTestCase):
    """Bodies with a length."""

    def test_lengths(self) -> None:
        """Decimal digits, up to what a signed 64-bit integer holds."""
        for value, length in {
            b"0": 0,
            b"007": 7,
            b"0" * 20: None,
            b"%d" % MOST_BODY_BYTES: MOST_BODY_BYTES,
            b"%d" % (MOST_BODY_BYTES + 1): None,
            b"1" * 4301: None,
            b"": None,
            b" 1": None,
            b"+1": None,
            b"1_0": None,
            b"\xb2": None,
        }.items():
            self.assertEqual(content_length(value), length, value[:30])

    def test_a_body(self) -> None:
        """A body ends after its length."""
        reader = LengthReader(5)
        for data, begin, content, end, state in (
            (b"{ab", 1, b"ab", 3, State.CONTENT),
            (b"cdeGET", 0, b"cde", 3, State.DONE),
        ):
            self.assertEqual(reader.feed(data, begin), [content])
            self.assertEqual((reader.end, reader.state), (end, state))
