"""Calls of PROXY APIs over sockets: each ends in one outcome, and is logged once."""

from __future__ import annotations

from typing import Any

from relay.model.outcome import Outcome
from tests.gateway.harness import EVENT_STREAM, GatewayCase, chunk, get, post, response
from tests.gateway.raw import Client, SourceConnection, settle, until

REFUSED = {"bytesIn": 0, "events": 0, "ttfbMs": None, "durationMs": 1000}


class LineTests(GatewayCase):
    async def test_completed(self) -> None:
        """A plain response has one line, at its end, with all that was measured."""
        await self.stage()
        client, source = await self.call(post(b"/api/a", b"body"))
        await source.until_received(b"body")
        self.reactor.advance_ms(1000)
        source.send(b"HTTP/1.1 201 Created\r\nContent-Length: 6\r\n\r\nxyz")
        await client.until_received(b"xyz")
        self.reactor.advance_ms(2000)
        source.send(b"uvw")
        line = await self.gateway.ended()
        self.assertEqual(self.gateway.lines, [line])
        self.assertEqual(line["ts"], "2023-11-14T22:13:20.123Z")
        for name, value in {
            "kind": "close",
            "apiId": "api-1",
            "planId": "plan-1",
            "applicationId": "1",
            "subscriptionId": "127.0.0.1",
            "remoteAddress": "127.0.0.1",
            "method": "POST",
            "host": "relay",
            "path": "/api/a",
            "endpoint": "the endpoint",
            "status": 201,
            "bytesIn": 4,
            "bytesOut": 6,
            "events": 0,
            "ttfbMs": 1000,
            "durationMs": 3000,
            "outcome": "completed",
            "errorKey": None,
            "clock": None,
        }.items():
            self.assertEqual(line[name], value, name)

    async def test_stream(self) -> None:
        """An event stream has a line at its start as well; its events are counted,
        heartbeats are not."""
        await self.stage()
        _, source = await self.stream()
        (line,) = self.gateway.lines
        self.assertEqual(
            (line["kind"], line["status"], line["outcome"], line["durationMs"]),
            ("open", 200, None, None),
        )
        source.send(chunk(b"data: 1\n\n:\n\ndata: 2\nid: 2\n\nda"))
        source.send(chunk(b"ta: 3\r\n\r\nid: 4\n\ndata: half"))
        source.send(b"0\r\n\r\n")
        closed = await self.gateway.ended()
        self.assertEqual([one["kind"] for one in self.gateway.lines], ["open", "close"])
        self.assertEqual((closed["events"], closed["outcome"]), (3, "completed"))
        self.assertEqual(closed["requestId"], line["requestId"])

    async def test_only_event_streams_are_opened(self) -> None:
        """The media type decides, whatever its case and parameters."""
        await self.stage()
        for content_type, kinds in (
            (b"Text/Event-Stream;charset=utf-8", ["open", "close"]),
            (b"text/event-streams", ["close"]),
            (b"text/plain", ["close"]),
        ):
            del self.gateway.lines[:]
            client, source = await self.call(get(b"/api"))
            source.send(response(b"data: 1\n\n", b"Content-Type: " + content_type))
            await client.answer()
            self.assertEqual([one["kind"] for one in self.gateway.lines], kinds)

    async def test_visible_while_it_runs(self) -> None:
        """An exchange is live from its head to its end."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        (exchange,) = self.gateway.live.all()
        self.assertFalse(exchange.ends_at_once)
        self.assertEqual(exchange.record.api_id, "api-1")
        source.send(EVENT_STREAM)
        await client.head()
        self.assertTrue(exchange.ends_at_once)
        source.send(b"0\r\n\r\n")
        await self.gateway.ended()
        self.assertEqual(len(self.gateway.live), 0)

    async def test_the_last_exchange_is_told_after_its_line(self) -> None:
        """The end of the last exchange is reported after its log entry."""
        await self.stage()
        lines: list[int] = []
        self.gateway.live.when_none(lambda: lines.append(len(self.gateway.closed)))
        client, source = await self.call(get(b"/api"))
        source.send(response(b"x"))
        await client.answer()
        client.send(get(b"/nowhere"))
        await client.answer()
        client, source = await self.stream()
        source.close()
        await client.until_over()
        self.assertEqual(lines, [1, 2, 3])


class LeavingTests(GatewayCase):
    async def check_gone(
        self, client: Client, status: int, key: str, reset: bool
    ) -> None:
        """Close the client, and assert that the call has ended completely."""
        if reset:
            client.reset()
        else:
            client.close()
        line = await self.gateway.ended()
        self.assertEqual(
            (line["status"], line["outcome"], line["errorKey"]),
            (status, "client_gone", f"CLIENT_ABORTED_DURING_{key}_ERROR"),
        )
        self.assertEqual(len(self.gateway.live), 0)
        pool = self.gateway.pool
        self.assertEqual((pool.taken, pool.waiting, pool.kept), (0, 0, 0))
        for connection in self.source.connections:
            await connection.until_over()
        await settle()
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])
        self.assertEqual(len(self.gateway.lines), 1 if status == 499 else 2)

    async def test_before_the_head(self) -> None:
        """While the source thinks."""
        for reset in (False, True):
            await self.stage()
            client, _ = await self.call(get(b"/api"))
            await self.check_gone(client, 499, "REQUEST", reset)
            await self._close()

    async def test_amid_the_head(self) -> None:
        """While the source's head is under way."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\nX: ")
        await settle()
        await self.check_gone(client, 499, "REQUEST", reset=True)

    async def test_during_the_body(self) -> None:
        """While events flow."""
        for reset in (False, True):
            await self.stage()
            client, source = await self.stream()
            source.send(chunk(b"data: 1\n\n"))
            await client.event()
            await self.check_gone(client, 200, "RESPONSE", reset)
            self.assertTrue(source.was_reset)
            await self._close()

    async def test_in_the_queue(self) -> None:
        """While waiting for a connection."""
        await self.stage(http={"maxConcurrentConnections": 1})
        first, source = await self.call(get(b"/api"))
        client = await self.asked(get(b"/api"))
        await until(lambda: self.gateway.pool.waiting, "the queue")
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "client_gone")
        self.assertEqual((self.gateway.pool.taken, self.gateway.pool.waiting), (1, 0))
        source.send(response(b"x"))
        self.assertEqual((await first.answer()).body, b"x")
        self.assertEqual(len(self.source.connections), 1)

    async def test_on_a_kept_connection(self) -> None:
        """Leaving is no reason to ask again on another connection."""
        await self.stage()
        client, source = await self.call(get(b"/api"))
        source.send(response(b"x"))
        await client.answer()
        client.send(get(b"/api"))
        await self.source.asked()
        client.reset()
        await source.until_over()
        await self.gateway.ended(2)
        await settle()
        self.assertEqual(len(self.source.connections), 1)
        self.assertEqual(self.gateway.pool.taken, 0)


