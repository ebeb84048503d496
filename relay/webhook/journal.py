"""How far this process has delivered, in memory and, a little later, in the store."""

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
"""How long a position may be in memory only: what was delivered in that time is
delivered again after a crash."""


class Ledger(Protocol):
    """Where deliveries are kept: the store."""

    def load(self, subscription_id: str) -> Deferred[DeliveryState | None]:
        """Give how far a subscription is."""

    def keep(self, states: Iterable[DeliveryState]) -> Deferred[None]:
        """Keep how far subscriptions are."""

    def dead_letter(
        self, state: DeliveryState, letter: DeadLetter, most: int
    ) -> Deferred[bool]:
        """Put an event onto the dead-letter list, unless it is full."""

    def next_replay(self, subscription_id: str) -> Deferred[DeadLetter | None]:
        """Give the next event that somebody wants sent again."""

    def settle(
        self, state: DeliveryState, letter: DeadLetter, taken: bool
    ) -> Deferred[None]:
        """Say what came of sending an event again."""

    def fail(self, state: DeliveryState, cause: str) -> Deferred[None]:
        """Say that delivery has given up."""


class Journal:
    """
    Knows how far the subscriptions are that this process delivers.

    :param clock: what calls later.
    :param ledger: where it is kept.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime, ledger: Ledger) -> None:
        self._clock = clock
        self.ledger = ledger
        self._states: dict[str, DeliveryState] = {}
        self._unwritten: set[str] = set()
        self._timer: IDelayedCall | None = None
        self._failing = False

    def load(
        self, api_id: str, subscription_id: str, channel: str
    ) -> Deferred[DeliveryState]:
        """
        Give how far a subscription is; of another channel its place says nothing.

        :param api_id: the API.
        :param subscription_id: the subscription.
        :param channel: where its events come from.
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
        return self.ledger.load(subscription_id).addCallback(read)

    def note(self, state: DeliveryState) -> None:
        """
        Keep how far a subscription is, soon.

        :param state: in the place of the one before.
        """
        self._states[state.subscription_id] = state
        self._unwritten.add(state.subscription_id)
        if self._timer is None:
            self._timer = self._clock.callLater(FLUSH_S, self._flush)

    def written(self, state: DeliveryState) -> None:
        """
        Know how far a subscription is; whoever says so writes it.

        :param state: in the place of the one before.
        """
        self._states[state.subscription_id] = state
        self._unwritten.discard(state.subscription_id)

    def forget(self, api_id: str) -> None:
        """
        Another process delivers the events of an API, and knows more from now on.

        :param api_id: the API.
        """
        for state in list(self._states.values()):
            if state.api_id == api_id:
                del self._states[state.subscription_id]
                self._unwritten.discard(state.subscription_id)

    def flush(self) -> Deferred[None]:
        """
        Write what is not written yet.

        :return: fires when that was tried.
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
        return self.ledger.keep(states).addCallbacks(
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
