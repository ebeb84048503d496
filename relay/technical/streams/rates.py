"""
The rate of each live stream over the last seconds.

Streams count their events and bytes, and nothing else. While somebody asks for rates,
the counts are read every few seconds; a rate is the difference between the present
count and the reading before the last one. Otherwise nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from relay.observability.live import LiveExchange, LiveExchanges
from relay.reactor.turns import in_turns, turns_of
from relay.technical.streams.turns import LISTING, SLICE

PERIOD_S = 5.0
"""The time between two readings, in seconds."""
KEPT_S = 60.0
"""How long the readings go on after the last question, in seconds."""
SHORTEST_S = 1.0
"""The shortest time over which a rate is computed while the stream is older."""


class Rate(NamedTuple):
    """
    What a client was sent in a second, on average.

    :param events: events a second.
    :param bytes: bytes a second.
    :param window_ms: over which time, in milliseconds; 0 before the response head.
    """

    events: float
    bytes: float
    window_ms: int


NO_RATE = Rate(0.0, 0.0, 0)


class _Reading(NamedTuple):
    at_s: float
    events: int
    bytes: int


class Rates:
    """
    The rates of all live streams.

    :param clock: of the readings.
    :param live: the exchanges under way.
    """

    _log = Logger()

    def __init__(self, clock: IReactorTime, live: LiveExchanges) -> None:
        self._clock = clock
        self._live = live
        self._latest: dict[str, _Reading] = {}
        self._before: dict[str, _Reading] = {}
        self._asked_s = 0.0
        self._timer: IDelayedCall | None = None

    def ask(self) -> None:
        """Note that rates are of interest, and begin to read the counts."""
        self._asked_s = self._clock.seconds()
        if self._timer is None:
            self._read()

    def stop(self) -> None:
        """Read no more, and forget the readings."""
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
        self._latest, self._before = {}, {}

    def of(self, exchange: LiveExchange, now_s: float) -> Rate:
        """
        Compute the rate of a stream.

        Without an earlier reading it is the average since the response head.

        :param now_s: the time of the monotonic clock, in seconds.
        """
        record = exchange.record
        if record.ttfb_ms is None:
            return NO_RATE
        _, size_bytes, events = exchange.transferred
        then = self._before.get(record.request_id)
        if then is None:
            then = self._latest.get(record.request_id)
        if then is None or now_s - then.at_s < SHORTEST_S:
            passed_s = now_s - record.begun_s - record.ttfb_ms / 1000
        else:
            passed_s = now_s - then.at_s
            events -= then.events
            size_bytes -= then.bytes
        if passed_s <= 0:
            return NO_RATE
        return Rate(
            round(events / passed_s, 3),
            round(size_bytes / passed_s, 3),
            round(passed_s * 1000),
        )

    def _read(self) -> None:
        if self._clock.seconds() - self._asked_s > KEPT_S:
            self._timer = None
            self._latest, self._before = {}, {}
            return
        self._timer = self._clock.callLater(PERIOD_S, self._read)
        readings: dict[str, _Reading] = {}
        self._before, self._latest = self._latest, readings
        done = in_turns(turns_of(self._clock, LISTING), self._steps(readings))
        done.addErrback(lambda failure: self._log.failure("rates", failure))

    def _steps(self, readings: dict[str, _Reading]) -> Iterator[None]:
        for number, exchange in enumerate(self._live.all()):
            record = exchange.record
            if record.outcome is None and record.ttfb_ms is not None:
                now_s, moved = self._clock.seconds(), exchange.transferred
                reading = _Reading(now_s, moved.events, moved.sent_bytes)
                readings[record.request_id] = reading
            if number % SLICE == SLICE - 1:
                yield
