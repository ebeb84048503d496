"""
The grants of running exchanges, and the end of exchanges whose grants end.

An exchange that a key, a subscription or a token has let in lasts only as long as all
of these are valid: :class:`ActiveGrants` is notified of each revocation (see
:class:`relay.plans.consumers.Watcher`) and keeps one timer for all that expires.
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
"""How many exchanges are ended or challenged in one turn of the reactor."""
TURN_S = 0.005
"""How long that may take in one turn."""
LONGEST_WAIT_S = 1.0
"""The wall clock may be set: it is looked at again after this long."""


class GrantHolder(Protocol):
    """A running exchange."""

    record: AccessRecord

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """
        Send the client a challenge to renew its credential, if the body allows one.

        :param reason: why: ``expiring``, ``expired`` or ``revoked``.
        :param ends_at_ms: the end of the exchange; None if it is not ended.
        """

    def end(self, outcome: Outcome) -> None:
        """
        End it.

        :param outcome: ``expired`` or ``revoked``.
        """


class Admitted(GrantHolder, Protocol):
    """An open exchange that a plan has admitted."""

    admission: Admission | None


class _Entry:
    __slots__ = ("challenged", "grants", "holder", "warned")

    def __init__(self, holder: Admitted, grants: Iterable[Grant]) -> None:
        self.holder = holder
        self.grants = {grant.key: grant.expires_at_ms for grant in grants}
        self.challenged = False
        self.warned = False

    @property
    def ends_at_ms(self) -> int | None:
        """When the first of the grants ends; None for never."""
        return min((at for at in self.grants.values() if at is not None), default=None)


class ActiveGrants:
    """
    All exchanges that have grants, and the grants of each.

    :param reactor: what calls later.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param live: all exchanges under way.
    :param challenge_ms: how long before the end clients receive a challenge; 0 for
        none.
    :param warns: whether exchanges continue, and their clients only receive a
        challenge.
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
        self._entries: dict[str, _Entry] = {}
        self._by_key: dict[str, dict[str, _Entry]] = {}
        self._due: list[tuple[int, int, _Entry]] = []
        self._serial = count()
        self._leaving: deque[tuple[GrantHolder, Outcome]] = deque()
        self._timer: IDelayedCall | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def take(self, challenge_ms: int, warns: bool) -> None:
        """
        Take other settings, also for the exchanges under way.

        :param challenge_ms: as above.
        :param warns: as above.
        """
        self._warns = warns
        if challenge_ms != self._challenge_ms:
            self._challenge_ms = challenge_ms
            self._due.clear()
            for entry in self._entries.values():
                self._expect(entry)

    def add(self, holder: Admitted, grants: Iterable[Grant]) -> None:
        """Add an admitted exchange, with its grants."""
        entry = _Entry(holder, grants)
        request_id = holder.record.request_id
        self._entries[request_id] = entry
        for key in entry.grants:
            self._by_key.setdefault(key, {})[request_id] = entry
        self._expect(entry)

    def remove(self, holder: GrantHolder) -> None:
        """Remove an exchange that is over; nothing if it was not added."""
        request_id = holder.record.request_id
        entry = self._entries.pop(request_id, None)
        if entry is None:
            return
        for key in entry.grants:
            others = self._by_key[key]
            del others[request_id]
            if not others:
                del self._by_key[key]
        if len(self._due) > 64 + 2 * len(self._entries):
            # Otherwise ended exchanges would be kept until their grants expire.
            self._due = [one for one in self._due if self._is_current(one[2])]
            heapify(self._due)

    def renew(self, holder: Admitted, grants: Iterable[Grant]) -> None:
        """Replace the grants of an exchange."""
        self.remove(holder)
        self.add(holder, grants)

    def find(self, request_id: str) -> Admitted | None:
        """Return the exchange with a request id; None if there is none."""
        entry = self._entries.get(request_id)
        return None if entry is None else entry.holder

    def state(self, request_id: str) -> tuple[int | None, bool]:
        """
        Return when the grants of an exchange end, and whether it was challenged.

        :return: milliseconds since the Unix epoch; None for never, and without grants.
        """
        entry = self._entries.get(request_id)
        if entry is None:
            return None, False
        return entry.ends_at_ms, entry.challenged or entry.warned

    def revoked(self, key: str) -> None:
        """End the exchanges of a grant that is revoked."""
        self._end_all(
            [entry.holder for entry in self._by_key.get(key, {}).values()],
            Outcome.REVOKED,
        )

    def plan_closed(self, plan_id: str) -> None:
        """End the exchanges of a plan that is closed."""
        self._end_all(
            [one for one in self._live.all() if one.record.plan_id == plan_id],
            Outcome.REVOKED,
        )

    def moved(self, grant: Grant) -> None:
        """Take note that a grant ends at another time than before."""
        for entry in self._by_key.get(grant.key, {}).values():
            entry.grants[grant.key] = grant.expires_at_ms
            entry.challenged = entry.warned = False
            self._expect(entry)

    def _is_current(self, entry: _Entry) -> bool:
        return self._entries.get(entry.holder.record.request_id) is entry

    def _expect(self, entry: _Entry) -> None:
        ends_at_ms = entry.ends_at_ms
        if ends_at_ms is None or entry.warned:
            return
        due_ms = ends_at_ms if entry.challenged else ends_at_ms - self._challenge_ms
        heappush(self._due, (due_ms, next(self._serial), entry))
        self._schedule()

    def _end_all(self, holders: Iterable[GrantHolder], outcome: Outcome) -> None:
        self._leaving.extend((holder, outcome) for holder in holders)
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
        """End or challenge the exchanges that are due, some at a time."""
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
                    entry = heappop(self._due)[2]
                    if self._is_current(entry):
                        self._look_at(entry, now_ms)
                else:
                    break
            except Exception:
                # The exchange has been ended already, as far as that was possible.
                self.log.failure("while an exchange was ended or challenged")
        self._schedule()

    def _look_at(self, entry: _Entry, now_ms: int) -> None:
        ends_at_ms = entry.ends_at_ms
        if ends_at_ms is None or entry.warned:
            return
        if ends_at_ms <= now_ms:
            entry.warned = self._warns
            self._end(entry.holder, Outcome.EXPIRED)
            return
        if not entry.challenged and ends_at_ms - self._challenge_ms <= now_ms:
            entry.challenged = True
            entry.holder.challenge("expiring", None if self._warns else ends_at_ms)
        self._expect(entry)

    def _end(self, holder: GrantHolder, outcome: Outcome) -> None:
        if not self._warns:
            holder.end(outcome)
            return
        self.log.warn(
            "{request_id} goes on, though what let it in is {outcome}",
            request_id=holder.record.request_id,
            outcome=outcome.value,
        )
        holder.challenge(outcome.value, None)
