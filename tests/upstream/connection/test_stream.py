"""A response of a source: what of it counts as complete, and when it is let go."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

from twisted.internet.task import Clock
from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.connection.pool import PoolSlot
from relay.upstream.connection.stream import UpstreamResponse
from relay.upstream.events.inflater import PIECE_BYTES
from tests.upstream.memory import called, closed, connected, gone

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
GZIP = b"Content-Encoding: gzip\r\n"
OPEN_END = b"HTTP/1.1 200 OK\r\n"


def chunk(data: bytes) -> bytes:
    """Frame some of a body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


class Receiver:
    """Takes a body, and stops the source when it has had enough."""

    def __init__(self, enough: int | None = None) -> None:
        self.body = b""
        self.pieces: list[int] = []
        self.end: str | None = None
        self.trailers: list[tuple[bytes, bytes]] = []
        self.enough = enough
        self.response: UpstreamResponse

    def body_received(self, data: bytes) -> None:
        """Take some."""
        if self.end is not None:
            raise AssertionError("a body goes on behind its end")
        self.body += data
        self.pieces.append(len(data))
        if self.enough is not None and len(self.body) >= self.enough:
            self.response.pause()

    def more(self, count: int | None = None) -> None:
        """Take more, up to a number of bytes."""
        self.enough = None if count is None else len(self.body) + count
        self.response.resume()

    def _ended(self, end: str) -> None:
        if self.end is not None:
            raise AssertionError("a body ends twice")
        self.end = end

    def body_ended(self, trailers: list[tuple[bytes, bytes]]) -> None:
        """Record the complete end."""
        self._ended("complete")
        self.trailers = trailers

    def body_cut(self, reason: Failure) -> None:
        """Record the cut."""
        self._ended("cut")


class StreamCase(SynchronousTestCase):
    def setUp(self) -> None:
        """A connection, and the slot that it uses."""
        self.clock = Clock()
        self.idle: list[float] = []
        self.freed: list[int] = []
        self.kept: list[Any] = []
        self.connection: UpstreamConnection = connected(self.clock, self.kept.append)
        self.slot = PoolSlot(lambda: self.freed.append(1))

    def respond(
        self, head: bytes, *, method: bytes = b"GET", inflate: bool = False
    ) -> UpstreamResponse:
        """Get a response to a request."""
        responded = called(self.connection, method)
        self.connection.dataReceived(head + b"\r\n")
        return UpstreamResponse(
            self.successResultOf(responded), self.slot, self.clock, inflate
        )

    def deliver(
        self,
        head: bytes,
        *,
        method: bytes = b"GET",
        inflate: bool = False,
        enough: int | None = None,
        idle_ms: int = 60_000,
    ) -> Receiver:
        """Get a response, and take its body."""
        receiver = Receiver(enough)
        receiver.response = self.respond(head, method=method, inflate=inflate)
        receiver.response.deliver(receiver, idle_ms, lambda: self.idle.append(1))
        return receiver


