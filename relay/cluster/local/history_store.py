"""The store of a hub's durable channels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred, succeed
from twisted.internet.threads import deferToThreadPool

from relay.cluster.local.durable import HistoryStore
from relay.reactor.clock import wall_ms

if TYPE_CHECKING:
    from relay.store.store import Store


class HubStore:
    """
    Opens the store, in a thread, when the first durable channel is followed: a hub
    without one needs no store, and starts while the store does not answer.

    :param url: ``store.url``.
    :param owner: the name of the node among those that share the store.
    :param write_timeout_s: how long a write may wait until it begins.
    """

    def __init__(
        self, reactor: Any, url: str, owner: str, write_timeout_s: float
    ) -> None:
        self._reactor = reactor
        self._url = url
        self._owner = owner
        self._write_timeout_s = write_timeout_s
        self._store: Store | None = None

    def open(self) -> Deferred[HistoryStore]:
        """
        Open the store.

        :return: fails with :class:`relay.store.errors.StoreError`.
        """
        pool = self._reactor.getThreadPool()
        return deferToThreadPool(self._reactor, pool, self._opened)

    def _opened(self) -> HistoryStore:
        # Most hubs need none of these modules, which take as long as all others.
        from relay.store.store import Store
        from relay.store.tables.delivery.channels import ChannelStore, event_id_secret

        store = Store(
            self._url,
            self._reactor,
            threads=1,
            write_timeout_s=self._write_timeout_s,
            clock_ms=wall_ms,
        )
        store.startService()
        self._store = store
        return ChannelStore(store, self._owner, event_id_secret(store))

    def close(self) -> Deferred[None]:
        """Close the store, after the transactions under way."""
        store, self._store = self._store, None
        return succeed(None) if store is None else store.stopService()
