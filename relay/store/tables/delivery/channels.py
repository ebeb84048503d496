"""Leases and histories of channels, with the interface that the gateway needs."""

import secrets
import time
from collections.abc import Callable

from twisted.internet.defer import Deferred

from relay.model.records import HistoryEntry, Publication
from relay.store.errors import StoreError
from relay.store.store import Store
from relay.store.tables.cluster.node_leases import NodeLeases
from relay.store.transaction import Transaction

EVENT_IDS = "event-ids"
"""The name of the secret that signs event ids."""
SECRET_BYTES = 32
REMEMBERED_MS = 600_000
"""How long the answer to a publication with an ``Idempotency-Key`` is kept."""


def event_id_secret(store: Store) -> bytes:
    """Read the key of event ids; the first process on a store generates it.

    Blocks: called before the reactor runs.

    :param store: started.
    """

    def find_or_make(tx: Transaction) -> str:
        made = secrets.token_hex(SECRET_BYTES)
        return tx.secrets.find_or_add(EVENT_IDS, made)

    return bytes.fromhex(store.write_now(find_or_make))


def agree_on_secret(store: Store, known: bytes) -> Deferred[bytes]:
    """Read the key of event ids from a store that was away at the start.

    :param known: the key in use; it is stored if the store has none.
    :returns: fires with the key of the store.
    """
    agreed = store.write(lambda tx: tx.secrets.find_or_add(EVENT_IDS, known.hex()))
    return agreed.addCallback(bytes.fromhex)


class ChannelStore:
    """The leases and histories of one process.

    :param store: started.
    :param owner: this process's name among those that share the store.
    :param id_secret: the key of event ids; see :func:`event_id_secret`.
    :param seconds: the monotonic clock.
    :param alone: as of :class:`NodeLeases`.
    """

    def __init__(
        self,
        store: Store,
        owner: str,
        id_secret: bytes,
        seconds: Callable[[], float] = time.monotonic,
        alone: bool = False,
    ) -> None:
        self._store = store
        self._owner = owner
        self._leases = NodeLeases(store, owner, seconds, alone)
        self.id_secret = id_secret

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Take or renew the lease of an API's channels; see :class:`NodeLeases`.

        :param api_id: the channels of a deleted API have no owner.
        :param lease_ms: how long the lease holds.
        :returns: fires with whether this process has the lease.
        """
        return self._leases.own(api_id, lease_ms)

    def disown(self, api_id: str) -> Deferred[None]:
        """Release the lease of an API's channels."""
        return self._leases.disown(api_id)

    def keeper(self, api_id: str) -> "HistoryKeeper":
        """Return the keeper of the histories of one API."""
        return HistoryKeeper(self._store, api_id, self._owner)


class NotOwner(StoreError):
    """Another process serves the channels of the API."""


class HistoryKeeper:
    """Stores the histories of one API's channels.

    A process that no longer owns the channels stores nothing: a process that was
    suspended, and resumes when another process has taken over, must not write into a
    history that the other process has read already.

    :param owner: this process's name.
    """

    def __init__(self, store: Store, api_id: str, owner: str) -> None:
        self._store = store
        self._api_id = api_id
        self._owner = owner

    def load(self) -> Deferred[tuple[list[HistoryEntry], list[Publication]]]:
        """Read the whole history.

        :raises NotOwner: when another process serves the channels.
        """
        api_id = self._api_id

        def load(tx: Transaction) -> tuple[list[HistoryEntry], list[Publication]]:
            since_ms = tx.now_ms - REMEMBERED_MS
            return (
                tx.histories.entries(api_id),
                tx.histories.publications(api_id, since_ms),
            )

        # The check is a write, so that it follows the batches under way. The history
        # may be long and is read afterwards: nothing, not even a lease, can be written
        # during a write.
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
        """Store a batch.

        :param entries: in order.
        :param oldest: by channel, the oldest place that is still needed.
        :param publications: the answers to publications with an ``Idempotency-Key``.
        :returns: fires when the batch is on the disk.
        :raises NotOwner: when another process serves the channels; nothing is stored.
        """
        api_id = self._api_id

        def keep(tx: Transaction) -> None:
            self._check(tx)
            tx.histories.append(api_id, entries, oldest)
            if publications:
                since_ms = tx.now_ms - REMEMBERED_MS
                tx.histories.remember(api_id, publications, since_ms)

        return self._store.write(keep)
