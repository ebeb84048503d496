"""
Work on many objects, divided over turns of the reactor.

A deployment, a stop or a slow source may end thousands of streams together, at 0.1 to
0.3 ms each. In one turn this would take a second, in which no other client is served.
All such work shares :data:`TURN_S` of each turn; the rest continues, in order, in the
next turn.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from weakref import WeakKeyDictionary

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

TURN_S = 0.005


class Slices:
    """
    Shares a part of each turn of one reactor.

    :param clock: the reactor.
    """

    log = Logger()

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._until_s: float | None = None
        self._waiting: deque[Callable[[], object]] = deque()
        self._working = False

    def each(self, actions: Iterable[Callable[[], object]]) -> None:
        """
        Call actions in order, the first of them at once.

        :param actions: called without arguments. An exception of one is logged, and
            does not stop the others. An action may be called in a later turn.
        """
        self._waiting.extend(actions)
        if not self._working:
            self._work()

    def _work(self) -> None:
        self._working = True
        while self._waiting and self._has_time():
            try:
                self._waiting.popleft()()
            except Exception:
                self.log.failure("an action on one of many objects failed")
        self._working = False

    def _has_time(self) -> bool:
        now_s = self._clock.seconds()
        if self._until_s is None:
            self._until_s = now_s + TURN_S
            self._clock.callLater(0, self._next_turn)
        return now_s < self._until_s

    def _next_turn(self) -> None:
        self._until_s = None
        self._work()


_shared: WeakKeyDictionary[IReactorTime, Slices] = WeakKeyDictionary()


def slices_of(clock: IReactorTime) -> Slices:
    """
    Return the :class:`Slices` of a reactor, created at the first call.
    """
    found = _shared.get(clock)
    if found is None:
        found = _shared[clock] = Slices(clock)
    return found
