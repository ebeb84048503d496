"""The numbers of an API's calls of endpoints."""

from __future__ import annotations

from relay.upstream.counts import UpstreamCounts
from tests.gateway.harness import get, response
from tests.gateway.raw import until
from tests.upstream.test_connector import ConnectorCase


class CountsTests(ConnectorCase):
    """Attempts by result, and connections."""

    @property
    def counts(self) -> UpstreamCounts:
        """The counts of the only endpoint."""
        (connector,) = self.gateway.groups[-1].connectors
        return connector.counts

    @property
    def attempts(self) -> dict[str, int]:
        """Attempts by result."""
        return {result: count for (_, result), count in self.counts.attempts.items()}

    async def test_answers(self) -> None:
        """By the class of the status; a kept connection is counted as reused."""
        await self.stage()
        user = await self.client()
        await self.ask(user)
        await self.ask(user, with_=response(b"", status=b"503 Not Now"))
        self.assertEqual(self.attempts, {"2xx": 1, "5xx": 1})
        connections = self.counts.connections
        self.assertEqual(
            {kind: count for (_, kind), count in connections.items()},
            {"opened": 1, "reused": 1},
        )

    async def test_failures(self) -> None:
        """By the error key; a client that leaves cancels its call."""
        await self.stage(http={"readTimeout": 5000})
        slow = await self.client()
        slow.send(get(b"/api"))
        await self.source.asked()
        self.reactor.advance_ms(5_000)
        self.assertEqual((await slow.answer()).status, 504)
        gone = await self.client()
        gone.send(get(b"/api"))
        await self.source.asked()
        gone.close()
        await until(lambda: "cancelled" in self.attempts, "the call is cancelled")
        self.assertEqual(self.attempts, {"read_timeout": 1, "cancelled": 1})