class StopTests(GatewayCase):
    async def stopped(self, outcome: Outcome) -> dict[str, Any]:
        """Stop every exchange, and give the last line."""
        for exchange in self.gateway.live.all():
            exchange.end(outcome)
        return await self.gateway.ended()

    async def waiting(self) -> tuple[Client, SourceConnection]:
        """A call that the source has not answered."""
        await self.stage()
        return await self.call(get(b"/api"))

    async def test_stopped_before_the_head(self) -> None:
        """A stop before the head is a 503 with ``Retry-After``."""
        for outcome, key, retry in (
            (Outcome.STOPPED, "API_STOPPED", b"5"),
            (Outcome.DRAINED, "GATEWAY_SHUTTING_DOWN", b"1"),
        ):
            client, source = await self.waiting()
            line = await self.stopped(outcome)
            answer = await client.answer()
            self.assertEqual((answer.status, answer.get(b"retry-after")), (503, retry))
            self.assertEqual(
                (line["outcome"], line["errorKey"], line["status"]),
                (str(outcome), key, 503),
            )
            await source.until_over()
            await self._close()

    async def test_stopped_after_the_head(self) -> None:
        """A stop after the head cuts the stream after the data that was received."""
        for outcome in (Outcome.STOPPED, Outcome.DRAINED):
            await self.stage()
            client, source = await self.stream()
            source.send(chunk(b"data: 1\n\n"))
            await until(lambda: len(self.gateway.live.all()), "the event")
            await client.until_received(b"data: 1\n\n")
            line = await self.stopped(outcome)
            self.assertEqual((line["outcome"], line["status"]), (str(outcome), 200))
            await client.until_over()
            self.assertTrue(client.was_cut)
            await source.until_over()
            await self._close()

    async def test_ended_once(self) -> None:
        """Events after the end have no effect."""
        client, _ = await self.waiting()
        (exchange,) = self.gateway.live.all()
        await self.stopped(Outcome.STOPPED)
        exchange.end(Outcome.DRAINED)
        exchange.on_gone()  # type: ignore[attr-defined]
        await client.answer()
        client.close()
        await settle()
        self.assertEqual(len(self.gateway.lines), 1)


