"""Leases and histories of channels, as the gateway asks for them."""

import secrets
import time
from collections.abc import Callable

from twisted.internet.defer import Deferred

from relay.model.records import HistoryEntry, Publication
from relay.store.errors import StoreError
from relay.store.store import Store
from relay.store.tables.node_leases import NodeLeases
from relay.store.transaction import Transaction

EVENT_IDS = "event-ids"
"""The secret that seals the ids of events."""
SECRET_BYTES = 32
REMEMBERED_MS = 600_000
"""How long what was answered under an ``Idempotency-Key`` is kept."""


def event_id_secret(store: Store) -> bytes:
    """Read the key of the ids of events, which the first process on a store makes.

    Blocks: called before the reactor runs.

    :param store: where it is kept; started.
    """

    def find_or_make(tx: Transaction) -> str:
        made = secrets.token_hex(SECRET_BYTES)
        return tx.secrets.find_or_add(EVENT_IDS, made)

    return bytes.fromhex(store.write_now(find_or_make))


class ChannelStore:
    """What this process owns and keeps of channels.

    :param store: where it is kept; started.
    :param owner: this process's name among those that share the store.
    :param id_secret: the key of the ids of events; see :func:`event_id_secret`.
    :param seconds: the monotonic clock.
    """

    def __init__(
        self,
        store: Store,
        owner: str,
        id_secret: bytes,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._owner = owner
        self._leases = NodeLeases(store, owner, seconds)
        self.id_secret = id_secret

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Take or renew the lease of an API's channels; see :class:`NodeLeases`.

        :param api_id: the API; of one that is gone nobody is the owner.
        :param lease_ms: how long it holds.
        :returns: fires with whether it is this process's.
        """
        return self._leases.own(api_id, lease_ms)

    def disown(self, api_id: str) -> Deferred[None]:
        """Give the lease back.

        :param api_id: the API.
        """
        return self._leases.disown(api_id)

    def keeper(self, api_id: str) -> "HistoryKeeper":
        """Give what keeps the histories of one API.

        :param api_id: the API.
        """
        return HistoryKeeper(self._store, api_id, self._owner)


class NotOwner(StoreError):
    """Another process serves the channels of the API."""


class HistoryKeeper:
    """Keeps the histories of one API's channels.

    Whoever is no longer their owner keeps nothing: a process that was held up, and
    wakes when another has taken over, must not write into a history that the other has
    read already.

    :param store: where they are kept.
    :param api_id: the API.
    :param owner: this process's name.
    """

    def __init__(self, store: Store, api_id: str, owner: str) -> None:
        self._store = store
        self._api_id = api_id
        self._owner = owner

    def load(self) -> Deferred[tuple[list[HistoryEntry], list[Publication]]]:
        """Give all that is kept.

        :raises NotOwner: when another process serves the channels.
        """
        api_id = self._api_id

        def load(tx: Transaction) -> tuple[list[HistoryEntry], list[Publication]]:
            since_ms = tx.now_ms - REMEMBERED_MS
            return (
                tx.histories.entries(api_id),
                tx.histories.publications(api_id, since_ms),
            )

        # First what is being kept just now, hence a write; but what is read may be
        # much, and nothing can be written meanwhile, not even a lease.
        written = self._store.write(self._check)
        return written.addCallback(lambda _: self._store.read(load))

    def _check(self, tx: Transaction) -> None:
        if not tx.leases.holds(self._api_id, self._owner):
            raise NotOwner("another process serves the channels of the API")

    def keep(
        self,
        entries: list[HistoryEntry],
        oldest: dict[str, int],
        publications: list[Publication],
    ) -> Deferred[None]:
        """Keep a batch; fires when it is safe.

        :param entries: in order.
        :param oldest: for each channel the oldest place that is still of use.
        :param publications: what was answered under a key.
        :raises NotOwner: when another process serves the channels; nothing is kept.
        """
        api_id = self._api_id

        def keep(tx: Transaction) -> None:
            self._check(tx)
            tx.histories.append(api_id, entries, oldest)
            if publications:
                since_ms = tx.now_ms - REMEMBERED_MS
                tx.histories.remember(api_id, publications, since_ms)

        return self._store.write(keep)
