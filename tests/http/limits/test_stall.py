"""The client's pace governs the source, and a client that takes nothing is cut."""

from __future__ import annotations

import socket
import struct

from tests.gateway.harness import GatewayCase, chunk, get, response
from tests.gateway.raw import Client, SourceConnection, settle, until

PIECE = b"x" * 65_536
PIECES = 60


def in_flight(handle: socket.socket) -> int:
    """Count the segments that are not acknowledged: ``tcpi_unacked`` of Linux."""
    info = handle.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 28)
    return int(struct.unpack_from("=I", info, 24)[0])


class PaceTests(GatewayCase):
    async def flooded(
        self, request: bytes = get(b"/api")
    ) -> tuple[Client, SourceConnection]:
        """A client that stops reading, and a source that has filled every buffer."""
        client, source = await self.call(request)
        source.send(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        await client.head()
        client.stop_reading()
        source.send(chunk(PIECE) * PIECES)
        before = -1
        while source.unsent != before:
            before = source.unsent
            await settle()
        self.assertGreater(source.unsent, 0)
        # A kernel may take its time with an acknowledgement, which is progress, too.
        (exchange,) = self.gateway.services.live.all()
        transport = exchange.stream.transport  # type: ignore[attr-defined]
        await until(lambda: not in_flight(transport.socket), "acknowledgements")
        return client, source

    async def test_the_source_is_read_at_the_client_s_pace(self) -> None:
        """The source is not read faster than the client reads."""
        await self.stage()
        client, source = await self.flooded()
        written = self.gateway.services.live.all()[0]
        self.assertLess(written.stream.ledger.bytes, PIECES * len(PIECE))  # type: ignore[attr-defined]
        client.read_on()
        source.send(b"0\r\n\r\n")
        await until(lambda: client.received.endswith(b"\r\n0\r\n\r\n"), "the end")
        self.assertEqual(client.received.count(b"x"), PIECES * len(PIECE))
        line = await self.gateway.ended()
        self.assertEqual(
            (line["outcome"], line["bytesOut"]), ("completed", PIECES * len(PIECE))
        )

    async def test_stalled(self) -> None:
        """A client that takes no byte for the whole stall time is cut."""
        await self.stage(http={"idleTimeout": 0}, stall_timeout_ms=60_000)
        client, source = await self.flooded()
        self.reactor.clock.pump([1.0] * 59)
        self.assertEqual(self.gateway.closed, [])
        # What its kernel took after it was full is found out by the first check, a
        # quarter of the time later.
        self.reactor.clock.pump([1.0] * 17)
        line = await self.gateway.ended()
        self.assertEqual(
            (line["outcome"], line["errorKey"], line["clock"]),
            ("slow_consumer", "CLIENT_STALLED", "stallTimeout"),
        )
        await source.until_over()
        client.read_on()
        await until(lambda: client.lost, "the end")
        self.assertFalse(client.eof)
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])

    async def test_slow_but_alive(self) -> None:
        """Taking a little now and then is enough."""
        await self.stage(http={"idleTimeout": 0}, stall_timeout_ms=60_000)
        client, _ = await self.flooded()
        for _ in range(6):
            self.reactor.clock.pump([1.0] * 50)
            before = client.total
            client.read_on()
            await until(lambda: client.total > before + 100_000, "a little")  # noqa: B023
            client.stop_reading()
            await settle()
        self.assertEqual(self.gateway.closed, [])

    async def test_the_idle_clock_stands_still(self) -> None:
        """The idle timeout does not run while the gateway does not read."""
        await self.stage(http={"idleTimeout": 10_000}, stall_timeout_ms=900_000)
        client, _ = await self.flooded()
        self.reactor.clock.pump([1.0] * 300)
        self.assertEqual(self.gateway.closed, [])
        client.read_on()
        await until(lambda: client.received.count(b"x") == PIECES * len(PIECE), "all")
        self.reactor.advance_ms(9_999)
        await settle()
        self.assertEqual(self.gateway.closed, [])
        self.reactor.advance_ms(1)
        self.assertEqual((await self.gateway.ended())["clock"], "idleTimeout")

    async def test_a_full_client_that_leaves(self) -> None:
        """The source is let go though nothing is being read from it."""
        await self.stage()
        client, source = await self.flooded()
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        await source.until_over()
        self.assertTrue(source.was_reset)
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])

    async def test_a_full_client_whose_source_ends(self) -> None:
        """The end of the source waits its turn behind what was sent before."""
        await self.stage()
        client, source = await self.flooded()
        source.send(b"0\r\n\r\n")
        source.close()
        client.read_on()
        await until(lambda: client.received.endswith(b"\r\n0\r\n\r\n"), "the end")
        self.assertEqual((await self.gateway.ended())["outcome"], "completed")

    async def test_the_next_response_to_a_full_client(self) -> None:
        """A pipelined response waits, too, behind one that was not taken yet."""
        await self.stage()
        size = 1_500_000
        client, source = await self.call(get(b"/api") + get(b"/api"))
        client.stop_reading()
        for _ in range(2):
            await source.head()
            source.send(response(b"x" * size))
            before = -1
            while source.unsent != before:
                before = source.unsent
                await settle()
            self.assertGreater(source.unsent, 0)
            client.read_on()
            await until(lambda: not source.unsent, "the body")
            client.stop_reading()
        client.read_on()
        for _ in range(2):
            self.assertEqual(len((await client.answer()).body), size)
