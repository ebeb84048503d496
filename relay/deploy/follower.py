"""Keeps the served APIs of a gateway equal to the deployments, of any process."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from twisted.application.service import Service
from twisted.internet.defer import Deferred, DeferredLock

from relay.deploy.deployer import Deployer
from relay.deploy.reports import Reports
from relay.model.consumers.records import Entitlement
from relay.model.records import Deployment, ServingReport
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
    """

    def __init__(
        self,
        store: Store,
        feed: ChangeFeed,
        deployer: Deployer,
        consumers: Consumers,
        gateway_id: str,
        reports: Reports,
    ) -> None:
        self._store = store
        self._feed = feed
        self._deployer = deployer
        self._consumers = consumers
        self._gateway_id = gateway_id
        self._reports = reports
        self._turns = DeferredLock()
        """Applies changes in the order in which they were read."""
        self.ready: Deferred[None] = Deferred()
        """Fires when the gateway first runs all that is deployed; no client should be
        accepted before."""

    def startService(self) -> None:
        """
        Read everything, and follow.

        :raises StoreError: when the store cannot be read.
        """
        super().startService()
        # Subscribe before the snapshot is read: no change is missed in between.
        self._feed.subscribe(lambda subjects: self._turns.run(self._read, subjects))
        everything = self._store.read_now(partial(_everything, self._gateway_id))
        self._turns.run(self._replace, everything).chainDeferred(self.ready)

    def _read(self, subjects: frozenset[str] | None) -> Deferred[None]:
        """Read and apply changes; None means that anything may have changed."""
        if subjects is None:
            work = partial(_everything, self._gateway_id)
            return self._store.read(work).addCallback(self._replace)
        subscriptions = [
            one.removeprefix(SUBSCRIPTION)
            for one in subjects
            if one.startswith(SUBSCRIPTION)
        ]
        api_ids = sorted(one for one in subjects if not one.startswith(SUBSCRIPTION))

        def changes(tx: Transaction) -> _Changes:
            deployments = {one: tx.deployments.active(one) for one in api_ids}
            active = [one for one in deployments.values() if one is not None]
            closed = _closed(active, tx.plans.served(api_ids))
            return _Changes(tx.entitlements.of(subscriptions), closed, deployments)

        return self._store.read(changes).addCallback(self._apply)

    def _replace(self, now: _Everything) -> Deferred[None]:
        self._consumers.replace_all(now.entitlements)
        self._consumers.close_plans(now.closed_plans)
        applied = self._deployer.replace_all(now.deployments, now.in_force)
        return applied.addCallback(lambda _: self._reports.begin(now.reported))

    def _apply(self, changes: _Changes) -> Deferred[None] | None:
        self._consumers.apply(changes.entitlements)
        self._consumers.close_plans(changes.closed_plans)
        if not changes.deployments:
            return None
        return self._deployer.apply(changes.deployments)


class _Everything(NamedTuple):
    entitlements: dict[str, Entitlement | None]
    closed_plans: frozenset[str]
    deployments: list[Deployment]
    reported: dict[str, ServingReport]
    in_force: dict[str, Deployment]


class _Changes(NamedTuple):
    entitlements: dict[str, Entitlement | None]
    closed_plans: frozenset[str]
    deployments: dict[str, Deployment | None]


def _everything(gateway_id: str, tx: Transaction) -> _Everything:
    deployments = tx.deployments.all_active()
    closed = _closed(deployments, tx.plans.served())
    reported = tx.gateways.made_by(gateway_id)
    in_force: dict[str, Deployment] = {}
    for one in deployments:
        made = reported.get(one.api_id)
        if made is not None and made.serving not in (None, one.number):
            older = tx.deployments.numbered(one.api_id, made.serving)
            if older is not None:
                in_force[one.api_id] = older
    closed |= _closed(in_force.values(), tx.plans.served())
    return _Everything(tx.entitlements.all(), closed, deployments, reported, in_force)


def _closed(
    deployments: Iterable[Deployment], served: frozenset[str]
) -> frozenset[str]:
    """Return the plans that were closed or deleted after they were deployed."""
    deployed = (plan["id"] for one in deployments for plan in one.plans)
    return frozenset(deployed) - served
