"""A circuit breaker, which stops calls to an endpoint that fails continuously."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime


class Breaker:
    """
    A circuit breaker: closed, open, or half open with one call.

    Each call that it permits has the number of the state in which it began. A result
    counts in this state only: calls that end after the breaker has opened neither close
    it nor keep it open for longer.

    :param most: failures in a row after which it opens.
    :param open_ms: milliseconds for which it stays open.
    """

    __slots__ = ("_clock", "_failures", "_most", "_open_s", "_since_s", "_state")

    def __init__(self, clock: IReactorTime, most: int, open_ms: int) -> None:
        self._clock = clock
        self._most = most
        self._open_s = open_ms / 1000
        self._failures = 0
        self._since_s: float | None = None
        """When it opened, or permitted the last trial call; None while closed."""
        self._state = 0

    def admit(self) -> int | None:
        """
        Ask for permission to make a call. After the time of an open breaker one call is
        permitted; if its result is not reported, another one after the same time.

        :return: the number of the state, for the report of the result; None when the
            call is not permitted.
        """
        if self._since_s is not None:
            now_s = self._clock.seconds()
            if now_s < self._since_s + self._open_s:
                return None
            self._since_s = now_s
            self._state += 1
        return self._state

    def succeeded(self, state: int) -> None:
        """
        Record a successful call; that of an open breaker closes it.

        :param state: the result of :meth:`admit`.
        """
        if state != self._state:
            return
        self._failures = 0
        if self._since_s is not None:
            self._since_s = None
            self._state += 1

    def failed(self, state: int) -> None:
        """
        Record a failed call.

        :param state: the result of :meth:`admit`.
        """
        if state != self._state:
            return
        self._failures += 1
        if self._failures >= self._most:
            self._since_s = self._clock.seconds()
            self._state += 1
