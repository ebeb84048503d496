"""The reader of responses: its limits, its rules, and the events that it returns."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.http.body_reader import MOST_SIZE_LINE_BYTES, MOST_TRAILER_BYTES
from relay.upstream.connection.events import Chunk, Data, End, Event, Malformed
from relay.upstream.connection.reader import ResponseReader, State
from relay.upstream.connection.response_rules import (
    DEFAULT_LIMITS,
    MOST_INTERIM,
    HeadLimits,
)
from relay.upstream.errors import UpstreamError, classify
from tests.upstream.memory import called, connected, gone

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
LIMITS = HeadLimits(1000, 20)


class ResponseCase(SynchronousTestCase):
    """Responses as they come in."""

    def told(self, *reads: bytes, method: bytes = b"GET") -> Any:
        """Return the status of a response, or the reason why there is none."""
        self.hints: list[Any] = []
        connection = connected(Clock(), limits=LIMITS)
        responded = called(
            connection, method, early_hints=lambda *told: self.hints.append(told)
        )
        got: list[Any] = []
        responded.addBoth(got.append)
        for read in reads:
            if not gone(connection):
                connection.dataReceived(read)
        if not got:
            return None
        if isinstance(got[0], Failure):
            self.assertTrue(gone(connection))
            error = classify(got[0])
            self.assertIsInstance(error, UpstreamError)
            self.assertEqual(error.status, 502)
            return error.message
        return got[0].code

    def split(self, whole: bytes, **more: Any) -> Any:
        """The same, however the bytes arrive."""
        told = self.told(whole, **more)
        one_by_one = (whole[at : at + 1] for at in range(len(whole)))
        self.assertEqual(self.told(*one_by_one, **more), told)
        return told


class LimitTests(ResponseCase):
    """How large heads may be."""

    def test_a_head_is_bounded_as_a_whole(self) -> None:
        """The limit on the size of a head is exact, for every kind of line."""
        for line in (b"A: %b\r\n", b"A: b\r\nB: %b\r\n", b"A:\r\n %b\r\n"):
            head = OK[:-2] + line + b"\r\n"
            room = LIMITS.max_bytes - len(head) + 2
            self.assertEqual(self.split(head % (b"x" * room)), 200)
            self.assertIn("max_head_bytes", self.split(head % (b"x" * (room + 1))))

    def test_a_head_without_end_ends_at_the_bound(self) -> None:
        """A head without an end is refused at the limit, in one line or in many."""
        for piece in (b"x" * 300, b"A: " + b"x" * 300 + b"\r\n"):
            told = self.told(OK[:17], *(piece for _ in range(4)))
            self.assertIn("max_head_bytes", told)

    def test_a_head_is_bounded_in_headers(self) -> None:
        """The limit on the number of headers is exact."""
        self.assertEqual(self.split(OK[:-2] + 19 * b"A: b\r\n" + b"\r\n"), 200)
        told = self.split(OK[:-2] + 20 * b"A: b\r\n" + b"\r\n")
        self.assertIn("20 headers", told)

    def test_a_body_does_not_count(self) -> None:
        """Body bytes that come with the head do not count."""
        self.assertEqual(self.told(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000), 200)


class InterimTests(ResponseCase):
    """Responses before the response."""

    def test_interim_responses_are_passed_over_in_silence(self) -> None:
        """Interim responses other than 103 are ignored, up to the limit."""
        for status in (b"100 Continue", b"102 Processing", b"199 Odd"):
            one = b"HTTP/1.1 %b\r\nA: b\r\n\r\n" % status
            self.assertEqual(self.split(one * MOST_INTERIM + OK), 200)
            self.assertEqual(self.hints, [])

    def test_there_are_not_more_than_so_many_interim_responses(self) -> None:
        """More interim responses than the limit are refused."""
        one = b"HTTP/1.1 100 Continue\r\n\r\n"
        for reads in ([one * (MOST_INTERIM + 1)], [one] * (MOST_INTERIM + 1)):
            self.assertIn("16 interim responses", self.told(*reads))

    def test_early_hints_are_told(self) -> None:
        """A 103 response is delivered without its connection headers."""
        hint = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: x\r\n\r\n"
        self.assertEqual(self.split(hint + OK), 200)
        ((headers, options),) = self.hints
        self.assertEqual(list(headers.getAllRawHeaders()), [(b"Link", [b"</a>"])])
        self.assertEqual(options, [b"x"])

    def test_nobody_asked_to_switch_protocols(self) -> None:
        """A 101 response is refused, since no upgrade was requested."""
        told = self.split(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n")
        self.assertIn("switches protocols", told)


class RuleTests(ResponseCase):
    """The rules hold for both ways of reading a head."""

    def test_what_can_be_read_in_two_ways_is_refused(self) -> None:
        """An ambiguous head is refused before anything of it is forwarded."""
        for head in (
            b"HTTP/2.0 200 OK\r\nContent-Length: 0",
            b"HTTP/1.1 999 OK\r\nContent-Length: 0",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
            b"Transfer-Encoding: identity",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 3",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: \x0bchunked",
            b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked",
            b"HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775808",
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4",
            b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: b\x00",
        ):
            told = self.split(head + b"\r\n\r\nabc")
            self.assertIsInstance(told, str, str(head))
            self.assertIn("upstream", told)

    def test_the_length_of_what_head_would_get(self) -> None:
        """The length of a response to HEAD is forwarded, and is checked."""
        told = b"HTTP/1.1 200 OK\r\nContent-Length: %b\r\n\r\n"
        self.assertEqual(self.split(told % b"12", method=b"HEAD"), 200)
        self.assertIn("Content-Length", self.split(told % b"x", method=b"HEAD"))

    def test_a_chunk_that_cannot_be_counted_is_refused(self) -> None:
        """2^63 bytes are more than others count."""
        for size, fine in ((b"7fffffffffffffff", True), (b"8000000000000000", False)):
            connection = connected(Clock())
            responded = called(connection)
            connection.dataReceived(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            self.successResultOf(responded)
            connection.dataReceived(size + b"\r\nabc")
            self.assertEqual(gone(connection), not fine)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class ChunkTests(SynchronousTestCase):
    """The events of a chunked body."""

    def setUp(self) -> None:
        """A reader behind a head."""
        self.reader = ResponseReader(b"GET", DEFAULT_LIMITS)
        self.assertEqual(len(self.reader.feed(CHUNKED)), 1)

    def feed(self, *reads: bytes) -> list[Event]:
        """Read, and list what that contained."""
        return [event for read in reads for event in self.reader.feed(read)]

    def test_whole_chunks_keep_their_framing(self) -> None:
        """Whole chunks at the beginning of a read are delivered with their framing."""
        one, more = b"3\r\nabc\r\n", b"1\r\na\r\nA\r\n0123456789\r\n"
        self.assertEqual(
            self.feed(one, more), [Chunk(one, b"abc"), Chunk(more, b"a0123456789")]
        )

    def test_any_size(self) -> None:
        """
        A read of exactly one chunk is one event, for every size; one byte less is not.
        """
        for size in (*range(1, 5000), 65_000):
            written = b"%x\r\n%b\r\n" % (size, b"x" * size)
            self.assertEqual(self.feed(written), [Chunk(written, b"x" * size)])
        for length in range(1, 300):
            self.setUp()
            for other in (b"-" * length, b"x" * length, b"\r\n" * length):
                for event in self.feed(other[: max(0, length - 2)] + b"\r\n"):
                    self.assertNotIsInstance(event, Chunk)

    def test_what_is_not_whole_is_data(self) -> None:
        """A chunk in several reads, and all that comes with its end."""
        self.assertEqual(
            self.feed(
                b"3\r\nabc\r\n4\r\nd", b"efg\r\n1\r\nh\r\n1\r\ni\r\n2\r\n", b"jk\r\n"
            ),
            [
                Chunk(b"3\r\nabc\r\n", b"abc"),
                Data(b"d"),
                Data(b"efghi"),
                Data(b"jk"),
            ],
        )
        self.assertIs(self.reader.state, State.BODY)

    def test_few_events_however_many_chunks(self) -> None:
        """Many small chunks in one read, with or without extensions, are few events."""
        for written in (b"1;a\r\nx\r\n", b"1\r\nx\r\n1;a\r\nx\r\n", b"01\r\nx\r\n"):
            self.setUp()
            events = self.feed(written * 5000)
            self.assertLessEqual(len(events), 2, written)
            content = b"".join(
                event.content for event in events if isinstance(event, Chunk | Data)
            )
            self.assertEqual(content, b"x" * written.count(b"x") * 5000)

    def test_the_end(self) -> None:
        """
        The end comes last, with the trailers; bytes after it are reported as excess.
        """
        self.assertEqual(
            self.feed(b"1\r\na\r\n0\r\nX: y\r\n\r\n"),
            [Chunk(b"1\r\na\r\n", b"a"), End([(b"X", b"y")])],
        )
        self.assertEqual((self.reader.state, self.reader.excess), (State.DONE, False))
        self.assertEqual(self.feed(b"H"), [])
        self.assertTrue(self.reader.excess)
        self.assertEqual(repr(self.reader), "<ResponseReader DONE>")

    def test_content_before_a_malformed_chunk(self) -> None:
        """Content before a malformed chunk is delivered, and nothing after it."""
        first, last = self.feed(b"1;a\r\na\r\nnonsense\r\n")
        self.assertEqual(first, Data(b"a"))
        self.assertIsInstance(last, Malformed)
        self.assertEqual(self.feed(b"1\r\nb\r\n0\r\n\r\n"), [])
        self.assertIs(self.reader.state, State.BROKEN)

    def refused(self, begin: bytes, line: bytes) -> list[bool]:
        """Whether a line is refused that comes at once, and byte by byte."""
        told = []
        for reads in ([line], [line[at : at + 1] for at in range(len(line))]):
            self.setUp()
            events = self.feed(begin, *reads) if begin else self.feed(*reads)
            told.append(any(isinstance(event, Malformed) for event in events))
        return told

    def test_the_line_of_a_chunk_is_bounded(self) -> None:
        """The limit on the line of a chunk is exact, also for a line without an end."""
        size = MOST_SIZE_LINE_BYTES
        for line, expected in (
            (b"1;" + b"a" * (size - 2) + b"\r\n", False),
            (b"1;" + b"a" * (size - 1) + b"\r\n", True),
            (b"1;" + b"a" * size, True),
            (b"1;" + b"a" * 70_000, True),
        ):
            self.assertEqual(self.refused(b"", line), [expected] * 2, len(line))

    def test_trailers_are_bounded(self) -> None:
        """The limit on the trailers is exact, in one line or in many."""
        field = b"A: b\r\n"
        most = MOST_TRAILER_BYTES // len(field)
        for lines, expected in (
            (b"A: " + b"b" * (MOST_TRAILER_BYTES - 5) + b"\r\n", False),
            (b"A: " + b"b" * (MOST_TRAILER_BYTES - 4) + b"\r\n", True),
            (b"A: " + b"b" * MOST_TRAILER_BYTES, True),
            (field * most, False),
            (field * (most + 1), True),
        ):
            self.assertEqual(self.refused(b"0\r\n", lines)[0], expected, len(lines))
