"""
What running exchanges rest on, and their end when that ends.

Whoever was let in by a key, a subscription or a token stays only as long as those are
good: :class:`ActiveGrants` is told of what is revoked (see
:class:`relay.plans.consumers.Watcher`) and keeps one clock for all that expires.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from itertools import count
from typing import Protocol

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from relay.model.outcome import Outcome
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchanges
from relay.plans.verdict import Admission, Grant

AT_ONCE = 100
"""How many stays end in one turn of the reactor, which has others to serve."""
TURN_S = 0.005
"""How long that may take."""
LONGEST_WAIT_S = 1.0
"""The wall clock may be set: it is looked at again after this long."""


class GrantHolder(Protocol):
    """A running exchange, as a stay sees it."""

    record: AccessRecord

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """
        Tell the client, where that is possible, that it has to renew its credential.

        :param reason: why: ``expiring``, ``expired`` or ``revoked``.
        :param ends_at_ms: when it will be over, None when it is not to be.
        """

    def end(self, outcome: Outcome) -> None:
        """
        End it.

        :param outcome: ``expired`` or ``revoked``.
        """


class Admitted(GrantHolder, Protocol):
    """One that a plan has let in."""

    admission: Admission | None


class _Stay:
    __slots__ = ("challenged", "grants", "guest", "warned")

    def __init__(self, guest: Admitted, grants: Iterable[Grant]) -> None:
        self.guest = guest
        self.grants = {grant.key: grant.expires_at_ms for grant in grants}
        self.challenged = False
        self.warned = False

    @property
    def ends_at_ms(self) -> int | None:
        """When the first of what it rests on ends."""
        return min((at for at in self.grants.values() if at is not None), default=None)


class ActiveGrants:
    """
    All exchanges that rest on something.

    :param reactor: what calls later.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param live: all exchanges under way.
    :param challenge_ms: how long before their end clients are told; 0 for never.
    :param warns: only tell them, and let them stay.
    """

    log = Logger()

    def __init__(
        self,
        reactor: IReactorTime,
        wall_ms: Callable[[], int],
        live: LiveExchanges,
        challenge_ms: int,
        warns: bool,
    ) -> None:
        self._reactor = reactor
        self._wall_ms = wall_ms
        self._live = live
        self._challenge_ms = challenge_ms
        self._warns = warns
        self._stays: dict[str, _Stay] = {}
        self._by_key: dict[str, dict[str, _Stay]] = {}
        self._due: list[tuple[int, int, _Stay]] = []
        self._serial = count()
        self._leaving: deque[tuple[GrantHolder, Outcome]] = deque()
        self._timer: IDelayedCall | None = None

    def __len__(self) -> int:
        return len(self._stays)

    def add(self, guest: Admitted, grants: Iterable[Grant]) -> None:
        """
        Somebody was let in.

        :param guest: the exchange.
        :param grants: what it rests on.
        """
        stay = _Stay(guest, grants)
        request_id = guest.record.request_id
        self._stays[request_id] = stay
        for key in stay.grants:
            self._by_key.setdefault(key, {})[request_id] = stay
        self._expect(stay)

    def remove(self, guest: GrantHolder) -> None:
        """
        An exchange is over.

        :param guest: one that was added, or not.
        """
        request_id = guest.record.request_id
        stay = self._stays.pop(request_id, None)
        if stay is None:
            return
        for key in stay.grants:
            others = self._by_key[key]
            del others[request_id]
            if not others:
                del self._by_key[key]
        if len(self._due) > 64 + 2 * len(self._stays):
            # Else those that have long left would be kept until they would expire.
            self._due = [one for one in self._due if self._is_here(one[2])]
            heapify(self._due)

    def renew(self, guest: Admitted, grants: Iterable[Grant]) -> None:
        """
        Let an exchange rest on other things from now on.

        :param guest: one that was added.
        :param grants: what it rests on now.
        """
        self.remove(guest)
        self.add(guest, grants)

    def find(self, request_id: str) -> Admitted | None:
        """
        Find an exchange.

        :param request_id: its id.
        """
        stay = self._stays.get(request_id)
        return None if stay is None else stay.guest

    def revoked(self, key: str) -> None:
        """Something is no more: what rests on it ends."""
        self._end_all(
            [stay.guest for stay in self._by_key.get(key, {}).values()],
            Outcome.REVOKED,
        )

    def plan_closed(self, plan_id: str) -> None:
        """A plan lets nobody in any more, and those that it let in end."""
        self._end_all(
            [one for one in self._live.all() if one.record.plan_id == plan_id],
            Outcome.REVOKED,
        )

    def moved(self, grant: Grant) -> None:
        """Something ends at another time than before."""
        for stay in self._by_key.get(grant.key, {}).values():
            stay.grants[grant.key] = grant.expires_at_ms
            stay.challenged = stay.warned = False
            self._expect(stay)

    def _is_here(self, stay: _Stay) -> bool:
        return self._stays.get(stay.guest.record.request_id) is stay

    def _expect(self, stay: _Stay) -> None:
        ends_at_ms = stay.ends_at_ms
        if ends_at_ms is None or stay.warned:
            return
        due_ms = ends_at_ms if stay.challenged else ends_at_ms - self._challenge_ms
        heappush(self._due, (due_ms, next(self._serial), stay))
        self._schedule()

    def _end_all(self, guests: Iterable[GrantHolder], outcome: Outcome) -> None:
        self._leaving.extend((guest, outcome) for guest in guests)
        self._schedule()

    def _schedule(self) -> None:
        if self._leaving:
            delay_s = 0.0
        elif self._due:
            delay_s = (self._due[0][0] - self._wall_ms()) / 1000.0
            delay_s = min(max(delay_s, 0.0), LONGEST_WAIT_S)
        else:
            return
        at_s = self._reactor.seconds() + delay_s
        if self._timer is None:
            self._timer = self._reactor.callLater(delay_s, self._turn)
        elif self._timer.getTime() > at_s:
            self._timer.reset(delay_s)

    def _turn(self) -> None:
        """Let those go whose time has come, some at a time."""
        self._timer = None
        now_ms = self._wall_ms()
        until_s = self._reactor.seconds() + TURN_S
        for _ in range(AT_ONCE):
            if self._reactor.seconds() >= until_s:
                break
            try:
                if self._leaving:
                    self._end(*self._leaving.popleft())
                elif self._due and self._due[0][0] <= now_ms:
                    stay = heappop(self._due)[2]
                    if self._is_here(stay):
                        self._look_at(stay, now_ms)
                else:
                    break
            except Exception:
                # The exchange that it is about is ended, or tried to be, already.
                self.log.failure("while an exchange was ended or challenged")
        self._schedule()

    def _look_at(self, stay: _Stay, now_ms: int) -> None:
        ends_at_ms = stay.ends_at_ms
        if ends_at_ms is None or stay.warned:
            return
        if ends_at_ms <= now_ms:
            stay.warned = self._warns
            self._end(stay.guest, Outcome.EXPIRED)
            return
        if not stay.challenged and ends_at_ms - self._challenge_ms <= now_ms:
            stay.challenged = True
            stay.guest.challenge("expiring", None if self._warns else ends_at_ms)
        self._expect(stay)

    def _end(self, guest: GrantHolder, outcome: Outcome) -> None:
        if not self._warns:
            guest.end(outcome)
            return
        self.log.warn(
            "{request_id} goes on, though what let it in is {outcome}",
            request_id=guest.record.request_id,
            outcome=outcome.value,
        )
        guest.challenge(outcome.value, None)
