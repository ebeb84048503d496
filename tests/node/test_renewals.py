"""Renewals of streams that another worker has, over real sockets."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import Clock

from relay.gateway.active_grants import ActiveGrants
from relay.gateway.grant_renewal import ANOTHERS, NO_STREAM, Renewal, renew_here
from relay.management.resources.gateway import NO_GATEWAY
from relay.node.private import OwnGateway, OwnRoutes
from relay.node.renewals import PeerRenewals
from relay.observability.live import LiveExchanges
from relay.plans.verdict import Grant
from tests.node.case import PeersCase

HOLDER = ("plan", "application", "subscription", None)
MINE = Renewal("a", HOLDER, (Grant("token:new", 9_000), Grant("subscription:s")))


def stream(request_id: str, user: str | None = None) -> Any:
    """Make a running stream of a subscription."""
    plan, application, subscription, _ = HOLDER
    return SimpleNamespace(
        record=SimpleNamespace(request_id=request_id, api_id="a"),
        admission=SimpleNamespace(
            plan_id=plan,
            application_id=application,
            subscription_id=subscription,
            attributes={} if user is None else {"user": user},
        ),
    )


class RenewalTests(PeersCase):
    """Two other workers, the second of which has two streams."""

    def setUp(self) -> None:
        """Begin the streams."""
        super().setUp()
        clock: Any = Clock()
        self.grants = [
            ActiveGrants(clock, lambda: 0, LiveExchanges(), 0, False) for _ in range(2)
        ]
        for grants in self.grants:
            unused: Any = None
            own = OwnGateway(
                unused,
                unused,
                None,
                unused,
                unused,
                unused,
                NO_GATEWAY,
                unused,
                partial(renew_here, grants),
            )
            listening: Any = reactor
            self.worker(OwnRoutes(listening, own))
        self.grants[1].add(stream("r1"), [Grant("token:old", 1_000)])
        self.grants[1].add(stream("r2", "somebody"), [Grant("token:old", 1_000)])
        self.addCleanup(self.end_timers, clock)
        self.renew = PeerRenewals(self.peers)

    def end_timers(self, clock: Clock) -> None:
        """Nothing is due any more."""
        for call in clock.getDelayedCalls():
            call.cancel()

    async def test_renewed(self) -> None:
        """The stream has the grants of the call, and no others."""
        self.assertEqual(self.grants[1].state("r1")[0], 1_000)
        self.assertIsNone(await self.renew("r1", MINE))
        self.assertEqual(self.grants[1].state("r1")[0], 9_000)
        self.assertEqual(len(self.grants[0]), 0)

    async def test_refused(self) -> None:
        """The stream of another user, or of another API, stays as it is."""
        self.assertEqual(await self.renew("r2", MINE), ANOTHERS)
        other = MINE._replace(api_id="b")
        self.assertEqual(await self.renew("r1", other), NO_STREAM)
        self.assertEqual(await self.renew("r3", MINE), NO_STREAM)
        for one in ("r1", "r2"):
            self.assertEqual(self.grants[1].state(one)[0], 1_000)

    async def test_no_answer(self) -> None:
        """A worker that does not answer has no stream."""
        await self.end(self.members[1])
        self.assertEqual(await self.renew("r1", MINE), NO_STREAM)