class ClockTests(GatewayCase):
    async def timed_out(
        self, client: Client, status: int, outcome: str, key: str, clock: str
    ) -> None:
        """Assert the response and the log entry of a timeout."""
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"connection")), (status, b"close"))
        self.assertTrue(answer.body)
        line = await self.gateway.ended()
        self.assertEqual(
            (line["status"], line["outcome"], line["errorKey"], line["clock"]),
            (status, outcome, key, clock),
        )
        self.assertEqual((self.gateway.pool.taken, self.gateway.pool.waiting), (0, 0))
        for connection in self.source.connections:
            await connection.until_over()
        await client.until_over()
        await settle()
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])

    async def test_request_timeout(self) -> None:
        """
        The request timeout covers the time from the client's head to the source's head.
        """
        await self.stage(http={"readTimeout": 90_000}, request_timeout_ms=30_000)
        client, source = await self.call(get(b"/api"))
        source.send(b"HTTP/1.1 200 OK\r\n")
        self.reactor.advance_ms(29_999)
        await settle()
        self.assertEqual(client.received, b"")
        self.reactor.advance_ms(1)
        await self.timed_out(
            client, 504, "request_timeout", "REQUEST_TIMEOUT", "requestTimeout"
        )

    async def test_request_timeout_off(self) -> None:
        """0 switches it off."""
        await self.stage(http={"readTimeout": 9_000_000}, request_timeout_ms=0)
        client, source = await self.call(get(b"/api"))
        self.reactor.advance_ms(8_000_000)
        source.send(response(b"x"))
        self.assertEqual((await client.answer()).body, b"x")

    async def test_request_timeout_ends_with_the_head(self) -> None:
        """A body may take as long as it likes."""
        await self.stage(http={"idleTimeout": 0}, request_timeout_ms=30_000)
        client, source = await self.stream()
        self.reactor.advance_ms(9_000_000)
        source.send(chunk(b"data: 1\n\n"))
        self.assertEqual(await client.event(), b"data: 1\n\n")

    async def test_request_timeout_does_not_run_while_the_client_uploads(self) -> None:
        """The time of the client's upload does not count."""
        await self.stage(
            http={"readTimeout": 90_000},
            request_timeout_ms=30_000,
            body_timeout_ms=60_000,
        )
        client, source = await self.call(
            get(b"/api", b"Content-Length: 4", method=b"POST")
        )
        for _ in range(3):
            self.reactor.advance_ms(29_000)
            client.send(b"x")
            await source.until_received(b"x")
            source.received = b""
        client.send(b"x")
        await source.until_received(b"x")
        self.reactor.advance_ms(29_999)
        await settle()
        self.assertEqual(client.received, b"")
        self.reactor.advance_ms(1)
        await self.timed_out(
            client, 504, "request_timeout", "REQUEST_TIMEOUT", "requestTimeout"
        )

    async def test_request_timeout_runs_while_the_source_takes_no_body(self) -> None:
        """An upload that waits for the source waits as long as any call."""
        await self.stage(http={"readTimeout": 90_000}, request_timeout_ms=30_000)
        client, source = await self.call(
            get(b"/api", b"Content-Length: 9000000", method=b"POST")
        )
        source.stop_reading()
        client.send(b"x" * 8_000_000)
        before = -1
        while client.unsent != before:
            before = client.unsent
            await settle()
        self.reactor.advance_ms(30_000)
        self.assertEqual((await client.answer()).status, 504)
        line = await self.gateway.ended()
        self.assertEqual(
            (line["errorKey"], line["clock"]), ("REQUEST_TIMEOUT", "requestTimeout")
        )
        source.read_on()
        await source.until_over()

    async def test_read_timeout_runs_while_the_source_takes_no_body(self) -> None:
        """The read timeout runs while the source reads no body."""
        await self.stage(http={"readTimeout": 5_000}, request_timeout_ms=0)
        client, source = await self.call(
            get(b"/api", b"Content-Length: 9000000", method=b"POST")
        )
        source.stop_reading()
        client.send(b"x" * 8_000_000)
        before = -1
        while client.unsent != before:
            before = client.unsent
            await settle()
        self.reactor.advance_ms(5_000)
        self.assertEqual((await client.answer()).status, 504)
        line = await self.gateway.ended()
        self.assertEqual(
            (line["errorKey"], line["clock"]),
            ("GATEWAY_CLIENT_READ_TIMEOUT", "readTimeout"),
        )
        source.read_on()
        await source.until_over()

    async def test_idle_timeout(self) -> None:
        """A stream whose source is silent for too long is cut; any byte is enough."""
        await self.stage(http={"idleTimeout": 12_345})
        client, source = await self.stream()
        for _ in range(3):
            self.reactor.advance_ms(12_344)
            source.send(b"1")
            await settle()
        self.reactor.advance_ms(12_344)
        await settle()
        self.assertEqual(self.gateway.closed, [])
        self.reactor.advance_ms(1)
        line = await self.gateway.ended()
        self.assertEqual(
            (line["status"], line["outcome"], line["errorKey"], line["clock"]),
            (
                200,
                "idle_timeout",
                "GATEWAY_CLIENT_STREAM_ENDED_EARLY",
                "idleTimeout",
            ),
        )
        await client.until_over()
        await source.until_over()
        self.assertTrue(client.was_cut)
        self.assertTrue(source.was_reset)
        await settle()
        self.assertEqual(self.reactor.clock.getDelayedCalls(), [])

    async def test_idle_timeout_off(self) -> None:
        """0 switches it off."""
        await self.stage(http={"idleTimeout": 0})
        client, source = await self.stream()
        self.reactor.advance_ms(100_000_000)
        source.send(chunk(b"data: 1\n\n"))
        self.assertEqual(await client.event(), b"data: 1\n\n")
