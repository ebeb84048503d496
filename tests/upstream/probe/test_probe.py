"""Probes of a source on a real socket, with a clock of the test."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.trial.unittest import TestCase

from relay.connectors.sse_endpoint import SSE_ENDPOINT
from relay.model.api.endpoints.http_proxy import HTTP_PROXY_ENDPOINT
from relay.model.api.endpoints.probe import ProbeRequest
from relay.model.api.kinds import EndpointType
from relay.upstream.connection.response_rules import DEFAULT_LIMITS
from relay.upstream.dial.guard import AddressGuard
from relay.upstream.probe.probe import EXCERPT_MS, Prober
from relay.upstream.probe.stream import MOST_SHOWN
from tests.gateway.harness import EVENT_STREAM, SteeredReactor, chunk, response
from tests.gateway.raw import Source, SourceConnection, settle, until


class ProbeTests(TestCase):
    """A scripted source, and what a probe reports of it."""

    timeout = 60

    async def setUp(self) -> None:  # type: ignore[override]
        self.reactor: Any = SteeredReactor()
        self.source = Source()
        await self.source.listen()
        self.addCleanup(self.source.port.stopListening)
        self.prober = Prober(IReactorTime(self.reactor), DEFAULT_LIMITS, AddressGuard())
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.results: list[dict[str, Any]] = []

    def begin(
        self, kind: EndpointType = HTTP_PROXY_ENDPOINT, **members: Any
    ) -> Callable[[], None]:
        """Begin a probe of the source."""
        target = f"http://{self.source.address}/stream?key=1"
        body = {"type": kind.id, "configuration": {"target": target}, **members}
        return self.prober(
            kind,
            ProbeRequest.read(body),
            lambda name, members: self.told.append((name, members)),
            self.results.append,
        )

    async def probed(self, answer: bytes, **members: Any) -> SourceConnection:
        """Begin a probe, and answer its request."""
        self.begin(**members)
        connection = await self.source.asked()
        connection.send(answer)
        return connection

    async def result(self) -> dict[str, Any]:
        """Wait for the result, after which nothing is left behind."""
        await until(lambda: self.results, "the result")
        self.assertEqual(len(self.results), 1)
        self.assertEqual(self.reactor.timers, 0)
        return self.results[0]

    async def heard(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        """Wait for some observations of one name."""

        def found() -> list[dict[str, Any]]:
            return [members for one, members in self.told if one == name]

        await until(lambda: len(found()) >= count, f"{count} {name}")
        return found()

    async def test_stream(self) -> None:
        """The stages of the call, the events, the heartbeats and the proposal."""
        connection = await self.probed(
            EVENT_STREAM + chunk(b"id: 1\ndata: a\n\n"), seconds=130
        )
        (event,) = await self.heard("event")
        self.assertEqual((event["data"], event["id"]), ("a", "1"))
        for count in (1, 2, 3):
            connection.send(chunk(b":\n"))
            await self.heard("heartbeat", count)
            if count < 3:
                self.reactor.advance_ms(60_000)
        (proposal,) = await self.heard("proposal")
        self.assertEqual(proposal["idleTimeout"], 70_000)
        self.assertTrue(proposal["measured"])
        self.reactor.advance_ms(10_000)
        result = await self.result()
        self.assertEqual(result["ended"], "time_over")
        self.assertEqual(result["atMs"], 130_000)
        self.assertEqual(result["heartbeatMs"], 60_000)
        self.assertEqual((result["events"], result["heartbeats"]), (1, 3))
        self.assertEqual(result["proposal"]["idleTimeout"], 70_000)
        self.assertTrue(result["eventStream"])
        await connection.until_over()
        host, _, port = self.source.address.partition(":")
        (connecting,) = await self.heard("connecting")
        self.assertEqual(
            connecting, {"atMs": 0, "host": host, "port": int(port), "tls": False}
        )
        (connected,) = await self.heard("connected")
        self.assertIn(host, connected["address"])
        (head,) = await self.heard("head")
        self.assertEqual(head["contentType"], "text/event-stream")

    async def test_request(self) -> None:
        """What only the probe sends is sent; the query of the target, too."""
        cancel = self.begin(
            headers=[{"name": "X-Channel", "value": "news"}],
            credentials={"username": "u", "password": "p"},
            path="/more?a=b",
        )
        connection = await self.source.asked()
        head = await connection.head()
        self.assertEqual(head.target, b"/stream/more?a=b&key=1")
        self.assertEqual(head.get(b"authorization"), b"Basic dTpw")
        self.assertEqual(head.get(b"x-channel"), b"news")
        self.assertEqual(head.get(b"accept"), b"text/event-stream")
        cancel()
        await connection.until_over()

    async def test_token(self) -> None:
        """A token is sent as a bearer token; an empty path sends the target's own."""
        cancel = self.begin(credentials={"token": "t"})
        head = await (await self.source.asked()).head()
        self.assertEqual(head.target, b"/stream?key=1")
        self.assertEqual(head.get(b"authorization"), b"Bearer t")
        cancel()

    async def test_silent_source(self) -> None:
        """Without heartbeats nothing is measured, and the reason says so."""
        connection = await self.probed(EVENT_STREAM)
        await self.heard("head")
        self.reactor.advance_ms(20_000)
        result = await self.result()
        self.assertEqual(result["longestSilenceMs"], 20_000)
        self.assertFalse(result["proposal"]["measured"])
        self.assertEqual(result["proposal"]["idleTimeout"], 60_000)
        self.assertIn("probe it for longer", result["proposal"]["reason"])
        await connection.until_over()

    async def test_no_idle_timeout(self) -> None:
        """A silence above the idle timeout is observed, and leads to a longer one."""
        await self.probed(
            EVENT_STREAM,
            seconds=100,
            sharedConfiguration={"http": {"idleTimeout": 30_000}},
        )
        await self.heard("head")
        self.reactor.advance_ms(60_000)
        await settle()
        self.assertEqual(self.results, [])
        self.reactor.advance_ms(40_000)
        proposal = (await self.result())["proposal"]
        self.assertTrue(proposal["changes"])
        self.assertFalse(proposal["measured"])

    async def test_unauthorized(self) -> None:
        """The body of a refusal is shown as far as it helps."""
        connection = await self.probed(
            response(b'{"error": "no key"}', status=b"401 Unauthorized")
        )
        result = await self.result()
        self.assertEqual((result["ended"], result["status"]), ("no_stream", 401))
        self.assertEqual(result["message"], "The source answered 401")
        self.assertEqual(result["excerpt"], '{"error": "no key"}')
        self.assertFalse(result["eventStream"])
        self.assertNotIn("proposal", result)
        await connection.until_over()

    async def test_another_type(self) -> None:
        """A page is not an event stream, even one that never ends."""
        await self.probed(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + chunk(b"<html>")
        )
        (head,) = await self.heard("head")
        self.assertIn("of the type text/html", head["reason"])
        await settle()
        self.reactor.advance_ms(EXCERPT_MS)
        result = await self.result()
        self.assertEqual(result["excerpt"], "<html>")
        self.assertEqual(result["ended"], "no_stream")

    async def test_ends_of_the_source(self) -> None:
        """A stream that the source ends differs from one that breaks off."""
        connection = await self.probed(EVENT_STREAM + b"0\r\n\r\n")
        self.assertEqual((await self.result())["ended"], "source_ended")
        self.told.clear()
        self.results.clear()
        connection = await self.probed(EVENT_STREAM)
        await self.heard("head")
        connection.reset()
        self.assertEqual((await self.result())["ended"], "source_lost")

    async def test_too_much(self) -> None:
        """A probe ends when it has read enough."""
        connection = await self.probed(EVENT_STREAM)
        for _ in range(40):
            connection.send(chunk(b"data: x\n" + b"data: y\n" * 4000 + b"\n"))
        result = await self.result()
        self.assertEqual(result["ended"], "bytes")
        self.assertGreaterEqual(result["bytes"], 1024 * 1024)

    async def test_many_heartbeats(self) -> None:
        """The report has a bound when a source sends many heartbeats."""
        connection = await self.probed(EVENT_STREAM, seconds=300)
        await self.heard("head")
        beat = chunk(b":\n")
        count = 3 * MOST_SHOWN
        for number in range(1, count + 1):
            self.reactor.advance_ms(10 * number)
            connection.send(beat)
            await settle()
        longest_ms = 10 * count
        connection.close()
        result = await self.result()
        self.assertEqual(result["heartbeats"], count)
        self.assertEqual(result["heartbeatMs"], longest_ms)
        self.assertIn(f"every {longest_ms} ms", result["proposal"]["reason"])
        self.assertEqual(len(await self.heard("proposal")), MOST_SHOWN)

    async def test_proposals_that_do_not_change(self) -> None:
        """A proposal is reported when it changes, and not for each heartbeat."""
        connection = await self.probed(EVENT_STREAM)
        await self.heard("head")
        for count in range(1, 6):
            connection.send(chunk(b":\n"))
            await self.heard("heartbeat", count)
            self.reactor.advance_ms(1000)
        self.assertEqual(len(await self.heard("proposal")), 1)
        connection.close()
        await self.result()

    async def test_refused(self) -> None:
        """Nobody listens."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        self.begin(configuration={"target": f"http://127.0.0.1:{port}/"})
        result = await self.result()
        self.assertEqual(result["ended"], "failed")
        self.assertEqual(result["errorKey"], "GATEWAY_CLIENT_CONNECTION_REFUSED")
        self.assertEqual(result["message"], "The upstream refused the connection")

    async def test_read_timeout(self) -> None:
        """A timeout of the endpoint is named."""
        self.begin(sharedConfiguration={"http": {"readTimeout": 3000}})
        await self.source.asked()
        self.reactor.advance_ms(3000)
        result = await self.result()
        self.assertEqual((result["ended"], result["clock"]), ("failed", "readTimeout"))

    async def test_no_head(self) -> None:
        """The time of the probe is over before the head."""
        self.begin(seconds=2)
        await self.source.asked()
        self.reactor.advance_ms(2000)
        result = await self.result()
        self.assertEqual(result["ended"], "failed")
        self.assertIn("no response head within 2 s", result["message"])

    async def test_files_that_are_not_there(self) -> None:
        """An endpoint that could not be deployed cannot be probed."""
        store = {"type": "PEM", "path": "/nowhere/ca.pem"}
        self.begin(sharedConfiguration={"ssl": {"trustStore": store}})
        result = await self.result()
        self.assertEqual(result["ended"], "failed")
        self.assertIn("/nowhere/ca.pem", result["message"])
        self.assertEqual(self.source.connections, [])

    async def test_redirects(self) -> None:
        """Endpoints of the type ``sse`` follow redirects within their origin."""
        answer = response(b"", b"Location: /there", status=b"302 Found")
        await self.probed(answer)
        result = await self.result()
        self.assertIn("the redirect is not followed", result["message"])
        self.told.clear()
        self.results.clear()
        await self.probed(answer, kind=SSE_ENDPOINT)
        connection = await self.source.asked()
        self.assertEqual((await connection.head()).target, b"/there")
        connection.send(EVENT_STREAM)
        await self.heard("head")
        self.assertEqual(len(await self.heard("connecting")), 2)
        connection.close()
        await self.result()

    async def test_cancelled(self) -> None:
        """A cancelled probe drops its connection and reports nothing more."""
        for answer in (b"", EVENT_STREAM):
            self.told.clear()
            cancel = self.begin()
            connection = await self.source.asked()
            connection.send(answer)
            if answer:
                await self.heard("head")
            cancel()
            before = len(self.told)
            await connection.until_over()
            self.assertEqual((self.results, len(self.told)), ([], before))
            self.assertEqual(self.reactor.timers, 0)
