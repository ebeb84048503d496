"""How far each subscription is delivered: in memory, and soon after in the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.model.consumers.deliveries import DeadLetter, DeliveryState

FLUSH_S = 0.5
"""How long a position may be in memory only, in seconds. Events that were delivered in
that time are delivered again after a crash."""


NO_ANSWER = "the store does not answer"


class ProgressStore(Protocol):
    """Where the state of deliveries is stored."""

    def load(self, subscription_id: str) -> Deferred[DeliveryState | None]:
        """Load the state of a subscription's delivery; None when there is none."""

    def keep(self, states: Iterable[DeliveryState]) -> Deferred[None]:
        """Store the states of deliveries."""

    def dead_letter(
        self, state: DeliveryState, letter: DeadLetter, most: int
    ) -> Deferred[bool]:
        """Put an event onto the dead-letter list, unless it is full."""

    def next_replay(self, subscription_id: str) -> Deferred[DeadLetter | None]:
        """Load the next dead letter to replay; None if there is none."""

    def settle(
        self, state: DeliveryState, letter: DeadLetter, taken: bool
    ) -> Deferred[None]:
        """Store the result of a replay."""

    def fail(self, state: DeliveryState, cause: str) -> Deferred[None]:
        """Store that delivery has given up."""


class Progress:
    """
    The states of the deliveries of this process.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime, store: ProgressStore) -> None:
        self._clock = clock
        self.store = store
        self._states: dict[str, DeliveryState] = {}
        self._unwritten: set[str] = set()
        self._timer: IDelayedCall | None = None
        self._failing = False

    def load(
        self, api_id: str, subscription_id: str, channel: str
    ) -> Deferred[DeliveryState]:
        """
        Load the state of a delivery. A position in another channel is dropped.

        :param channel: the channel that the subscription reads now.
        """

        def read(kept: DeliveryState | None) -> DeliveryState:
            if kept is None:
                kept = DeliveryState(subscription_id, api_id, channel)
            elif kept.channel != channel:
                kept = replace(kept, channel=channel, position=None)
            self._states[subscription_id] = kept
            return kept

        known = self._states.get(subscription_id)
        if known is not None:
            return succeed(read(known))
        return self.store.load(subscription_id).addCallback(read)

    def note(self, state: DeliveryState) -> None:
        """
        Keep the state of a delivery; it is stored within :data:`FLUSH_S`.
        """
        self._states[state.subscription_id] = state
        self._unwritten.add(state.subscription_id)
        if self._timer is None:
            self._timer = self._clock.callLater(FLUSH_S, self._flush)

    def written(self, state: DeliveryState) -> None:
        """
        Keep the state of a delivery that the caller stores itself.
        """
        self._states[state.subscription_id] = state
        self._unwritten.discard(state.subscription_id)

    def forget(self, api_id: str) -> None:
        """
        Drop the states of an API: another process delivers its events now.
        """
        for state in list(self._states.values()):
            if state.api_id == api_id:
                self.forget_one(state.subscription_id)

    def forget_one(self, subscription_id: str) -> None:
        """
        Drop the state of one subscription, for the same reason.
        """
        self._states.pop(subscription_id, None)
        self._unwritten.discard(subscription_id)

    def flush(self) -> Deferred[None]:
        """
        Store all states that are not stored yet.

        :return: fires, also when the store did not answer; what failed is tried again.
        """
        if self._timer is not None:
            self._timer.cancel()
        return self._flush()

    def _flush(self) -> Deferred[None]:
        self._timer = None
        ids, self._unwritten = self._unwritten, set()
        if not ids:
            return succeed(None)
        states = [self._states[one] for one in sorted(ids)]
        return self.store.keep(states).addCallbacks(
            self._kept, self._not_kept, errbackArgs=(ids,)
        )

    def _kept(self, _: None) -> None:
        self._failing = False

    def _not_kept(self, failure: Failure, ids: set[str]) -> None:
        if not self._failing:
            self.log.error(
                "positions of webhooks are not kept: {reason}",
                reason=failure.getErrorMessage(),
            )
        self._failing = True
        for one in ids & self._states.keys():
            self.note(self._states[one])
