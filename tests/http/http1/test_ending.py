"""Tests of :mod:`relay.http.http1.ending`."""

from __future__ import annotations

from relay.http.http1.ending import LINGER_MS
from tests.gateway.harness import EVENT_STREAM, GatewayCase, chunk, get
from tests.gateway.raw import Client, SourceConnection, settle, until

HTTP_1_0 = b"GET /api HTTP/1.0\r\nHost: relay\r\n\r\n"


class CutTests(GatewayCase):
    """A response that is cut off."""

    async def test_a_cut_eats_nothing_that_came_before(self) -> None:
        """A client that reads later finds all events, and that they are not all."""
        await self.stage()
        events = b"".join(b"data: %d\n\n" % n for n in range(2000))
        for waits_ms in (0, LINGER_MS, 5 * LINGER_MS):
            client, source = await self.stream()
            client.stop_reading()
            source.send(chunk(events))
            await settle()
            source.close()
            await until(lambda: not self.gateway.live.all(), "the end of the stream")
            self.reactor.advance_ms(waits_ms)
            await settle()
            client.read_on()
            await client.until_over()
            self.assertTrue(client.was_cut)
            self.assertIn(events[-200:], client.received)
        self.reactor.advance_ms(LINGER_MS)
        await settle()
        self.assertEqual(self.reactor.timers, 0)

    async def full(self) -> tuple[Client, SourceConnection]:
        """A cut response of which the client takes no byte, with more than it could."""
        await self.stage(stall_timeout_ms=10_000)
        client, source = await self.stream()
        client.stop_reading()
        source.send(chunk(b"data: %b\n\n" % (b"x" * 60_000)))
        source.send(chunk(b"data: %b\n\n" % (b"y" * 60_000)))
        await settle()
        source.close()
        await until(lambda: not self.gateway.live.all(), "the end of the stream")
        await settle()
        return client, source

    async def test_a_client_that_takes_nothing_of_a_cut_response(self) -> None:
        """
        A client that reads nothing of a cut response is reset after the time limit.
        """
        client, _ = await self.full()
        for _ in range(10_000 // LINGER_MS + 1):
            self.reactor.advance_ms(LINGER_MS)
        await settle()
        self.assertEqual(self.reactor.timers, 0)
        client.read_on()
        await client.until_over()
        self.assertTrue(client.was_reset)

    async def test_a_client_that_takes_its_time_with_a_cut_response(self) -> None:
        """
        A client that reads a cut response slowly receives all of it within the time
        limit.
        """
        client, _ = await self.full()
        for _ in range(10_000 // LINGER_MS - 1):
            self.reactor.advance_ms(LINGER_MS)
        client.read_on()
        await client.until_over()
        self.assertTrue(client.was_cut)
        self.assertEqual(client.received.count(b"y"), 60_000)

    async def test_a_body_that_ends_with_its_connection_is_reset(self) -> None:
        """An end of file would end it."""
        await self.stage()
        client, source = await self.call(HTTP_1_0)
        source.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
        await client.until_received(b"data: 1\n\n")
        source.close()
        await client.until_over()
        self.assertTrue(client.was_reset)

    async def test_what_is_sent_behind_a_cut_response_is_not_answered(self) -> None:
        """The connection is over, whatever else comes on it."""
        await self.stage()
        client, source = await self.stream()
        client.keeps_open = True
        source.close()
        await client.until_over()
        client.send(get(b"/api"))
        await settle()
        self.assertEqual(len(self.gateway.closed), 1)
        self.assertEqual(client.received, b"")
