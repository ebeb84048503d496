"""A circuit breaker, which stops calls to an endpoint that fails continuously."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime


class Breaker:
    """
    A circuit breaker: closed, open, or half open with one call.

    :param most: failures in a row after which it opens.
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
        Whether a call may be made. After the time of an open breaker one call may; if
        its result is not reported, another call may after the same time.
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
        """Record a successful call, which closes the breaker."""
        self._failures = 0
        self._opened_s = self._tried_s = None

    def failed(self) -> None:
        """Record a failed call."""
        self._failures += 1
        if self._failures >= self._most:
            self._opened_s = self._clock.seconds()
            self._tried_s = None
