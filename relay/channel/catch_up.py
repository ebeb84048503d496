"""
A bound on the time that subscribers read from logs in one turn of the reactor.

A subscriber that resumes may have a whole history to read, and its filter may examine
all of it and write nothing. Many of them at once would delay every other client. So the
subscribers of all channels share :data:`TURN_S` of each turn; those that have no time
left go on, in order, in the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

from twisted.internet.interfaces import IReactorTime

TURN_S = 0.005


class CatchUp:
    """
    Shares the time of one reactor among subscribers that read from logs.

    :param clock: the reactor.
    """

    __slots__ = ("_clock", "_until_s", "_waiting")

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._until_s: float | None = None
        self._waiting: deque[Callable[[], None]] = deque()

    def has_time(self) -> bool:
        """Whether a piece may be read in this turn of the reactor."""
        now_s = self._clock.seconds()
        if self._until_s is None:
            self._until_s = now_s + TURN_S
            self._clock.callLater(0, self._next_turn)
            return True
        return now_s < self._until_s

    def postpone(self, read_on: Callable[[], None]) -> None:
        """
        Call back in a later turn, after all that were postponed before.

        :param read_on: reads further entries; must not raise.
        """
        self._waiting.append(read_on)

    def _next_turn(self) -> None:
        self._until_s = None
        while self._waiting and self.has_time():
            self._waiting.popleft()()


_shared: WeakKeyDictionary[IReactorTime, CatchUp] = WeakKeyDictionary()


def catch_up_of(clock: IReactorTime) -> CatchUp:
    """
    Find or make the :class:`CatchUp` of a reactor.

    :param clock: the reactor.
    """
    found = _shared.get(clock)
    if found is None:
        found = _shared[clock] = CatchUp(clock)
    return found
