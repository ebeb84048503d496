"""Keeps what a gateway runs equal to what the store says, whoever changes it."""

from __future__ import annotations

from twisted.internet.defer import Deferred, DeferredLock

from relay.gateway.deployer import Deployer
from relay.model.records import Deployment
from relay.store.feed import ChangeFeed
from relay.store.store import Store
from relay.store.transaction import Transaction


class Follower:
    """
    Reads what the change feed names, and hands it on.

    :param store: a started store.
    :param feed: its change feed.
    :param deployer: takes deployments.
    """

    def __init__(self, store: Store, feed: ChangeFeed, deployer: Deployer) -> None:
        self._store = store
        self._feed = feed
        self._deployer = deployer
        self._turns = DeferredLock()
        """What was read earlier is applied earlier."""

    def start(self) -> Deferred[None]:
        """
        Read everything, and follow.

        :return: fires when the gateway runs what is deployed; no client should be
            accepted before.
        """
        return Deferred.fromCoroutine(self._start())

    async def _start(self) -> None:
        # The feed first, then the snapshot: no change falls between them.
        await self._feed.start()
        self._feed.subscribe(lambda api_ids: self._turns.run(self._read, api_ids))
        await self._turns.run(self._read, None)

    def _read(self, api_ids: frozenset[str] | None) -> Deferred[None]:
        """Serve what is deployed now; None means that anything may have changed."""
        if api_ids is None:
            everything = self._store.read(lambda tx: tx.deployments.all_active())
            return everything.addCallback(self._deployer.replace_all)
        ids = sorted(api_ids)

        def active(tx: Transaction) -> dict[str, Deployment | None]:
            return {one: tx.deployments.active(one) for one in ids}

        return self._store.read(active).addCallback(self._deployer.apply)
