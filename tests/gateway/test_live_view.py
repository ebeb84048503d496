"""The state of calls of PROXY APIs under way."""

from __future__ import annotations

from relay.gateway.live_view import LiveView
from relay.model.progress import NO_PROGRESS
from relay.observability.live import LiveExchange
from relay.observability.stream_facts import Phase, StreamFacts
from tests.gateway.harness import EVENT_STREAM, GatewayCase, chunk, get, post
from tests.gateway.raw import settle, turn, until


class LiveViewTests(GatewayCase):
    """One call at a time."""

    def exchange(self) -> LiveExchange:
        """Return the only exchange under way."""
        (exchange,) = self.gateway.live.all()
        return exchange

    def facts(self) -> StreamFacts:
        """Look at the only exchange under way."""
        return LiveView().facts(self.exchange())

    async def test_a_call_that_waits_for_its_head(self) -> None:
        """It is there from its start, with the clocks that run."""
        await self.stage(http={"readTimeout": 5000, "idleTimeout": 7000})
        _, source = await self.call(get(b"/api/x"))
        self.reactor.advance_ms(1000)
        facts, record = self.facts(), self.exchange().record
        self.assertEqual(facts.phase, Phase.REQUEST)
        self.assertEqual(facts.clocks["readTimeout"], 4000)
        self.assertIn("requestTimeout", facts.clocks)
        self.assertNotIn("idleTimeout", facts.clocks)
        self.assertIs(facts.progress, NO_PROGRESS)
        self.assertEqual(
            (record.entrypoint, record.endpoint, record.api_id, record.plan_id),
            ("http-proxy", "the endpoint", "api-1", "plan-1"),
        )
        source.send(EVENT_STREAM)
        await until(lambda: self.facts().phase is Phase.STREAM, "the head")
        self.assertEqual(self.facts().clocks, {"idleTimeout": 7000})
        self.reactor.advance_ms(2000)
        self.assertEqual(self.facts().clocks, {"idleTimeout": 5000})

    async def test_a_stream_counts(self) -> None:
        """Events and bytes, in both directions."""
        await self.stage()
        client, source = await self.call(post(b"/api", b"12345"))
        source.send(EVENT_STREAM + chunk(b"data: 1\n\ndata: 2\n\n"))
        await client.head()
        await client.event()
        facts = self.facts()
        self.assertEqual((facts.events, facts.bytes_out, facts.bytes_in), (2, 18, 5))
        self.assertFalse(LiveView().is_full(self.exchange()))

    async def test_a_response_that_is_no_stream(self) -> None:
        """It has a phase of its own."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nxyz")
        await client.head()
        self.assertEqual(self.facts().phase, Phase.RESPONSE)

    async def test_a_client_that_takes_nothing(self) -> None:
        """
        The stall timeout runs, the idle timeout stands still, and what waits for the
        client is counted, here and in the kernel.
        """
        await self.stage(http={"idleTimeout": 7000})
        client, source = await self.stream()
        client.stop_reading()
        await turn()
        size = 0
        while not self.facts().paused:
            source.send(chunk(b"data: %s\n\n" % (b"x" * 65_536)))
            size += 65_544
            await settle()
            self.assertLess(size, 64 << 20)
        facts = self.facts()
        stall_ms = self.gateway.settings.stall_timeout_ms
        self.assertEqual(facts.clocks, {"stallTimeout": stall_ms})
        self.assertGreater(facts.unsent_bytes, 0)
        assert facts.unacknowledged_bytes is not None
        self.assertGreater(facts.unacknowledged_bytes, 0)
        self.reactor.advance_ms(1000)
        self.assertEqual(self.facts().clocks, {"stallTimeout": stall_ms - 1000})
        client.read_on()
        await until(lambda: not self.facts().paused, "the client takes all")
        self.assertEqual(self.facts().unsent_bytes, 0)
        self.assertEqual(list(self.facts().clocks), ["idleTimeout"])
