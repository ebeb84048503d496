"""The health of the process."""

from __future__ import annotations

from typing import Any

from relay.management.http.query import Query
from relay.management.http.routing import RestCall
from relay.management.resources.node import Node
from tests.management.harness import ManagementCase


class NodeTests(ManagementCase):
    """The health of the node, with probes that the test controls."""

    async def test_without_probes(self) -> None:
        """A process without probes is healthy."""
        answer = await self.expect(200, "GET", "/management/v2/health")
        self.assertEqual(answer, {"healthy": True, "checks": {}})

    async def health(self, **checks: Any) -> tuple[int, Any]:
        """Ask."""

        async def view() -> dict[str, Any]:
            return checks

        nobody: Any = None
        call = RestCall("", "", Query({}, frozenset()), None, None, nobody)
        reply = await Node(view).health(call)
        return reply.status, reply.body

    async def test_one_probe_that_fails_is_enough(self) -> None:
        """One failed probe makes the node unhealthy."""
        good, bad = {"healthy": True}, {"healthy": False, "message": "why"}
        status, body = await self.health(store=good, openFiles=good)
        self.assertEqual((status, body["healthy"]), (200, True))
        status, body = await self.health(store=good, openFiles=bad)
        self.assertEqual((status, body["healthy"]), (503, False))
        self.assertEqual(body["checks"], {"store": good, "openFiles": bad})
