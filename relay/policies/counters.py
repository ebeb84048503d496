"""How often something has happened: windows that begin with the first time."""

from __future__ import annotations

import heapq
from typing import NamedTuple, Protocol

from limits import RateLimitItem
from limits.limits import Granularity
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime

MOST_KEYS = 100_000
"""How many windows are remembered at once; the one that ends first makes room."""


class Hit(NamedTuple):
    """What became of one time."""

    allowed: bool
    remaining: int
    """How many more are allowed in this window."""
    ends_in_ms: int
    """Milliseconds until another window can begin."""


class Counters(Protocol):
    """Counts, in this process or in a store that several share."""

    def hit(self, key: str, limit: int, window_ms: int) -> Hit | Deferred[Hit]:
        """
        Count one time.

        :param key: what is counted.
        :param limit: how often it may happen in a window.
        :param window_ms: how long a window is.
        :return: a Deferred when a store has to be asked, which fails when it cannot
            be; cancelling it leaves the count as it may be.
        """


class LocalCounters:
    """
    Counts in this process.

    :param clock: tells the time.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._limiter = FixedWindowRateLimiter(_Windows(clock))

    def hit(self, key: str, limit: int, window_ms: int) -> Hit:
        """Count one time."""
        window = _Window(limit, window_ms)
        allowed = self._limiter.hit(window, key)
        stats = self._limiter.get_window_stats(window, key)
        left_s = stats.reset_time - self._clock.seconds()
        return Hit(allowed, stats.remaining, max(0, round(left_s * 1000)))


class _Window(RateLimitItem):
    """A window of any length; a limit that changes does not begin another one."""

    GRANULARITY = Granularity(1, "ms")

    def __init__(self, limit: int, window_ms: int) -> None:
        super().__init__(limit, window_ms)

    def get_expiry(self) -> int:
        """Give its length in milliseconds."""
        return self.multiples

    def key_for(self, *identifiers: bytes | str | float) -> str:
        """Tell windows apart by what is counted and how long they are."""
        return f"{self.multiples}/{identifiers[0]!s}"


class _Windows(Storage):
    """
    Keeps windows by the reactor's clock.

    :param clock: tells the time.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: IReactorTime) -> None:
        super().__init__()
        self._clock = clock
        self._counts: dict[str, tuple[int, float]] = {}
        self._ends: list[tuple[float, str]] = []

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing outside this process can fail."""
        return RuntimeError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; ``expiry`` is in milliseconds."""
        now_s = self._clock.seconds()
        self._forget(now_s)
        count, end_s = self._counts.get(key, (0, 0.0))
        if not count:
            end_s = now_s + expiry / 1000
            heapq.heappush(self._ends, (end_s, key))
        count += amount
        self._counts[key] = count, end_s
        return count

    def get(self, key: str) -> int:
        """Give a count."""
        return self._counts.get(key, (0, 0.0))[0]

    def get_expiry(self, key: str) -> float:
        """Give the end of a window, by the reactor's clock."""
        return self._counts.get(key, (0, self._clock.seconds()))[1]

    def check(self) -> bool:
        """It is there."""
        return True

    def reset(self) -> int:
        """Forget everything."""
        forgotten = len(self._counts)
        self._counts.clear()
        self._ends.clear()
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one window."""
        self._counts.pop(key, None)

    def _forget(self, now_s: float) -> None:
        while self._ends and (
            self._ends[0][0] <= now_s or len(self._counts) >= MOST_KEYS
        ):
            end_s, key = heapq.heappop(self._ends)
            if self._counts.get(key, (0, end_s))[1] == end_s:
                self._counts.pop(key, None)
