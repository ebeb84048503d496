"""The flight records of one process, written to the store."""

from collections.abc import Callable

from twisted.internet.defer import Deferred

from relay.model.flights import FlightRecord
from relay.store.store import Store
from relay.store.transaction import Transaction


class FlightStore:
    """The flight records of one process.

    :param store: started.
    :param gateway: names the process among all on this store.
    """

    def __init__(self, store: Store, gateway: str) -> None:
        self._store = store
        self._gateway = gateway

    def begin(self) -> Deferred[None]:
        """End the records that an earlier run of the process has not ended."""
        return self._store.write(lambda tx: tx.flights.abandon(self._gateway))

    def save(self, make: Callable[[], list[FlightRecord]]) -> Deferred[None]:
        """Store records, in the place of their earlier versions.

        :param make: makes them, in the thread of the store.
        """

        def save(tx: Transaction) -> None:
            tx.flights.save(make())

        return self._store.write(save)
