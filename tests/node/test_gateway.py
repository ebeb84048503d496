"""The gateways of several workers, as the management API uses them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.gateway.grant_renewal import NO_STREAM
from relay.management.resources.gateway import Gateway
from relay.model.records import ServingReport
from relay.model.schema.types.request_target import RequestTarget
from relay.node.gateway import PeerGateway, merged_health
from relay.node.private import OwnGateway, OwnRoutes
from tests.node.case import PeersCase


def endpoint(name: str, available: bool, *at_ms: int) -> dict[str, Any]:
    """Describe a checked endpoint."""
    return {
        "endpoint": name,
        "status": "UP" if available else "DOWN",
        "available": available,
        "method": "GET",
        "results": [{"at_ms": one} for one in at_ms],
    }


class HealthTests(SynchronousTestCase):
    """Health checks, which each worker makes."""

    def test_the_worst_counts(self) -> None:
        """All results are there, in their order."""
        self.assertEqual(
            merged_health(
                [
                    [endpoint("e", True, 1, 5), endpoint("f", False, 2)],
                    [endpoint("e", False, 3), endpoint("f", True, 1)],
                ]
            ),
            [endpoint("e", False, 1, 3, 5), endpoint("f", False, 1, 2)],
        )


@dataclass
class _Worker:
    """What one worker knows, and what it was asked."""

    report: ServingReport | None = None
    delivery: dict[str, Any] | None = None
    api: str | None = None
    flushed: list[str] = field(default_factory=list)

    def flush(self, request_id: str) -> Deferred[None]:
        """Note it."""
        self.flushed.append(request_id)
        return succeed(None)

    def lines(self, wanted: Collection[str] | None) -> Deferred[list[bytes]]:
        """Return what is asked for."""
        return succeed([f"{wanted}\n".encode(), b"2\n"])

    def api_at(self, host: str, target: RequestTarget, listener: str) -> str | None:
        """Return what is asked for."""
        return f"{host} {target.path.decode()} {target.query!r} {listener}"

    def routes(self) -> OwnRoutes:
        """Return its resource."""
        own: Any = self
        clock: Any = reactor
        gateway = Gateway(reached=lambda api_id, number: succeed(self.report), own=own)
        return OwnRoutes(
            clock,
            OwnGateway(
                own,
                own,
                self,
                lambda api_id: [],
                lambda api_id: [endpoint(api_id, True, 1)],
                lambda subscription_id: self.delivery,
                gateway,
                self.flush,
                lambda request_id, renewal: NO_STREAM,
            ),
        )


class PeerTests(PeersCase):
    """Two workers."""

    def setUp(self) -> None:
        """Start them."""
        super().setUp()
        self.of = [_Worker(), _Worker()]
        for one in self.of:
            self.worker(one.routes())
        self.gateway = PeerGateway(self.peers)

    async def test_reached(self) -> None:
        """A deployment is in force when it is in all workers."""
        self.assertIsNone(await self.gateway.reached("a", None))
        good, bad = ServingReport(2, 2, None), ServingReport(2, 1, "why")
        self.of[0].report, self.of[1].report = good, bad
        self.assertEqual(await self.gateway.reached("a", 2), bad)
        self.of[1].report = good
        self.assertEqual(await self.gateway.reached("a", 2), good)
        self.absent()
        self.assertEqual(await self.gateway.reached("a", 2), good)

    async def test_views(self) -> None:
        """Of all workers, or of the one that knows."""
        self.assertEqual(await self.gateway.channels("a"), [])
        self.assertEqual(
            await self.gateway.health("a-b"), [endpoint("a-b", True, 1, 1)]
        )
        self.assertIsNone(await self.gateway.deliveries("s"))
        self.of[1].delivery = {"state": "DELIVERING"}
        self.assertEqual(await self.gateway.deliveries("s"), {"state": "DELIVERING"})

    async def test_flush(self) -> None:
        """All workers write their records."""
        await self.gateway.flush("r&1")
        await self.gateway.flush("")
        self.assertEqual([one.flushed for one in self.of], [["r&1", ""]] * 2)

    async def test_route(self) -> None:
        """One answer is enough."""
        target = RequestTarget.parse(b"/a%20b", b"x=%26")
        found = await self.gateway.api_at("h", target, "l")
        self.assertEqual(found, "h /a%20b b'x=%26' l")
        found = await self.gateway.api_at("h", RequestTarget.parse(b"/", None), "l")
        self.assertEqual(found, "h / None l")

    async def test_metrics(self) -> None:
        """The lines of each worker, after one that names its process."""
        self.absent()
        found = await self.gateway.metrics({"b", "a"})
        self.assertEqual(list(found), ["1", "2"])
        self.assertEqual(list(found["1"].lines), [b"['a', 'b']", b"2"])
        self.assertTrue(found["1"].run.isdigit())
        found = await self.gateway.metrics(None)
        self.assertEqual(list(found["2"].lines), [b"None", b"2"])
