"""The gateways on the store."""

from __future__ import annotations

from typing import Any

from relay.management.http.query import Query
from relay.management.http.routing import RestCall
from relay.management.resources.instances import (
    LATE_MS,
    PARAMETERS,
    Instances,
    ThisInstance,
)
from relay.store.tables.cluster.gateways import GONE_MS
from tests.management.harness import ManagementCase

START_MS = 1_796_040_000_000


class InstancesTests(ManagementCase):
    """Gateways that report, and stop to do so."""

    at_ms = START_MS

    def now_ms(self) -> int:
        """The time that the test sets."""
        return self.at_ms

    async def report(self, gateway_id: str) -> None:
        """Let a gateway report."""
        await self.store.write(lambda tx: tx.gateways.report(gateway_id, "host", {}))

    async def states(self, query: str = "") -> dict[str, str]:
        """List the states."""
        found = await self.expect(200, "GET", f"/instances{query}")
        return {one["id"]: one["state"] for one in found["data"]}

    async def test_states(self) -> None:
        """By the time since the last report."""
        await self.report("a")
        self.at_ms += LATE_MS - 1
        await self.report("b")
        self.assertEqual(await self.states(), {"b": "STARTED", "a": "STARTED"})
        self.at_ms += 1
        self.assertEqual(await self.states(), {"b": "STARTED", "a": "UNKNOWN"})
        self.assertEqual(await self.states("?states=UNKNOWN"), {"a": "UNKNOWN"})
        self.at_ms = START_MS + GONE_MS + 1
        self.assertEqual(await self.states(), {"b": "STARTED", "a": "STOPPED"})
        await self.expect(400, "GET", "/instances?states=RUNNING")

    async def test_a_stop(self) -> None:
        """A gateway that stops in order is stopped at once."""
        await self.report("a")
        await self.store.write(lambda tx: tx.gateways.left("a"))
        self.assertEqual(await self.states(), {"a": "STOPPED"})

    async def test_the_process_that_answers(self) -> None:
        """Its version, start and URLs are known; those of others are not."""
        await self.report("a")
        await self.report("b")
        own = ThisInstance("a", "1.2.3", START_MS, lambda: ["https://events.example"])
        nobody: Any = None
        call = RestCall("/instances", "", Query({}, PARAMETERS), None, None, nobody)
        reply = await Instances(self.store, own).list(call)
        shown: Any = reply.body
        first, second = shown["data"]
        self.assertEqual(
            first,
            {
                "id": "a",
                "hostname": "host",
                "state": "STARTED",
                "lastHeartbeatAt": "2026-11-30T12:00:00.000Z",
                "apis": {"inForce": 0, "rejected": 0},
                "version": "1.2.3",
                "startedAt": "2026-11-30T12:00:00.000Z",
                "urls": ["https://events.example"],
            },
        )
        self.assertNotIn("version", second)

    async def test_workers(self) -> None:
        """What is known of a daemon is known of its workers."""
        for name in ("a/1", "b/1"):
            await self.report(name)
        own = ThisInstance("a", "1.2.3", START_MS, list)
        nobody: Any = None
        call = RestCall("/instances", "", Query({}, PARAMETERS), None, None, nobody)
        reply = await Instances(self.store, own).list(call)
        shown: Any = reply.body
        versions = {one["id"]: one.get("version") for one in shown["data"]}
        self.assertEqual(versions, {"a/1": "1.2.3", "b/1": None})

    async def test_pages(self) -> None:
        """As in every list."""
        for name in ("a", "b", "c"):
            await self.report(name)
        found = await self.expect(200, "GET", "/instances?page=2&perPage=2")
        self.assertEqual([one["id"] for one in found["data"]], ["c"])
        self.assertEqual(found["pagination"]["totalCount"], 3)
