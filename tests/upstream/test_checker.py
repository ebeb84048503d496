"""Checks of endpoints, over real sockets and by a clock of our own."""

from __future__ import annotations

from typing import Any

from tests.gateway.harness import (
    EVENT_STREAM,
    GatewayCase,
    chunk,
    definition,
    get,
    response,
)
from tests.gateway.raw import until

EVERY_SECOND = "* * * * * *"


class CheckerTests(GatewayCase):
    """The requests of checks, their results, and the consequences."""

    async def stage_checked(self, **check: Any) -> None:
        """Open a gateway whose endpoint is checked every second."""
        await self.open_source()
        body = definition(f"http://{self.source.address}/stream?key=1")
        configuration = {"schedule": EVERY_SECOND, "target": "/health", **check}
        body["endpointGroups"][0]["services"] = {
            "healthCheck": {"type": "http-health-check", "configuration": configuration}
        }
        await self.open_gateway(body)
        (self.health,) = self.gateway.groups[0].health

    async def due(self) -> Any:
        """
        Advance the clock to the next check, and return its connection.

        :returns: its connection.
        """
        # The schedule, and the longest that a check is put off.
        self.reactor.advance_ms(2000)
        return await self.source.asked()

    async def found(self, count: int) -> dict[str, Any]:
        """Wait for a result."""
        await until(
            lambda: len(self.health.as_json()["results"]) >= count, f"result {count}"
        )
        result: dict[str, Any] = self.health.as_json()["results"][count - 1]
        return result

    async def head_came(self) -> None:
        """Wait until the check that is under way has its response's head."""
        (checker,) = self.gateway.groups[0]._checkers

        def came() -> bool:
            return checker._check is not None and checker._check._response is not None

        await until(came, "the head")

    async def check(self, answer: bytes, count: int = 1) -> dict[str, Any]:
        """Answer one check, and return its result."""
        connection = await self.due()
        await connection.head()
        connection.send(answer)
        return await self.found(count)

    async def test_passed(self) -> None:
        """The head decides; the connection is closed after it."""
        await self.stage_checked(headers=[{"name": "X-Check", "value": "yes"}])
        connection = await self.due()
        head = await connection.head()
        self.assertEqual(head.target, b"/health")
        self.assertEqual(head.get(b"x-check"), b"yes")
        connection.send(EVENT_STREAM)
        found = await self.found(1)
        self.assertEqual((found["success"], found["status"]), (True, 200))
        await connection.until_over()

    async def test_host(self) -> None:
        """``Host`` is that of the target, or the configured one."""
        await self.stage_checked()
        head = await (await self.due()).head()
        self.assertEqual(head.get(b"host"), self.source.address.encode())

    async def test_configured_host(self) -> None:
        """A configured ``Host`` is sent once, in every spelling of the name."""
        await self.stage_checked(headers=[{"name": "host", "value": "up.example"}])
        head = await (await self.due()).head()
        self.assertEqual(head.all(b"host"), [b"up.example"])

    async def test_out_and_in_again(self) -> None:
        """An endpoint that is down gets no call until it is up again."""
        await self.stage_checked(failureThreshold=1, successThreshold=1)
        await self.check(response(b"", status=b"500 No"))
        self.assertEqual(self.health.status, "DOWN")
        client = await self.asked(get(b"/api"))
        self.assertEqual((await client.answer()).status, 503)
        await self.check(response(b""), 2)
        self.assertEqual(self.health.status, "UP")
        client = await self.asked(get(b"/api"))
        connection = await self.source.asked()
        connection.send(response(b"ok"))
        self.assertEqual((await client.answer()).body, b"ok")

    async def test_assertion(self) -> None:
        """The configured assertion decides."""
        await self.stage_checked(
            assertion="{#response.status < 500 and #response.headers['x'][0] == 'ok'}"
        )
        found = await self.check(response(b"", b"X: ok", status=b"404 Gone"))
        self.assertTrue(found["success"])
        found = await self.check(response(b"", b"X: no"), 2)
        self.assertEqual((found["success"], found["status"]), (False, 200))

    async def test_own_body(self) -> None:
        """A check may post something."""
        await self.stage_checked(method="POST", body="ping")
        connection = await self.due()
        head = await connection.head()
        self.assertEqual(head.get(b"content-length"), b"4")
        await connection.until_received(b"ping")
        connection.send(response(b""))
        self.assertTrue((await self.found(1))["success"])

    async def test_no_answer(self) -> None:
        """Silence is a failure after its time, and the next check comes."""
        await self.stage_checked(timeoutMs=3000)
        connection = await self.due()
        await connection.head()
        self.reactor.advance_ms(3000)
        found = await self.found(1)
        self.assertEqual((found["success"], found["status"]), (False, 504))
        self.assertEqual(found["took_ms"], 3000)
        await connection.until_over()
        self.assertTrue((await self.check(response(b""), 2))["success"])

    async def test_nobody_there(self) -> None:
        """A source that takes no connection is down."""
        await self.stage_checked(failureThreshold=1)
        await self.source.port.stopListening()
        self._ends.remove(self.source.port.stopListening)
        self.reactor.advance_ms(2000)
        found = await self.found(1)
        self.assertEqual((found["success"], found["status"]), (False, -1))
        self.assertEqual(self.health.status, "DOWN")

    async def test_first_event(self) -> None:
        """A stream is there once something comes of it, a heartbeat as well."""
        await self.stage_checked(waitFor="event")
        connection = await self.due()
        connection.send(EVENT_STREAM)
        await self.turn()
        self.assertEqual(self.health.as_json()["results"], [])
        connection.send(chunk(b":\n\n"))
        self.assertTrue((await self.found(1))["success"])
        await connection.until_over()

    async def test_silent_stream(self) -> None:
        """A stream of which nothing comes does not pass."""
        await self.stage_checked(waitFor="event")
        connection = await self.due()
        connection.send(EVENT_STREAM)
        await self.head_came()
        self.reactor.advance_ms(5000)
        found = await self.found(1)
        self.assertEqual((found["success"], found["status"]), (False, 200))

    async def test_ends_without_an_event(self) -> None:
        """A stream that ends at once does not pass."""
        await self.stage_checked(waitFor="event")
        found = await self.check(EVENT_STREAM + b"0\r\n\r\n")
        self.assertFalse(found["success"])
        connection = await self.due()
        connection.send(EVENT_STREAM)
        await self.head_came()
        connection.reset()
        self.assertFalse((await self.found(2))["success"])

    async def test_stopped(self) -> None:
        """A deployment that is replaced is checked no more, not even half-way."""
        await self.stage_checked()
        connection = await self.due()
        self.gateway.deployer.apply({"api-1": None})
        await connection.until_over()
        before = len(self.source.connections)
        self.reactor.advance_ms(10_000)
        await self.turn()
        self.assertEqual(len(self.source.connections), before)
        self.assertEqual(self.health.as_json()["results"], [])

    async def test_calls_do_not_get_in_the_way(self) -> None:
        """A group whose connections are all taken is checked all the same."""
        await self.stage_checked()
        self.gateway.groups[0]._pools[0]._http = (
            self.gateway.groups[0]
            ._pools[0]
            ._http.model_copy(update={"max_concurrent_connections": 1})
        )
        client = await self.asked(get(b"/api"))
        busy = await self.source.asked()
        self.assertTrue((await self.check(response(b"")))["success"])
        busy.send(response(b"at last"))
        self.assertEqual((await client.answer()).body, b"at last")
