"""What a hub counts, and the leases that it gives by name."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime

from relay.cluster.link import Count

MOST_WINDOWS = 1_000_000
"""How many windows are remembered at once; the one that ends first makes room."""


class Windows:
    """
    Counts in fixed windows, each of which begins with its first hit.

    :param clock: measures the windows.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, int], tuple[int, float]] = {}
        """The count and the end of each window, by key and length."""
        self._ends: list[tuple[float, tuple[str, int]]] = []
        """A heap of the ends of all windows."""

    def hit(self, key: str, window_ms: int) -> Count:
        """Count one hit."""
        now_s = self._clock.seconds()
        while self._ends and (
            self._ends[0][0] <= now_s or len(self._windows) >= MOST_WINDOWS
        ):
            del self._windows[heapq.heappop(self._ends)[1]]
        window = key, window_ms
        hits, end_s = self._windows.get(window, (0, 0.0))
        if not hits:
            end_s = now_s + window_ms / 1000
            heapq.heappush(self._ends, (end_s, window))
        self._windows[window] = hits + 1, end_s
        return Count(hits + 1, max(0, round((end_s - now_s) * 1000)))


class Places:
    """Places of open streams, by key, and whose they are."""

    def __init__(self) -> None:
        self._taken: Counter[str] = Counter()
        self._of: dict[Hashable, Counter[str]] = {}

    def enter(self, owner: Hashable, places: Sequence[tuple[str, int]]) -> int | None:
        """
        Take one place of each key, or none of any.

        :param places: keys, and how many places each of them has.
        :return: None when all were taken, else the index of the first key that is full.
        """
        wanted: Counter[str] = Counter()
        for index, (key, most) in enumerate(places):
            wanted[key] += 1
            if self._taken[key] + wanted[key] > most:
                return index
        self.claim(owner, list(wanted.items()))
        return None

    def claim(self, owner: Hashable, places: Sequence[tuple[str, int]]) -> None:
        """
        Take places that are in use already, however many there are.

        :param places: keys, and how many of each are in use.
        """
        of = self._of.setdefault(owner, Counter())
        for key, number in places:
            of[key] += number
            self._taken[key] += number

    def leave(self, owner: Hashable, keys: Sequence[str]) -> None:
        """Return one place of each key that the owner has."""
        of = self._of.get(owner)
        for key in keys if of else ():
            assert of is not None
            if of[key]:
                self._return(of, key, 1)

    def end(self, owner: Hashable) -> None:
        """Return all places of an owner."""
        of = self._of.pop(owner, Counter())
        for key, number in list(of.items()):
            self._return(of, key, number)

    def _return(self, of: Counter[str], key: str, number: int) -> None:
        for counter in (of, self._taken):
            counter[key] -= number
            if not counter[key]:
                del counter[key]


class _Lease(NamedTuple):
    owner: Hashable
    end_s: float


class Leases:
    """
    Leases by name.

    :param clock: measures them.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._leases: dict[str, _Lease] = {}

    def own(self, owner: Hashable, name: str, lease_ms: int) -> bool:
        """Take or renew a lease; whether the owner has it."""
        now_s = self._clock.seconds()
        lease = self._leases.get(name)
        if lease is not None and lease.owner != owner and lease.end_s > now_s:
            return False
        self._leases[name] = _Lease(owner, now_s + lease_ms / 1000)
        return True

    def disown(self, owner: Hashable, name: str) -> None:
        """Return a lease, if the owner has it."""
        lease = self._leases.get(name)
        if lease is not None and lease.owner == owner:
            del self._leases[name]

    def end(self, owner: Hashable) -> None:
        """Return all leases of an owner."""
        for name in [n for n, lease in self._leases.items() if lease.owner == owner]:
            del self._leases[name]

    def forget(self) -> None:
        """Drop the leases that are over."""
        now_s = self._clock.seconds()
        for name in [n for n, lease in self._leases.items() if lease.end_s <= now_s]:
            del self._leases[name]
