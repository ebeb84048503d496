"""Counts in fixed windows, each of which begins with the first hit."""

from __future__ import annotations

import heapq
from typing import NamedTuple, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

MOST_KEYS = 100_000
"""How many windows are remembered at once; the one that ends first makes room."""


class Hit(NamedTuple):
    """The result of one hit."""

    allowed: bool
    remaining: int
    """How many more hits are allowed in this window."""
    ends_in_ms: int
    """Milliseconds until another window can begin."""
    hits: int
    """How many hits there were in this window, this one included."""


class Counters(Protocol):
    """Counts, in this process or in an engine that several share."""

    def hit(self, key: str, limit: int, window_ms: int) -> Hit | Deferred[Hit]:
        """
        Count one hit.

        :param limit: how many hits a window allows.
        :param window_ms: the length of a window. Windows of different lengths are
            different windows, even with the same key.
        :return: a Deferred when a shared engine counts. It fails when the engine does
            not answer; cancelling it may leave the hit counted.
        """


class Windows:
    """
    The windows of this process that have begun and not ended, at most
    :data:`MOST_KEYS`.
    """

    def __init__(self) -> None:
        self._windows: dict[tuple[str, int], tuple[int, float]] = {}
        """The count and the end of each window, by key and length: a limit that changes
        begins no other window."""
        self._ends: list[tuple[float, tuple[str, int]]] = []
        """A heap of the ends of all windows."""

    def __len__(self) -> int:
        return len(self._windows)

    def current(self, window: tuple[str, int], now_s: float) -> tuple[int, float]:
        """
        Return the count of a window and its end, in seconds; both 0 when it has not
        begun.

        :param window: the key, and the length.
        """
        self._forget(now_s)
        return self._windows.get(window, (0, 0.0))

    def put(self, window: tuple[str, int], count: int, end_s: float) -> None:
        """Remember a count; the end of a window that has begun stays as it is."""
        if window not in self._windows:
            heapq.heappush(self._ends, (end_s, window))
        self._windows[window] = count, end_s

    def _forget(self, now_s: float) -> None:
        """Drop the windows that are over, and make room for one more."""
        while self._ends and (
            self._ends[0][0] <= now_s or len(self._windows) >= MOST_KEYS
        ):
            del self._windows[heapq.heappop(self._ends)[1]]


class LocalCounters:
    """
    Counts in this process.

    :param clock: measures the windows.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._windows = Windows()

    def hit(self, key: str, limit: int, window_ms: int) -> Hit:
        """Count one hit."""
        now_s = self._clock.seconds()
        window = key, window_ms
        count, end_s = self._windows.current(window, now_s)
        if not count:
            end_s = now_s + window_ms / 1000
        count += 1
        self._windows.put(window, count, end_s)
        left_ms = max(0, round((end_s - now_s) * 1000))
        return Hit(count <= limit, max(0, limit - count), left_ms, count)
