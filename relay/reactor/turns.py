"""
Shares of a turn of the reactor, for work that may take longer than one turn.

A deployment, a stop or a slow client may end thousands of streams together, at 0.1 to
0.3 ms each. The bytes of one read may take a tenth of a second to process: thousands of
tiny events, or gzip that decodes to a thousand times as many bytes. In one turn this
would delay every other client. So all work of one kind shares a part of each turn; the
rest goes on, in order, in the next.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple
from weakref import WeakKeyDictionary

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger


class Work(NamedTuple):
    """
    A kind of work.

    :param share_s: how long it may take in one turn, in seconds.
    :param span_s: the time from one share to the next while no work waits, in seconds.
    """

    share_s: float
    span_s: float


STREAMS = Work(0.005, 0.010)
"""Work on many streams, such as ending them."""
UPSTREAM_READS = Work(0.002, 0.005)
"""What is read from upstreams: decoding, and the events of channels."""


class TurnShare:
    """
    The part of each turn of one reactor that one kind of work has.

    :param work: the kind of work.
    """

    __slots__ = (
        "__weakref__",
        "_begun_s",
        "_clock",
        "_runs",
        "_scheduled",
        "_until_s",
        "_waiting",
        "_work",
    )
    log = Logger()

    def __init__(self, clock: IReactorTime, work: Work) -> None:
        self._clock = clock
        self._work = work
        self._begun_s = self._until_s = clock.seconds() - work.span_s
        self._waiting: deque[Callable[[], object]] = deque()
        self._scheduled = False
        self._runs = False

    def has_time(self) -> bool:
        """Whether a piece of work may be done now."""
        now_s = self._clock.seconds()
        if now_s < self._until_s:
            return True
        if self._runs or self._waiting or now_s - self._begun_s < self._work.span_s:
            # While work runs, its share is over even if a piece took the whole span.
            return False
        self._begin(now_s)
        return True

    def postpone(self, go_on: Callable[[], object]) -> None:
        """
        Call back in a later turn, after all that were postponed before.

        :param go_on: works while :meth:`has_time`. An exception is logged.
        """
        self._waiting.append(go_on)
        if not self._runs:
            self._schedule()

    def each(self, actions: Iterable[Callable[[], object]]) -> None:
        """
        Call actions in order, the first of them at once if there is time.

        :param actions: an exception of one is logged, and does not stop the others.
        """
        time = self.has_time()
        self._waiting.extend(actions)
        if time and not self._runs:
            self._run()
        elif self._waiting and not self._runs:
            self._schedule()

    def _begin(self, now_s: float) -> None:
        self._begun_s = now_s
        self._until_s = now_s + self._work.share_s

    def _run(self) -> None:
        self._runs = True
        while self._waiting and self._clock.seconds() < self._until_s:
            try:
                self._waiting.popleft()()
            except Exception:
                self.log.failure("while work was done that was divided over turns")
        self._runs = False
        if self._waiting:
            self._schedule()

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._clock.callLater(0, self._next_turn)

    def _next_turn(self) -> None:
        self._scheduled = False
        self._begin(self._clock.seconds())
        self._run()


_shared: WeakKeyDictionary[IReactorTime, dict[Work, TurnShare]] = WeakKeyDictionary()


def in_turns(turns: TurnShare, steps: Iterator[object]) -> Deferred[None]:
    """
    Take the steps of a long piece of work, as many in each turn as there is time for.

    :param steps: each takes much less than the share of a turn.
    :return: fires after the last step, and fails with the exception of a step.
    """
    done: Deferred[None] = Deferred()

    def go_on() -> None:
        try:
            while turns.has_time():
                next(steps)
        except StopIteration:
            done.callback(None)
        except Exception:
            done.errback()
        else:
            turns.postpone(go_on)

    turns.each([go_on])
    return done


def turns_of(clock: IReactorTime, work: Work) -> TurnShare:
    """
    Find or make the share of a kind of work.

    :param work: the kind of work.
    """
    shares = _shared.setdefault(clock, {})
    found = shares.get(work)
    if found is None:
        found = shares[work] = TurnShare(clock, work)
    return found
