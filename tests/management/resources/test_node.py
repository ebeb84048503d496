"""The health of the process."""

from __future__ import annotations

import os
from typing import Any

from relay.management.http.query import Query
from relay.management.http.routing import RestCall
from relay.management.resources.node import Node
from tests.management.harness import ManagementCase


class NodeTests(ManagementCase):
    """The health of the node, with checks that the test controls."""

    async def test_healthy(self) -> None:
        """The store answers."""
        answer = await self.expect(200, "GET", "/management/v2/health")
        self.assertEqual(
            answer, {"healthy": True, "checks": {"store": {"healthy": True}}}
        )

    async def health(self, **checks: Any) -> tuple[int, Any]:
        """Ask."""
        nobody: Any = None
        call = RestCall("", "", Query({}, frozenset()), None, None, nobody)
        reply = await Node(self.store, lambda: checks).health(call)
        return reply.status, reply.body

    async def test_a_store_that_takes_no_writes_is_not_healthy(self) -> None:
        """The node is unhealthy until the store accepts writes again."""
        path = os.path.join(self.settings.data_dir, "relay.db")
        aside = f"{path}.aside"
        os.rename(path, aside)
        self.store.version()
        status, body = await self.health()
        self.assertEqual(status, 503)
        self.assertIn("deleted or replaced", body["checks"]["store"]["message"])
        os.rename(aside, path)
        await self.store.write(lambda tx: None)
        self.assertEqual((await self.health())[0], 200)

    async def test_one_check_that_fails_is_enough(self) -> None:
        """One failed check makes the node unhealthy."""
        status, body = await self.health(openFiles={"healthy": False})
        self.assertEqual((status, body["healthy"]), (503, False))
        await self.store.stopService()
        status, body = await self.health(openFiles={"healthy": True})
        self.assertEqual((status, body["checks"]["store"]["healthy"]), (503, False))
