"""What is noted of the calls of PROXY APIs, over real sockets."""

from __future__ import annotations

from typing import Any

from relay.model.marks import Mark
from relay.observability.live import LiveExchange
from relay.observability.timeline import Timeline
from tests.gateway.harness import EVENT_STREAM, GatewayCase, chunk, get, response
from tests.upstream.test_failover import FailoverCase


class Timelines:
    """An observer that keeps the timelines of all exchanges."""

    def __init__(self) -> None:
        self.all: list[Timeline] = []

    def began(self, exchange: LiveExchange) -> None:
        """Keep the timeline."""
        self.all.append(exchange.record.timeline)

    def answered(self, exchange: LiveExchange) -> None:
        """Do nothing."""

    def ended(self, exchange: LiveExchange) -> None:
        """Do nothing."""

    def marks(self, number: int = -1) -> list[str]:
        """Return the marks of one exchange; of the newest by default."""
        return [str(one.mark) for one in self.all[number].moments]

    def detail(self, mark: Mark, number: int = -1) -> list[dict[str, Any]]:
        """Return the details of all moments of one exchange with a mark."""
        moments = self.all[number].moments
        return [one.detail() for one in moments if one.mark is mark]


class MarksTests(GatewayCase):
    """The moments of single calls."""

    def watch(self) -> Timelines:
        """Keep the timelines of the exchanges that begin from now on."""
        timelines = Timelines()
        self.gateway.services.observers.add(timelines)
        return timelines

    async def test_a_stream(self) -> None:
        """From the admission to the end."""
        await self.stage()
        seen = self.watch()
        client = await self.client()
        client.send(get(b"/api"))
        source = await self.source.asked()
        source.send(EVENT_STREAM + chunk(b"data: 1\n\n") + chunk(b"data: 2\n\n"))
        await client.take_until(b"data: 2\n\n")
        source.send(b"0\r\n\r\n")
        await self.gateway.ended()
        self.assertEqual(
            seen.marks(),
            [
                "admitted",
                "routed",
                "connecting",
                "connected",
                "answered",
                "head",
                "first_event",
                "ended",
            ],
        )
        (connected,) = seen.detail(Mark.CONNECTED)
        self.assertEqual(
            connected,
            {"endpoint": "the endpoint", "address": self.source.address, "use": "new"},
        )
        (routed,) = seen.detail(Mark.ROUTED)
        self.assertEqual(
            routed, {"endpoint": "the endpoint", "entrypoint": "http-proxy"}
        )
        self.assertEqual(seen.detail(Mark.ENDED), [{"outcome": "completed"}])

    async def test_a_kept_connection(self) -> None:
        """Nothing is dialled, and the moment says so."""
        await self.stage()
        seen = self.watch()
        client = await self.client()
        for _ in range(2):
            client.send(get(b"/api"))
            source = await self.source.asked()
            source.send(response(b"ok"))
            await client.answer()
        self.assertNotIn("connecting", seen.marks())
        self.assertEqual(seen.detail(Mark.CONNECTED)[0]["use"], "kept")
        self.assertNotIn("first_event", seen.marks())

    async def test_a_source_that_is_down(self) -> None:
        """The failed attempt has its reason."""
        await self.stage()
        await self.source.port.stopListening()
        seen = self.watch()
        client = await self.client()
        client.send(get(b"/api"))
        await client.answer()
        self.assertEqual(
            seen.marks(),
            [
                "admitted",
                "routed",
                "connecting",
                "attempt_failed",
                "refused",
                "head",
                "ended",
            ],
        )
        key = "GATEWAY_CLIENT_CONNECTION_REFUSED"
        self.assertEqual(seen.detail(Mark.ATTEMPT_FAILED)[0]["errorKey"], key)
        self.assertEqual(seen.detail(Mark.REFUSED), [{"status": 502, "errorKey": key}])

    async def test_a_clock(self) -> None:
        """A timeout is named."""
        await self.stage(http={"readTimeout": 1000})
        seen = self.watch()
        client = await self.client()
        client.send(get(b"/api"))
        await self.source.asked()
        self.reactor.advance_ms(1000)
        await client.answer()
        key = "GATEWAY_CLIENT_READ_TIMEOUT"
        self.assertEqual(seen.detail(Mark.ATTEMPT_FAILED)[0]["errorKey"], key)
        self.assertEqual(
            seen.detail(Mark.ENDED),
            [{"outcome": "read_timeout", "errorKey": key, "clock": "readTimeout"}],
        )

    async def test_a_queue(self) -> None:
        """A call that waits for the pool says so."""
        await self.stage(http={"maxConcurrentConnections": 1})
        seen = self.watch()
        first, second = await self.client(), await self.client()
        first.send(get(b"/api"))
        source = await self.source.asked()
        second.send(get(b"/api"))
        while "queued" not in seen.marks():
            await self.turn()
        source.send(response(b"ok"))
        await first.answer()
        self.reactor.advance_ms(10)
        (await self.source.asked()).send(response(b"ok"))
        await second.answer()
        self.assertEqual(
            seen.marks()[:4], ["admitted", "routed", "queued", "connecting"]
        )

    async def test_a_client_that_leaves(self) -> None:
        """Before the head: no attempt is said to have failed."""
        await self.stage()
        seen = self.watch()
        client = await self.client()
        client.send(get(b"/api"))
        await self.source.asked()
        client.reset()
        await self.gateway.ended()
        self.assertEqual(
            seen.marks(), ["admitted", "routed", "connecting", "connected", "ended"]
        )

    async def test_no_api(self) -> None:
        """A refusal before any API is known."""
        await self.stage()
        seen = self.watch()
        client = await self.client()
        client.send(get(b"/nothing"))
        await client.answer()
        self.assertEqual(seen.marks(), ["refused", "head", "ended"])
        refused = {"status": 404, "errorKey": "NO_CONTEXT_PATH"}
        self.assertEqual(seen.detail(Mark.REFUSED), [refused])

    async def test_a_full_client(self) -> None:
        """The times in which the client takes nothing are one moment."""
        await self.stage()
        seen = self.watch()
        client = await self.client()
        client.stop_reading()
        client.send(get(b"/api"))
        source = await self.source.asked()
        source.send(EVENT_STREAM)
        while "paused" not in seen.marks():
            source.send(chunk(b"data: %s\n\n" % (b"x" * 60_000)))
            await self.turn()
        self.reactor.advance_ms(2000)
        client.read_on()
        source.send(b"0\r\n\r\n")
        await self.gateway.ended()
        self.reactor.advance_ms(2000)
        (paused,) = seen.detail(Mark.PAUSED)
        self.assertEqual((paused["totalMs"], paused["longestMs"]), (2000, 2000))


