"""
Which process serves the channels of an API.

Events that clients publish are in one process: were a second one on the same store to
take publications, too, each would have half of them. So one process owns them, by a
lease in the store that it renews; the others say so, and take over when it is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

LEASE_MS = 10_000
RENEW_S = 2.0
MARGIN_S = 3.0
"""How long before its end a lease that could not be renewed is given up."""


class Owners(Protocol):
    """Where leases are kept: the store."""

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Take or renew the lease; fires with whether it is this process's."""

    def disown(self, api_id: str) -> Deferred[None]:
        """Give the lease back."""


class State(Enum):
    """Where the channels are."""

    ASKING = 0
    HERE = 1
    ELSEWHERE = 2


class Custody:
    """
    Holds the channels of one API for this process, or waits for them.

    :param clock: what tells the time and calls later.
    :param owners: where leases are kept.
    :param api_id: the API.
    :param taken: called when the channels have become this process's, before any call
        is let through; fires when they are ready.
    :param lost: called when they are no longer.
    """

    log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        owners: Owners,
        api_id: str,
        taken: Callable[[], Deferred[None]],
        lost: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._owners = owners
        self._api_id = api_id
        self._taken = taken
        self._lost = lost
        self._state = State.ASKING
        self._waiting: list[Callable[[bool], None]] = []
        self._held_until_s = 0.0
        self._timer: IDelayedCall | None = None
        self._closed = False
        self._ask()

    def when_known(self, told: Callable[[bool], None]) -> None:
        """
        Tell whether the channels are here, as soon as that is known.

        :param told: called with the answer.
        """
        if self._state is State.ASKING:
            self._waiting.append(told)
        else:
            told(self._state is State.HERE)

    def close(self) -> None:
        """Serve them no more, and let another process have them at once."""
        if self._closed:
            return
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._answer(State.ELSEWHERE)
        self._owners.disown(self._api_id).addErrback(self._failed)

    def _ask(self) -> None:
        self._timer = None
        asked_s = self._clock.seconds()
        owned = self._owners.own(self._api_id, LEASE_MS)
        owned.addCallback(self._told, asked_s)
        owned.addErrback(self._failed)
        owned.addBoth(self._again)

    def _told(self, owned: bool, asked_s: float) -> Deferred[None] | None:
        if self._closed:
            return None
        if not owned:
            self._gone()
            return None
        self._held_until_s = asked_s + LEASE_MS / 1000.0 - MARGIN_S
        if self._state is State.HERE:
            return None
        return self._taken().addCallback(lambda _: self._answer(State.HERE))

    def _failed(self, failure: Failure) -> None:
        self.log.error(
            "API {api_id}: the lease of its channels: {reason}",
            api_id=self._api_id,
            reason=failure.getErrorMessage(),
        )
        if self._clock.seconds() >= self._held_until_s and not self._closed:
            self._gone()

    def _gone(self) -> None:
        before = self._state
        self._answer(State.ELSEWHERE)
        if before is State.HERE:
            self.log.warn(
                "API {api_id}: another process serves its channels now",
                api_id=self._api_id,
            )
            self._lost()

    def _answer(self, state: State) -> None:
        self._state = state
        waiting, self._waiting = self._waiting, []
        for told in waiting:
            told(state is State.HERE)

    def _again(self, _: object) -> None:
        if not self._closed:
            self._timer = self._clock.callLater(RENEW_S, self._ask)
