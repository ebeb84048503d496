"""Stops calling what fails all the time."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime


class Breaker:
    """
    A circuit breaker: closed, open, or letting one call try.

    :param clock: tells the time.
    :param most: how many failures in a row open it.
    :param open_ms: milliseconds for which it stays open.
    """

    __slots__ = ("_clock", "_failures", "_most", "_open_s", "_opened_s", "_tried_s")

    def __init__(self, clock: IReactorTime, most: int, open_ms: int) -> None:
        self._clock = clock
        self._most = most
        self._open_s = open_ms / 1000
        self._failures = 0
        self._opened_s: float | None = None
        self._tried_s: float | None = None

    def lets_through(self) -> bool:
        """
        Ask before a call; the one that is let through while it is open tries for all.

        Whose result never comes is waited for as long as the breaker was open.
        """
        if self._opened_s is None:
            return True
        now_s = self._clock.seconds()
        since_s = self._opened_s if self._tried_s is None else self._tried_s
        if now_s < since_s + self._open_s:
            return False
        self._tried_s = now_s
        return True

    def succeeded(self) -> None:
        """A call did what it should: all may call again."""
        self._failures = 0
        self._opened_s = self._tried_s = None

    def failed(self) -> None:
        """A call failed."""
        self._failures += 1
        if self._failures >= self._most:
            self._opened_s = self._clock.seconds()
            self._tried_s = None