class FailoverMarksTests(FailoverCase):
    """The attempts of one call at several endpoints."""

    async def test_each_attempt(self) -> None:
        """The first endpoint fails, the second answers."""
        await self.stage_two(maxRetries=1, forceNextEndpointOnFailure=True)
        seen = Timelines()
        self.gateway.services.observers.add(seen)
        await self.a.port.stopListening()
        await self.b.port.stopListening()
        client = await self.client()
        client.send(get(b"/api"))
        await client.answer()
        failed = seen.detail(Mark.ATTEMPT_FAILED)
        self.assertEqual({one["endpoint"] for one in failed}, {"a", "b"})
        self.assertEqual(
            seen.marks(),
            ["admitted", "routed"]
            + ["connecting", "attempt_failed"] * 2
            + ["refused", "head", "ended"],
        )

    async def test_a_response_that_counts_as_a_failure(self) -> None:
        """It has answered, and the attempt has failed."""
        condition = "{#response.status == 503}"
        await self.stage_two(maxRetries=0, failureCondition=condition)
        seen = Timelines()
        self.gateway.services.observers.add(seen)
        client = await self.client()
        client.send(get(b"/api"))
        source = await self.a_or_b(client)
        source.send(response(b"no", status=b"503 Busy"))
        await client.answer()
        self.assertEqual(
            [one["errorKey"] for one in seen.detail(Mark.ATTEMPT_FAILED)],
            ["GATEWAY_CLIENT_RESPONSE_REFUSED"],
        )
        self.assertEqual(seen.detail(Mark.ANSWERED)[0]["status"], 503)
