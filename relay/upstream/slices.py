"""
Limit the time of work for sources in one turn of the reactor.

The bytes of one read may take a tenth of a second to process: thousands of small
events, or gzip that decodes to much more. All sources share :data:`SLICE_S` of a turn.
Work that exceeds it continues in the next turn, one connection after another, and its
source is paused until then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from weakref import WeakKeyDictionary

from twisted.internet.interfaces import IReactorTime

SLICE_S = 0.002
SPAN_S = 0.005
"""The time from one slice to the next for work of a read, when no work waits."""


class Slices:
    """
    Shares the time of one reactor among sources.
    """

    __slots__ = ("_begun_s", "_clock", "_scheduled", "_until_s", "_waiting")

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._begun_s = self._until_s = clock.seconds() - SPAN_S
        self._waiting: deque[Callable[[], None]] = deque()
        self._scheduled = False

    def has_time(self) -> bool:
        """Whether a piece of work may be done in this turn."""
        now_s = self._clock.seconds()
        if now_s < self._until_s:
            return True
        if self._waiting or now_s - self._begun_s < SPAN_S:
            return False
        self._begin(now_s)
        return True

    def postpone(self, go_on: Callable[[], None]) -> None:
        """
        Call a function in a later turn, after all that were postponed before.

        :param go_on: works while :meth:`has_time`; must not raise.
        """
        self._waiting.append(go_on)
        if not self._scheduled:
            self._scheduled = True
            self._clock.callLater(0, self._next_turn)

    def _begin(self, now_s: float) -> None:
        self._begun_s = now_s
        self._until_s = now_s + SLICE_S

    def _next_turn(self) -> None:
        self._scheduled = False
        self._begin(self._clock.seconds())
        for _ in range(len(self._waiting)):
            if self._clock.seconds() >= self._until_s:
                break
            self._waiting.popleft()()
        if self._waiting and not self._scheduled:
            self._scheduled = True
            self._clock.callLater(0, self._next_turn)


_shared: WeakKeyDictionary[IReactorTime, Slices] = WeakKeyDictionary()


def slices_of(clock: IReactorTime) -> Slices:
    """
    Return the :class:`Slices` of a reactor, created at the first call.
    """
    found = _shared.get(clock)
    if found is None:
        found = _shared[clock] = Slices(clock)
    return found