class CompleteTests(StreamCase):
    def test_rows(self) -> None:
        """A body that ends as announced is complete; any other end is a cut."""
        length = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
        for head, body, end, expected in (
            (length, b"abc", None, "complete"),
            (length, b"ab", "close", "cut"),
            (length, b"ab", "reset", "cut"),
            (CHUNKED, chunk(b"abc") + b"0\r\n\r\n", None, "complete"),
            (CHUNKED, chunk(b"abc"), "close", "cut"),
            (CHUNKED, chunk(b"abc") + b"0\r\n", "close", "cut"),
            (CHUNKED, chunk(b"abc") + b"zz\r\n", None, "cut"),
            (OPEN_END, b"abc", "close", "complete"),
            (OPEN_END, b"abc", "reset", "cut"),
            (OPEN_END, b"", "close", "complete"),
        ):
            self.setUp()
            receiver = self.deliver(head)
            self.assertIsNone(receiver.end)
            self.connection.dataReceived(body) if body else None
            if end is not None:
                closed(self.connection, reset=end == "reset")
            self.assertEqual(receiver.end, expected, (head, body, end))
            self.assertEqual(self.freed, [1])
            self.assertEqual(self.clock.getDelayedCalls(), [])
            if expected == "cut" and end is None:
                self.assertTrue(gone(self.connection))

    def test_a_part_of_an_encoded_body(self) -> None:
        """A 206 is delivered as it is, with its ``Content-Encoding``."""
        packed = gzip.compress(b"0123456789" * 200)
        head = (
            b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10-19/90\r\n"
            b"Content-Length: 10\r\n" + GZIP
        )
        receiver = self.deliver(head, inflate=True)
        self.connection.dataReceived(packed[10:20])
        self.assertEqual((receiver.body, receiver.end), (packed[10:20], "complete"))
        headers = receiver.response.headers
        self.assertEqual(headers.getRawHeaders(b"content-encoding"), [b"gzip"])
        self.assertEqual(receiver.response.length, 10)

    def test_nothing_to_come(self) -> None:
        """A response without a body is over at once, and leaves no timer behind."""
        for method, head in (
            (b"GET", b"HTTP/1.1 204 No Content\r\n"),
            (b"GET", b"HTTP/1.1 304 Not Modified\r\n"),
            (b"GET", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"),
            (b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n"),
        ):
            self.setUp()
            receiver = self.deliver(head, method=method)
            self.assertEqual((receiver.end, self.freed), ("complete", [1]), head)
            self.assertEqual(len(self.kept), 1, head)
            self.assertEqual(self.clock.getDelayedCalls(), [], head)
            self.assertFalse(gone(self.connection), head)

    def test_lengths(self) -> None:
        """The length is known if the body is delivered as announced."""
        for head, inflate, length in (
            (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", False, 3),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n", True, 3),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n" + GZIP, False, 30),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 30\r\n" + GZIP, True, None),
            (CHUNKED, False, None),
            (OPEN_END, False, None),
        ):
            self.setUp()
            response = self.respond(head, inflate=inflate)
            self.assertEqual(response.length, length, (head, inflate))

    def test_trailers(self) -> None:
        """The trailers are delivered with the end."""
        receiver = self.deliver(CHUNKED)
        self.connection.dataReceived(b"0\r\nX-Sum: 1\r\nno colon\r\nX-b:2 \r\n\r\n")
        self.assertEqual(receiver.trailers, [(b"X-Sum", b"1"), (b"X-b", b"2")])

    def test_aborted(self) -> None:
        """After an abort nothing is delivered, and the connection is closed."""
        receiver = self.deliver(CHUNKED)
        receiver.response.abort()
        self.assertTrue(gone(self.connection))
        self.assertEqual((self.freed, self.clock.getDelayedCalls()), ([1], []))
        self.connection.dataReceived(chunk(b"abc"))
        closed(self.connection)
        receiver.response.abort()
        self.assertEqual((receiver.body, receiver.end), (b"", None))

    def test_aborted_before_it_was_delivered(self) -> None:
        """An abort before the delivery of the body closes the connection, too."""
        self.respond(CHUNKED).abort()
        self.assertTrue(gone(self.connection))
        self.assertEqual(self.freed, [1])


class SlotTests(StreamCase):
    def test_a_plain_body_holds_its_slot(self) -> None:
        """A plain body holds its slot until its end."""
        self.deliver(CHUNKED)
        self.assertEqual(self.freed, [])

    def test_an_event_stream_gives_its_slot_back(self) -> None:
        """An event stream frees its slot at its head."""
        for kind, stream in (
            (b"text/event-stream", True),
            (b"Text/Event-Stream ; charset=utf-8", True),
            (b"text/event-streams", False),
            (b"application/json", False),
        ):
            self.setUp()
            response = self.respond(CHUNKED + b"Content-Type: " + kind + b"\r\n")
            self.assertIs(response.is_event_stream, stream, kind)
            self.assertEqual(len(self.freed), int(stream), kind)


class IdleTests(StreamCase):
    def test_silence(self) -> None:
        """Every byte restarts the clock, also a byte of the framing."""
        self.deliver(CHUNKED, idle_ms=1500)
        for data in (b"3", b"\r\n", b"abc"):
            self.clock.advance(1.499)
            self.connection.dataReceived(data)
        self.clock.advance(1.499)
        self.assertEqual(self.idle, [])
        self.clock.advance(0.002)
        self.assertEqual(self.idle, [1])

    def test_off(self) -> None:
        """0 allows any silence."""
        self.deliver(CHUNKED, idle_ms=0)
        self.clock.advance(3600)
        self.assertEqual(self.idle, [])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_back_pressure(self) -> None:
        """While we do not read, silence is not the source's."""
        receiver = self.deliver(CHUNKED, idle_ms=1500)
        receiver.response.pause()
        self.assertFalse(self.connection.transport.reads)
        self.clock.advance(100)
        receiver.response.resume()
        self.assertTrue(self.connection.transport.reads)
        self.clock.advance(1.499)
        self.assertEqual(self.idle, [])
        self.clock.advance(0.002)
        self.assertEqual(self.idle, [1])

    def test_back_pressure_from_the_start(self) -> None:
        """
        The clock does not run while the client is full, also from the first bytes on.
        """
        responded = called(self.connection)
        self.connection.dataReceived(CHUNKED + b"\r\n" + chunk(b"abc"))
        receiver = Receiver(enough=1)
        receiver.response = UpstreamResponse(
            self.successResultOf(responded), self.slot, self.clock, False
        )
        receiver.response.deliver(receiver, 1500, lambda: self.idle.append(1))
        self.assertEqual(receiver.body, b"abc")
        self.clock.advance(100)
        self.assertEqual(self.idle, [])
        receiver.more()
        self.clock.advance(1.5)
        self.assertEqual(self.idle, [1])

    def test_a_kept_connection_is_not_watched(self) -> None:
        """The clock ends with the body."""
        receiver = self.deliver(CHUNKED)
        self.connection.dataReceived(b"0\r\n\r\n")
        self.assertEqual((receiver.end, len(self.kept)), ("complete", 1))
        self.assertEqual(self.clock.getDelayedCalls(), [])
        receiver.response.pause()
        self.assertTrue(self.connection.transport.reads)


class InflateTests(StreamCase):
    HEAD = CHUNKED + GZIP

    def test_event_by_event(self) -> None:
        """Data that the source has flushed is delivered at once."""
        receiver = self.deliver(self.HEAD, inflate=True)
        deflate = zlib.compressobj(wbits=31)
        for number in range(3):
            event = b"data: %d\n\n" % number
            data = deflate.compress(event) + deflate.flush(zlib.Z_SYNC_FLUSH)
            self.connection.dataReceived(chunk(data))
            self.assertTrue(receiver.body.endswith(event), number)
        self.connection.dataReceived(chunk(deflate.flush()) + b"0\r\n\r\n")
        self.assertEqual(receiver.end, "complete")

    def test_headers(self) -> None:
        """A decoded body has no encoding and no length; others keep both."""
        for encoding, inflate, expected in (
            (b"gzip", True, None),
            (b"GZIP", True, None),
            (b"gzip", False, [b"gzip"]),
            (b"br", True, [b"br"]),
            (b"gzip, br", True, [b"gzip, br"]),
            (b"identity", True, [b"identity"]),
        ):
            self.setUp()
            head = CHUNKED + b"Content-Encoding: " + encoding + b"\r\n"
            response = self.respond(head, inflate=inflate)
            self.assertEqual(
                response.headers.getRawHeaders(b"content-encoding"), expected, encoding
            )
            self.setUp()
            self.assertFalse(
                self.respond(CHUNKED).headers.hasHeader(b"content-encoding")
            )

    def test_untouched(self) -> None:
        """A body that is not decoded is delivered byte for byte."""
        receiver = self.deliver(self.HEAD, inflate=False)
        body = gzip.compress(b"abc")
        self.connection.dataReceived(chunk(body) + b"0\r\n\r\n")
        self.assertEqual((receiver.body, receiver.end), (body, "complete"))

    def test_byte_by_byte(self) -> None:
        """A body of several members is decoded for every split of the bytes."""
        receiver = self.deliver(self.HEAD, inflate=True)
        for byte in (
            gzip.compress(b"abc" * 100) + gzip.compress(b"") + gzip.compress(b"d")
        ):
            self.connection.dataReceived(chunk(bytes([byte])))
        self.connection.dataReceived(b"0\r\n\r\n")
        self.assertEqual(
            (receiver.body, receiver.end), (b"abc" * 100 + b"d", "complete")
        )

    def test_truncated(self) -> None:
        """A body that stops amid a member is cut, however well its framing ends."""
        whole = gzip.compress(b"abc" * 100)
        for kept in (1, 10, 15, len(whole) - 1):
            self.setUp()
            receiver = self.deliver(self.HEAD, inflate=True)
            self.connection.dataReceived(chunk(whole[:kept]) + b"0\r\n\r\n")
            self.assertEqual(receiver.end, "cut", kept)

    def test_empty(self) -> None:
        """An empty body is complete."""
        for method in (b"GET", b"HEAD"):
            self.setUp()
            receiver = self.deliver(
                b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + GZIP,
                method=method,
                inflate=True,
            )
            self.assertEqual(receiver.end, "complete")

    def test_not_gzip(self) -> None:
        """Invalid data cuts the body, and closes the connection."""
        receiver = self.deliver(self.HEAD, inflate=True)
        self.connection.dataReceived(chunk(b"no gzip"))
        self.assertEqual(receiver.end, "cut")
        self.assertTrue(gone(self.connection))

    def test_a_bomb(self) -> None:
        """A body that grows a thousandfold grows no faster than it is taken."""
        size = 50 * PIECE_BYTES
        bomb = gzip.compress(b"\0" * size)
        receiver = self.deliver(self.HEAD, inflate=True, enough=1)
        self.connection.dataReceived(chunk(bomb) + b"0\r\n\r\n")
        self.assertLessEqual(len(receiver.body), PIECE_BYTES)
        taken = len(receiver.body)
        receiver.more(1)
        self.assertLessEqual(len(receiver.body) - taken, PIECE_BYTES)
        self.assertIsNone(receiver.end)
        receiver.more()
        self.assertEqual((len(receiver.body), receiver.end), (size, "complete"))
        self.assertLessEqual(max(receiver.pieces), PIECE_BYTES)

    def test_a_piece_that_is_exactly_full(self) -> None:
        """No data remains in the decoder when a piece is exactly full."""
        for over in range(-3, 4):
            for level in (0, 1, 9):
                for mode in (zlib.Z_SYNC_FLUSH, zlib.Z_PARTIAL_FLUSH):
                    self.setUp()
                    size = PIECE_BYTES + over
                    receiver = self.deliver(self.HEAD, inflate=True)
                    deflate = zlib.compressobj(level, wbits=31)
                    data = deflate.compress(b"x" * size) + deflate.flush(mode)
                    self.connection.dataReceived(chunk(data))
                    self.assertEqual(len(receiver.body), size, (over, level, mode))

    def test_paused_at_the_end(self) -> None:
        """A body that ends while the client is full is delivered to its end; the
        connection may carry the next call meanwhile."""
        receiver = self.deliver(self.HEAD, inflate=True, enough=1)
        body = gzip.compress(b"x" * 300_000)
        self.connection.dataReceived(chunk(body) + b"0\r\n\r\n")
        self.assertEqual(len(self.kept), 1)
        self.assertIsNone(receiver.end)
        called(self.connection)
        receiver.more(1)
        self.assertTrue(self.connection.transport.reads)
        receiver.more()
        self.assertEqual((len(receiver.body), receiver.end), (300_000, "complete"))
        self.assertFalse(gone(self.connection))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_paused_at_an_open_end(self) -> None:
        """A body that ends with the connection ends correctly after a pause."""
        for reset, expected in ((False, "complete"), (True, "cut")):
            self.setUp()
            receiver = self.deliver(OPEN_END + GZIP, inflate=True, enough=1)
            self.connection.dataReceived(gzip.compress(b"x" * 300_000))
            closed(self.connection, reset=reset)
            self.assertIsNone(receiver.end)
            receiver.more()
            self.assertEqual((len(receiver.body), receiver.end), (300_000, expected))

    def test_aborted_while_paused(self) -> None:
        """An abort while decoded data is held back ends the connection once."""
        receiver = self.deliver(self.HEAD, inflate=True, enough=1)
        self.connection.dataReceived(
            chunk(gzip.compress(b"x" * 300_000)) + b"0\r\n\r\n"
        )
        receiver.response.abort()
        self.assertFalse(gone(self.connection))
        self.assertEqual((receiver.end, self.freed), (None, [1]))
