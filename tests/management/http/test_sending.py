"""Bodies that are sent as fast as the client takes them."""

from __future__ import annotations

from typing import Any

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.management.http.sending import PIECE_BYTES, STALL_MS, Sending
from tests.management.harness import PREFIX, ManagementCase, head


class Answered:
    """The side of a request that a body is written to."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.producer: Any = None

    def write(self, data: bytes) -> None:
        """Take a piece."""
        self.written.append(data)

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        """Take a producer that is asked for each piece."""
        assert not streaming
        self.producer = producer

    def unregisterProducer(self) -> None:
        """Remove the producer."""
        self.producer = None


class SendingTests(SynchronousTestCase):
    """Pieces, and clients that do not take them."""

    def setUp(self) -> None:
        """A response, and a clock."""
        self.clock = Clock()
        self.request: Any = Answered()
        self.stalled = 0

    def begin(self, *content: bytes) -> Any:
        """Begin to send."""

        def stalled() -> None:
            self.stalled += 1

        return Sending(self.request, content, self.clock, stalled).begin()

    def test_a_small_body_is_written_at_once(self) -> None:
        """A body of one piece, or none, needs no producer and no timer."""
        for content, written in (((), [b""]), ((b"[", b"1", b"]"), [b"[1]"])):
            self.request = Answered()
            self.successResultOf(self.begin(*content))
            self.assertEqual(self.request.written, written)
            self.assertIsNone(self.request.producer)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_large_body_is_written_in_pieces(self) -> None:
        """Each time the client has taken a piece, the next one is written."""
        content = [b"%5d" % number * 200 for number in range(200)]
        done = self.begin(*content)
        for pieces in range(4):
            self.assertNoResult(done)
            self.assertEqual(len(self.request.written), pieces)
            self.request.producer.resumeProducing()
        self.successResultOf(done)
        self.assertEqual(b"".join(self.request.written), b"".join(content))
        for piece in self.request.written:
            self.assertLess(len(piece), PIECE_BYTES + 1000)
        self.assertIsNone(self.request.producer)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_client_that_takes_nothing(self) -> None:
        """The time limit counts from the last piece that the client took."""
        self.begin(*[b"x" * PIECE_BYTES] * 3)
        self.clock.advance(STALL_MS / 1000 - 1)
        self.request.producer.resumeProducing()
        self.clock.advance(STALL_MS / 1000 - 1)
        self.assertEqual(self.stalled, 0)
        self.clock.advance(1)
        self.assertEqual(self.stalled, 1)

    def test_a_client_that_leaves(self) -> None:
        """Nothing more is written, and no timer stays."""
        done = self.begin(*[b"x" * PIECE_BYTES] * 3)
        self.request.producer.stopProducing()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertNoResult(done)


class PageTests(ManagementCase):
    """A page that is larger than the buffers of both sides."""

    async def test_a_large_page(self) -> None:
        """The page arrives as a whole, and the connection serves the next request."""
        text = "x" * 250_000
        for number in range(24):
            await self.create(f"/{number}", name=f"{number:02}", description=text)
        listing = await self.expect(200, "GET", "/apis?perPage=100")
        self.assertEqual(
            [(api["name"], api["description"]) for api in listing["data"]],
            [(f"{number:02}", text) for number in range(24)],
        )
        ask = head("GET", f"{PREFIX}/apis?perPage=100")
        last = head("GET", f"{PREFIX}/none", "Connection: close")
        answers = await self.raw(ask + last)
        self.assertEqual(answers.count(b"HTTP/1.1 404 "), 1)
        self.assertEqual(answers.count(text.encode()), 24)

    async def test_a_client_that_leaves(self) -> None:
        """It leaves in the middle of a page; the site serves others."""
        for number in range(24):
            await self.create(f"/{number}", description="x" * 250_000)
        ask = head("GET", f"{PREFIX}/apis?perPage=100")
        connection = await self.connect(ask)
        connection.abort()
        await connection.closed
        await self.expect(200, "GET", "/apis?perPage=1")
