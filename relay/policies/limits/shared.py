"""
Counts and places over all processes of a cluster.

The engine of the link counts, and answers each question in one step, so that no two
processes give the same last place away. A question waits at most :data:`WAIT_MS`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from relay.cluster.link import Count, CountLink, EngineLost
from relay.policies.limits.counters import Hit, Windows
from relay.policies.limits.places import (
    LocalPlaces,
    OnEngineLoss,
    Place,
    count_key,
)
from relay.reactor.deadline import Deadline

WAIT_MS = 1_000
"""How long a call waits for the engine's answer."""

T = TypeVar("T")


class SharedCounters:
    """
    Counts of all processes.

    A window whose limit is exceeded is remembered until it ends: further hits of this
    process are refused without the engine, which does not count them.

    :param counts: the engine.
    :param clock: of this process.
    """

    def __init__(self, counts: CountLink, clock: IReactorTime) -> None:
        self._counts = counts
        self._clock = clock
        self._exceeded = Windows()

    def hit(self, key: str, limit: int, window_ms: int) -> Hit | Deferred[Hit]:
        """Count one hit."""
        now_s = self._clock.seconds()
        window = count_key(key, str(window_ms)), window_ms
        hits, end_s = self._exceeded.current(window, now_s)
        if hits > limit:
            return Hit(False, 0, max(0, round((end_s - now_s) * 1000)), hits)
        asked = self._counts.hit(*window)
        return bounded(self._clock, asked).addCallback(
            partial(self._counted, window, limit, now_s)
        )

    def _counted(
        self, window: tuple[str, int], limit: int, asked_s: float, count: Count
    ) -> Hit:
        hits, ends_in_ms = count
        if hits > limit:
            # By the time of the question, so that it is never remembered for too long.
            self._exceeded.put(window, hits, asked_s + ends_in_ms / 1000)
        return Hit(hits <= limit, max(0, limit - hits), ends_in_ms, hits)


class SharedPlaces:
    """
    Places of all processes.

    :param counts: the engine.
    :param clock: of this process.
    """

    def __init__(self, counts: CountLink, clock: IReactorTime) -> None:
        self._counts = counts
        self._clock = clock
        self._here = LocalPlaces()
        """All places that this process uses."""
        self._unknown: Counter[str] = Counter()
        """How many of them the engine does not know."""
        counts.hold(self._hold)

    def enter(
        self, places: Sequence[Place], on_loss: OnEngineLoss
    ) -> Deferred[int | None]:
        """Take all places, or none."""
        keys = [place.key for place in places]
        asked = self._counts.enter([(place.key, place.limit) for place in places])
        answer = bounded(self._clock, asked, partial(self._came_late, keys))
        return answer.addCallbacks(
            partial(self._entered, keys),
            self._lost,
            errbackArgs=(places, on_loss),
        )

    def leave(self, keys: Iterable[str]) -> None:
        """Return one place of each key."""
        keys = list(keys)
        self._here.leave(keys)
        self._return(keys)

    def _hold(self) -> Mapping[str, int]:
        """Return all places that are used, which the engine knows from now on."""
        self._unknown.clear()
        return dict(self._here.used)

    def _entered(self, keys: Sequence[str], full: int | None) -> int | None:
        if full is None:
            self._here.take(keys)
        return full

    def _lost(
        self, failure: Failure, places: Sequence[Place], on_loss: OnEngineLoss
    ) -> int | Failure | None:
        if on_loss == "refuse" or not failure.check(EngineLost):
            return failure
        keys = [place.key for place in places]
        if on_loss == "allow":
            self._here.take(keys)
        elif (full := self._here.enter(places)) is not None:
            return full
        self._unknown.update(keys)
        return None

    def _came_late(self, keys: Sequence[str], full: int | None) -> None:
        """Return places that nobody waits for any more."""
        if full is None:
            self._return(keys)

    def _return(self, keys: Iterable[str]) -> None:
        """Return places to the engine. Those that it does not know are settled first:
        only their number counts."""
        known = []
        for key in keys:
            if key in self._unknown:
                self._unknown[key] -= 1
                if not self._unknown[key]:
                    del self._unknown[key]
            else:
                known.append(key)
        if known:
            self._counts.leave(known)


def bounded(
    clock: IReactorTime,
    asked: Deferred[T],
    late: Callable[[T], None] = lambda _: None,
) -> Deferred[T]:
    """
    Wait for the engine's answer for :data:`WAIT_MS`.

    :param asked: is not cancelled: what the engine was asked to do is done.
    :param late: called with an answer that comes when the wait is over, or cancelled.
    :return: fails with :class:`EngineLost` when the time is over.
    """
    deadline = Deadline(clock, WAIT_MS)
    answer: Deferred[T] = Deferred(lambda _: deadline.stop())
    deadline.start(lambda: answer.errback(EngineLost()))

    def came(result: T) -> None:
        if answer.called:
            late(result)
        else:
            deadline.stop()
            answer.callback(result)

    def failed(failure: Failure) -> None:
        if not answer.called:
            deadline.stop()
            answer.errback(failure)

    asked.addCallbacks(came, failed)
    return answer
