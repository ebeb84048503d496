"""Keeps the served APIs of a gateway equal to the deployments, of any process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredLock
from twisted.logger import Logger

from relay.deploy.deployer import Deployer
from relay.deploy.everything import Everything, closed_plans, read_everything
from relay.deploy.last_table import LastTable
from relay.deploy.reports import Reports
from relay.model.consumers.records import Entitlement
from relay.model.records import Deployment
from relay.plans.consumers import Consumers
from relay.store.changes import SUBSCRIPTION
from relay.store.feed import ChangeFeed
from relay.store.store import Store
from relay.store.transaction import Transaction


class Follower(Service):
    """
    Reads the rows that the change feed names, and passes them on.

    :param store: started before the follower, as the feed is.
    :param feed: its change feed.
    :param deployer: receives deployments.
    :param consumers: receives subscriptions, and plans that are closed.
    :param gateway_id: the id of this gateway among all on the store.
    :param reports: receives the reports of an earlier run of this gateway.
    :param last: the last route table, which is served until the store can be read; None
        when it can be read now.
    :param applied: called when a change, or everything, was applied.
    """

    log = Logger()

    def __init__(
        self,
        store: Store,
        feed: ChangeFeed,
        deployer: Deployer,
        consumers: Consumers,
        gateway_id: str,
        reports: Reports,
        last: LastTable | None = None,
        applied: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._feed = feed
        self._deployer = deployer
        self._consumers = consumers
        self._gateway_id = gateway_id
        self._reports = reports
        self._applied = applied
        self.stale: LastTable | None = last
        """The table of an earlier run that is served; None once the store was read."""
        self._turns = DeferredLock()
        """Applies changes in the order in which they were read."""
        self.ready: Deferred[None] = Deferred()
        """Fires when the gateway first runs all that is deployed; no client should be
        accepted before."""

    def startService(self) -> None:
        """
        Read everything, or take the last route table, and follow.

        :raises StoreError: when the store cannot be read.
        """
        super().startService()
        # Subscribe before the snapshot is read: no change is missed in between.
        self._feed.subscribe(lambda subjects: self._turns.run(self._read, subjects))
        if self.stale is not None:
            begun = self._turns.run(self._replace, self.stale.everything)
        else:
            work = partial(read_everything, self._gateway_id)
            begun = self._turns.run(self._take, self._store.read_now(work))
        begun.chainDeferred(self.ready)

    def _read(self, subjects: frozenset[str] | None) -> Deferred[None]:
        """Read and apply changes; None means that anything may have changed."""
        if subjects is None:
            work = partial(read_everything, self._gateway_id)
            return self._store.read(work).addCallback(self._take)
        subscriptions = [
            one.removeprefix(SUBSCRIPTION)
            for one in subjects
            if one.startswith(SUBSCRIPTION)
        ]
        api_ids = sorted(one for one in subjects if not one.startswith(SUBSCRIPTION))

        def changes(tx: Transaction) -> _Changes:
            deployments = {one: tx.deployments.active(one) for one in api_ids}
            active = [one for one in deployments.values() if one is not None]
            closed = closed_plans(active, tx.plans.served(api_ids))
            return _Changes(tx.entitlements.of(subscriptions), closed, deployments)

        return self._store.read(changes).addCallback(self._apply)

    def _take(self, now: Everything) -> Deferred[None]:
        """Serve what was read from the store."""

        def taken(_: None) -> None:
            if self.stale is not None:
                self.stale = None
                self.log.info("all that is deployed was read from the store again")
            self._reports.begin(now.reported)
            self._applied()

        return self._replace(now).addCallback(taken)

    def _replace(self, now: Everything) -> Deferred[None]:
        self._consumers.replace_all(now.entitlements)
        self._consumers.close_plans(now.closed_plans)
        return self._deployer.replace_all(now.deployments, now.in_force)

    def _apply(self, changes: _Changes) -> Deferred[None] | None:
        self._consumers.apply(changes.entitlements)
        self._consumers.close_plans(changes.closed_plans)
        if not changes.deployments:
            self._applied()
            return None
        applied = self._deployer.apply(changes.deployments)
        return applied.addCallback(lambda _: self._applied())


class _Changes(NamedTuple):
    entitlements: dict[str, Entitlement | None]
    closed_plans: frozenset[str]
    deployments: dict[str, Deployment | None]
