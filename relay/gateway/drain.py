"""
The end of many exchanges, spread over a time.

A client of an event stream reconnects when its stream ends. If a daemon ended thousands
of streams at once, the other daemons would be asked for thousands of streams at once. A
:class:`Drain` ends them evenly over a time instead. Calls that are no event streams end
by themselves; what is left at the hard stop is cut.

Theory of operation. One timer divides the time into slices. In each slice as many
streams are ended as the time that is left calls for. If the daemon was busy for a
while, the missed ones are not ended in one slice: all later slices take a few more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from relay.model.outcome import ENDED_BY_OPERATOR, Outcome
from relay.observability.live import LiveExchange
from relay.reactor.turns import STREAMS, turns_of

SLICE_S = 0.05
"""The time from one slice to the next."""
LOOK_S = 0.25
"""The time from one look for streams that have begun or ended meanwhile to the next."""


class Progress(NamedTuple):
    """
    What is left of a drain.

    :param streams: event streams that are to be ended.
    :param calls: other exchanges, which end by themselves.
    :param rate_per_s: how many streams are ended in a second.
    :param spread_left_s: the time until the last stream is ended, in seconds.
    :param hard_stop_left_s: the time until everything that is left is cut.
    """

    streams: int
    calls: int
    rate_per_s: float
    spread_left_s: float
    hard_stop_left_s: float


class Drain:
    """
    Ends exchanges.

    :param clock: the clock of the slices.
    :param remaining: returns the exchanges that have not ended.
    :param outcome: the outcome of those that are ended.
    :param spread_s: the time over which event streams are ended; 0 ends them at once.
    :param hard_stop_s: the time after which every exchange is cut, at least
        ``spread_s``.
    :param done: called once, when no exchange is left or all were cut. It is not called
        after :meth:`cancel`.
    :param key: the error key of those that are ended; None for none.
    """

    def __init__(
        self,
        clock: IReactorTime,
        remaining: Callable[[], list[LiveExchange]],
        outcome: Outcome,
        spread_s: float,
        hard_stop_s: float,
        done: Callable[[], None],
        key: str | None = None,
    ) -> None:
        self._clock = clock
        self._remaining = remaining
        self._outcome = outcome
        self._key = key
        self._spread_s = spread_s
        self._hard_stop_s = hard_stop_s
        self._begun_s: float | None = None
        self._done: Callable[[], None] | None = done
        self._streams: list[LiveExchange] = []
        """Those to end, as of the last look."""
        self._ended: set[LiveExchange] = set()
        """Those whose end waits for its share of a turn, or is over."""
        self._is_cut = False
        self._look_at_s = self._sliced_at_s = 0.0
        self._owed = 0.0
        """How many streams are to be ended by now; a fraction is kept."""
        self._timer: IDelayedCall | None = None

    def start(self) -> None:
        """Begin. The drain may be done when this returns."""
        self._begun_s = self._sliced_at_s = self._clock.seconds()
        self._slice()

    def cancel(self) -> None:
        """End no more exchanges."""
        self._done = None
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    def progress(self) -> Progress:
        """Count what is left."""
        remaining = self._remaining()
        streams = sum(one.ends_at_once for one in remaining)
        spread_left_s = self._left_s(self._spread_s) if streams else 0.0
        rate_per_s = streams / spread_left_s if spread_left_s else 0.0
        return Progress(
            streams,
            len(remaining) - streams,
            rate_per_s,
            spread_left_s,
            self._left_s(self._hard_stop_s),
        )

    def _left_s(self, whole_s: float) -> float:
        if self._begun_s is None:
            return whole_s
        return max(0.0, self._begun_s + whole_s - self._clock.seconds())

    def _slice(self) -> None:
        self._timer = None
        now_s = self._clock.seconds()
        until_stop_s = self._left_s(self._hard_stop_s)
        if not until_stop_s:
            self._cut()
        elif now_s >= self._look_at_s or not self._streams:
            self._look_at_s = now_s + LOOK_S
            self._streams = [
                one
                for one in self._remaining()
                if one.ends_at_once and one not in self._ended
            ]
        self._end_due(now_s)
        if self._done is None:
            return
        if not (self._streams or self._remaining()):
            done, self._done = self._done, None
            done()
            return
        self._sliced_at_s = now_s
        wait_s = min(SLICE_S, until_stop_s or SLICE_S)
        self._timer = self._clock.callLater(wait_s, self._slice)

    def _cut(self) -> None:
        """End all that is left, once."""
        self._streams = []
        if not self._is_cut:
            self._is_cut = True
            self._each([partial(self._end, one) for one in self._remaining()])

    def _end_due(self, now_s: float) -> None:
        """End as many streams as the schedule wants by now."""
        streams, left_s = self._streams, self._left_s(self._spread_s)
        due = len(streams)
        if left_s:
            # After a long turn, the missed slices are not caught up with in this one.
            passed_s = min(now_s - self._sliced_at_s, 2 * SLICE_S)
            self._owed += due * passed_s / (left_s + passed_s)
            due = int(self._owed)
            self._owed -= due
        incomplete: list[LiveExchange] = []
        ending: list[LiveExchange] = []
        while streams and len(ending) < due:
            one = streams.pop()
            if not one.events.at_boundary:
                incomplete.append(one)
            elif one.record.outcome is None:
                ending.append(one)
        # The next slice finds them between two events, or the one after it.
        streams += incomplete
        self._ended.update(ending)
        self._each([partial(self._leave, one) for one in ending])

    def _leave(self, one: LiveExchange) -> None:
        one.leaves_evenly = self._spread_s > 0
        self._end(one)

    def _end(self, one: LiveExchange) -> None:
        one.end(self._outcome, self._key)

    def _each(self, ends: Sequence[Callable[[], None]]) -> None:
        turns_of(self._clock, STREAMS).each(ends)


def end_evenly(
    clock: IReactorTime, exchanges: Sequence[LiveExchange], spread_s: float
) -> None:
    """
    End exchanges for an operator.

    :param spread_s: the time over which event streams are ended, in seconds; other
        calls may finish until then.
    """
    left = list(exchanges)

    def remaining() -> list[LiveExchange]:
        left[:] = [one for one in left if one.record.outcome is None]
        return left

    def done() -> None:
        """Nobody waits for the end."""

    drain = Drain(
        clock, remaining, Outcome.STOPPED, spread_s, spread_s, done, ENDED_BY_OPERATOR
    )
    drain.start()
