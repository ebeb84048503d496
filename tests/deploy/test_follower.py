"""A gateway that follows the store."""

from __future__ import annotations

from typing import Any, cast

from twisted.internet.defer import Deferred, succeed
from twisted.trial.unittest import SynchronousTestCase

from relay.deploy.everything import Everything
from relay.deploy.follower import Follower
from relay.deploy.last_table import LastTable
from relay.model.consumers.records import Entitlement
from relay.model.records import Deployment, ServingReport
from relay.plans.consumers import Consumers
from tests.gateway.harness import definition, deployed


class Deployments:
    """The deployments of a store, whose reads end when the test says so."""

    def __init__(self, *active: Deployment) -> None:
        self.one = {each.api_id: each for each in active}
        self.reads: list[Deferred[Any]] = []
        self.deployments = self.entitlements = self.plans = self.gateways = self
        self.reported: dict[str, ServingReport] = {}
        self.subscriptions: dict[str, Any] = {}
        self.served_plans = frozenset({"plan-1"})

    def read(self, work: Any) -> Deferred[Any]:
        """Read now, and give it later."""
        waiting: Deferred[Any] = Deferred()
        result = work(self)
        self.reads.append(waiting)
        return waiting.addCallback(lambda _: result)

    def read_now(self, work: Any) -> Any:
        """Read now."""
        return work(self)

    def all(self) -> dict[str, Any]:
        """Return all subscriptions in force."""
        return self.subscriptions

    def of(self, ids: list[str]) -> dict[str, Any]:
        """Return the subscriptions with these ids."""
        return {id: self.subscriptions.get(id) for id in ids}

    def served(self, api_ids: list[str] | None = None) -> frozenset[str]:
        """Return the plans that are published."""
        return frozenset() if api_ids == [] else self.served_plans

    def all_active(self) -> list[Deployment]:
        """Return all active deployments."""
        return list(self.one.values())

    def made_by(self, gateway_id: str) -> dict[str, ServingReport]:
        """Return the reports of a gateway."""
        return self.reported if gateway_id == "gateway-1" else {}

    def numbered(self, api_id: str, number: int) -> Deployment:
        """Return an older deployment."""
        return deployed(definition("http://h"), api_id, number)

    def active(self, api_id: str) -> Deployment | None:
        """Return the active deployment of an API."""
        return self.one.get(api_id)


class Feed:
    """A change feed in the test's hands."""

    def subscribe(self, listener: Any) -> None:
        """Take the listener."""
        self.tell = listener


class Deployer:
    """Records the deployments; the first set completes when the test says so."""

    def __init__(self) -> None:
        self.runs: list[Any] = []
        self.first: Deferred[None] = Deferred()

    def replace_all(
        self, deployments: list[Deployment], in_force: dict[str, Deployment]
    ) -> Deferred[None]:
        """Run exactly these."""
        self.runs.append([one.number for one in deployments])
        self.in_force = {id: one.number for id, one in in_force.items()}
        return self.first if len(self.runs) == 1 else succeed(None)

    def apply(self, changes: dict[str, Deployment | None]) -> Deferred[None]:
        """Run these, too."""
        self.runs.append(
            {id: one.number if one else None for id, one in changes.items()}
        )
        return succeed(None)


class Reports:
    """Notes what the store holds of an earlier run."""

    def begin(self, known: dict[str, ServingReport]) -> None:
        """Begin."""
        self.known = known


class FollowerTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A store with one API, and a follower that has read it."""
        self.store = Deployments(deployed(definition("http://h"), number=3))
        self.feed, self.deployer, self.reports = Feed(), Deployer(), Reports()
        self.consumers = Consumers()
        follower = Follower(
            cast(Any, self.store),
            cast(Any, self.feed),
            cast(Any, self.deployer),
            self.consumers,
            "gateway-1",
            cast(Any, self.reports),
        )
        follower.startService()
        self.started = follower.ready

    def test_start(self) -> None:
        """The start is complete when everything is deployed."""
        self.assertNoResult(self.started)
        self.deployer.first.callback(None)
        self.successResultOf(self.started)
        self.assertEqual(self.deployer.runs, [[3]])

    def test_a_last_table_is_served_until_the_store_is_read(self) -> None:
        """Neither are reports written, nor is the table kept, before that."""
        applied: list[None] = []
        older = deployed(definition("http://h"), number=2)
        everything = Everything({}, frozenset(), [older], {}, {})
        self.deployer, self.reports = Deployer(), Reports()
        follower = Follower(
            cast(Any, self.store),
            cast(Any, self.feed),
            cast(Any, self.deployer),
            self.consumers,
            "gateway-1",
            cast(Any, self.reports),
            LastTable(everything, 5_000, True, b""),
            lambda: applied.append(None),
        )
        follower.startService()
        self.deployer.first.callback(None)
        self.successResultOf(follower.ready)
        self.assertEqual(self.deployer.runs, [[2]])
        self.assertIsNotNone(follower.stale)
        self.assertEqual((applied, hasattr(self.reports, "known")), ([], False))
        self.feed.tell(None)
        self.store.reads[0].callback(None)
        self.assertEqual(self.deployer.runs, [[2], [3]])
        self.assertIsNone(follower.stale)
        self.assertEqual((applied, self.reports.known), ([None], {}))

    def test_what_it_served_last_is_in_force_where_the_newest_was_refused(self) -> None:
        """The gateway's own reports name the deployments in force."""
        self.deployer.first.callback(None)
        self.assertEqual((self.deployer.in_force, self.reports.known), ({}, {}))
        self.store.reported["api-1"] = ServingReport(3, 2, "no file")
        self.feed.tell(None)
        self.store.reads[0].callback(None)
        self.assertEqual(self.deployer.in_force, {"api-1": 2})
        self.assertEqual(self.reports.known, self.store.reported)

    def test_changes(self) -> None:
        """The changed APIs are read, or all of them if the feed does not name any."""
        self.deployer.first.callback(None)
        told = self.feed.tell(frozenset({"api-1", "gone"}))
        self.assertNoResult(told)
        self.store.reads[0].callback(None)
        self.successResultOf(told)
        self.assertEqual(self.deployer.runs[1:], [{"api-1": 3, "gone": None}])
        told = self.feed.tell(None)
        self.store.reads[1].callback(None)
        self.successResultOf(told)
        self.assertEqual(self.deployer.runs[2:], [[3]])

    def test_subscriptions(self) -> None:
        """Subscriptions are read at the start and at each change."""
        one = Entitlement("s1", "api-1", "p", "app", None, None, (), "client")
        self.deployer.first.callback(None)
        self.store.subscriptions["s1"] = one
        told = self.feed.tell(frozenset({"subscription:s1", "subscription:s2"}))
        self.store.reads[0].callback(None)
        self.successResultOf(told)
        self.assertEqual(self.consumers.with_client("p", "client"), one)
        self.assertEqual(self.deployer.runs, [[3]])
        self.store.subscriptions.clear()
        self.feed.tell(None)
        self.store.reads[1].callback(None)
        self.assertEqual(len(self.consumers), 0)

    def test_closed_plans(self) -> None:
        """A plan that is published no more is closed before the next deployment."""
        self.deployer.first.callback(None)
        self.assertEqual(self.consumers.closed_plans, frozenset())
        self.store.served_plans = frozenset()
        self.feed.tell(frozenset({"api-1"}))
        self.store.reads[0].callback(None)
        self.assertEqual(self.consumers.closed_plans, {"plan-1"})

    def test_closed_before(self) -> None:
        """A plan that was closed before the start admits no caller."""
        self.store.served_plans = frozenset()
        self.feed.tell(None)
        self.deployer.first.callback(None)
        self.store.reads[0].callback(None)
        self.assertEqual(self.consumers.closed_plans, {"plan-1"})

    def test_one_after_the_other(self) -> None:
        """An older snapshot is never applied over a newer one."""
        self.feed.tell(frozenset({"api-1"}))
        self.assertEqual(len(self.store.reads), 0)
        self.deployer.first.callback(None)
        self.assertEqual(len(self.store.reads), 1)
        self.store.reads[0].callback(None)
        self.assertEqual(self.deployer.runs, [[3], {"api-1": 3}])
