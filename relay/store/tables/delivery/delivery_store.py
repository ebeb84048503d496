"""The state of deliveries and their dead letters, for the process that delivers."""

from collections.abc import Iterable
from dataclasses import replace

from twisted.internet.defer import Deferred

from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.store.store import Store
from relay.store.tables.delivery.channels import NotOwner
from relay.store.transaction import Transaction


class DeliveryStore:
    """Stores the state of the deliveries of this process.

    Whoever is no longer the owner of an API's channels writes nothing: a process that
    was held up, and wakes when another delivers, must not set it back.

    :param store: where it is kept; started.
    :param owner: this process's name among those that share the store; None if leases
        elsewhere than in the store decide who writes.
    """

    def __init__(self, store: Store, owner: str | None) -> None:
        self._store = store
        self._owner = owner

    def load(self, subscription_id: str) -> Deferred[DeliveryState | None]:
        """Return how far a subscription is.

        :param subscription_id: the subscription.
        """
        return self._store.read(lambda tx: tx.deliveries.get(subscription_id))

    def keep(self, states: Iterable[DeliveryState]) -> Deferred[None]:
        """Keep how far subscriptions are; fires when it is safe.

        :param states: of any API; those of which are another process's are passed over.
        """
        states = list(states)

        def keep(tx: Transaction) -> None:
            for state in states:
                if self._may(tx, state):
                    tx.deliveries.put(_now(state, tx))

        return self._store.write(keep)

    def dead_letter(
        self, state: DeliveryState, letter: DeadLetter, most: int
    ) -> Deferred[bool]:
        """Put an event onto the dead-letter list, and go past it: both, or nothing.

        :param state: behind the event.
        :param most: how long the list may be.
        :returns: fires with False when it is full; fails with :class:`NotOwner`.
        """

        def dead_letter(tx: Transaction) -> bool:
            self._check(tx, state)
            if tx.deliveries.count(state.subscription_id) >= most:
                return False
            tx.deliveries.dead_letter(letter)
            tx.deliveries.put(_now(state, tx))
            return True

        return self._store.write(dead_letter)

    def next_replay(self, subscription_id: str) -> Deferred[DeadLetter | None]:
        """Return the next event that is to be sent again.

        :param subscription_id: the subscription.
        """
        return self._store.read(lambda tx: tx.deliveries.next_replay(subscription_id))

    def settle(
        self, state: DeliveryState, letter: DeadLetter, taken: bool
    ) -> Deferred[None]:
        """Store the result of a replay.

        :param state: how far the subscription is.
        :param letter: the event, with what came of it.
        :param taken: whether it was taken: then it leaves the list.
        """

        def settle(tx: Transaction) -> None:
            self._check(tx, state)
            if taken:
                tx.deliveries.delete(letter.subscription_id, letter.id)
            elif tx.deliveries.letter(letter.subscription_id, letter.id) is not None:
                # Unless it has been deleted meanwhile.
                tx.deliveries.dead_letter(replace(letter, replay=False))
            tx.deliveries.put(_now(state, tx))

        return self._store.write(settle)

    def fail(self, state: DeliveryState, cause: str) -> Deferred[None]:
        """Store that the delivery has failed, until it is resumed.

        :param state: before the event at which it did.
        :param cause: why, for people.
        """

        def fail(tx: Transaction) -> None:
            self._check(tx, state)
            tx.deliveries.put(_now(state, tx))
            record = tx.subscriptions.get(state.api_id, state.subscription_id)
            if record is not None and record.consumer_status != "FAILURE":
                tx.subscriptions.save(
                    replace(record, consumer_status="FAILURE", failure_cause=cause)
                )

        return self._store.write(fail)

    def _may(self, tx: Transaction, state: DeliveryState) -> bool:
        owner = self._owner
        return (
            owner is None or tx.leases.holds(state.api_id, owner)
        ) and tx.subscriptions.get(state.api_id, state.subscription_id) is not None

    def _check(self, tx: Transaction, state: DeliveryState) -> None:
        if not self._may(tx, state):
            raise NotOwner("another process delivers the events of the API")


def _now(state: DeliveryState, tx: Transaction) -> DeliveryState:
    return replace(state, updated_at_ms=tx.now_ms)
