"""
The lease by which one process of several serves the channels of an API.

Published events are held by one process: if two processes on one store took
publications, each would hold half of them. The owner renews its lease in the store; the
other processes refuse calls, and one of them takes the lease when the owner is gone.

Theory of operation. The owner counts the lease from before its request to the store,
and ends it :data:`MARGIN_S` sooner than the store does. A timer ends the lease, so that
it ends in time if the store fails or does not answer: the owner has given up the
channels before another process can get them. The next renewal is counted from the
request, too, so that a late answer shortens the time until the next one.
:mod:`relay.store.tables.cluster.node_leases` describes how processes learn who holds a
lease without comparing clocks, and why a process that is alone on the store keeps its
leases while the store is read-only.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.reactor.isolation import call_each

LEASE_MS = 8_000
"""How long others wait for a renewal before they take over."""
RENEW_S = 2.0
"""The time from one request for the lease to the next."""
SOONEST_S = 0.05
"""The time from a late answer to the next request."""
MARGIN_S = 1.0
"""How long before its end a lease that could not be renewed is given up."""
HELD_S = LEASE_MS / 1000.0 - MARGIN_S
"""How long one answer of the store is relied on, from the moment it was asked."""


class Owners(Protocol):
    """Where leases are kept: the store."""

    def own(self, api_id: str, lease_ms: int) -> Deferred[bool]:
        """Take or renew the lease; fires with whether it is this process's."""

    def disown(self, api_id: str) -> Deferred[None]:
        """Return the lease."""


class LeaseState(Enum):
    """Whether this process holds the lease."""

    ASKING = 0
    HERE = 1
    ELSEWHERE = 2


class ChannelLease:
    """
    The lease of the channels of one API, held by this process or waited for.

    :param owners: where leases are kept.
    :param taken: called when this process has got the lease, before any call is let
        through; fires when the channels are ready.
    :param lost: called when this process has lost it.
    """

    log = Logger()
    failure = "API {id}: the lease of its channels: {reason}"
    recovery = "API {id}: the lease of its channels: the store answers again"
    loss = "API {id}: this process no longer serves its channels"
    """What is logged; ``id`` is what :class:`Owners` know the lease by."""

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
        self._state = LeaseState.ASKING
        self.owned_elsewhere = False
        """Whether another process had the lease in the last answer of the store; False
        while the store does not answer."""
        self.on_change: Callable[[], None] | None = None
        """Called when :attr:`here` has changed, before ``lost``."""
        self._waiting: list[Callable[[bool], None]] = []
        self._timer: IDelayedCall | None = None
        self._loading = False
        self._load_is_stale = False
        """Whether the lease was lost since the loading began."""
        self._closed = False
        self._failing = False
        """Whether the current failure of the store was logged."""
        # Not held yet; calls wait no longer than this for an answer of the store.
        self._held_until_s = clock.seconds() + HELD_S
        self._end: IDelayedCall | None = clock.callLater(HELD_S, self._run_out)
        self._ask()

    @property
    def here(self) -> bool:
        """Whether this process holds the lease at this moment."""
        # A process that was stopped for a while reads sockets before it runs timers.
        if (
            self._state is LeaseState.HERE
            and self._clock.seconds() >= self._held_until_s
        ):
            self._gone()
        return self._state is LeaseState.HERE

    def when_known(self, callback: Callable[[bool], None]) -> None:
        """
        Call back as soon as it is known whether this process holds the lease.

        :param callback: called with the answer, maybe at once.
        """
        if self._state is LeaseState.ASKING:
            self._waiting.append(callback)
        else:
            callback(self.here)

    def close(self) -> None:
        """Return the lease, so that another process can take it at once."""
        if self._closed:
            return
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._stop_counting()
        self._answer(LeaseState.ELSEWHERE)
        self._owners.disown(self._api_id).addErrback(self._tell)

    def _ask(self) -> None:
        self._timer = None
        asked_s = self._clock.seconds()
        owned = self._owners.own(self._api_id, LEASE_MS)
        owned.addCallback(self._told, asked_s)
        owned.addErrback(self._failed)
        owned.addBoth(self._again, asked_s)

    def _told(self, owned: bool, asked_s: float) -> None:
        if self._closed:
            return
        self.owned_elsewhere = not owned
        self._tell_recovery()
        if not owned:
            self._gone()
            return
        held_until_s = asked_s + HELD_S
        left_s = held_until_s - self._clock.seconds()
        if left_s <= 0:
            # The answer took longer than the lease lasts.
            self._gone()
            return
        self._stop_counting()
        self._held_until_s = held_until_s
        self._end = self._clock.callLater(left_s, self._run_out)
        if self._state is not LeaseState.HERE and not self._loading:
            self._loading, self._load_is_stale = True, False
            # Do not wait: the lease has to be renewed meanwhile.
            self._taken().addCallbacks(self._ready, self._not_ready)

    def _ready(self, _: None) -> None:
        self._loading = False
        # What was loaded under an earlier lease may be out of date.
        if not self._closed and not self._load_is_stale:
            self._answer(LeaseState.HERE)

    def _not_ready(self, failure: Failure) -> None:
        self._loading = False
        self._failed(failure)

    def _failed(self, failure: Failure) -> None:
        if not self._failing and not self._closed:
            self._failing = True
            self._tell(failure)
        self.owned_elsewhere = False
        if self._state is LeaseState.ASKING:
            self._gone()

    def _tell_recovery(self) -> None:
        if self._failing:
            self._failing = False
            self.log.info(self.recovery, id=self._api_id)

    def _tell(self, failure: Failure) -> None:
        reason = failure.getErrorMessage()
        self.log.error(self.failure, id=self._api_id, reason=reason)

    def _run_out(self) -> None:
        self._end = None
        self.owned_elsewhere = False
        self._gone()

    def _stop_counting(self) -> None:
        end, self._end = self._end, None
        if end is not None:
            end.cancel()

    def _gone(self) -> None:
        self._stop_counting()
        self._load_is_stale = True
        before = self._state
        self._answer(LeaseState.ELSEWHERE)
        if before is LeaseState.HERE:
            self.log.warn(self.loss, id=self._api_id)
            self._lost()

    def _answer(self, state: LeaseState) -> None:
        before, self._state = self._state, state
        waiting, self._waiting = self._waiting, []
        call_each([partial(callback, state is LeaseState.HERE) for callback in waiting])
        if state is not before and self.on_change is not None:
            call_each([self.on_change])

    def _again(self, _: object, asked_s: float) -> None:
        if not self._closed:
            wait_s = asked_s + RENEW_S - self._clock.seconds()
            self._timer = self._clock.callLater(max(wait_s, SOONEST_S), self._ask)
