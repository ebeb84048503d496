"""
The last hour of a daemon: samples of what is counted already, in a ring.

Theory of operation. Every :data:`PERIOD_S` all exchanges under way are looked at, in
shares of several turns of the reactor, and what they have transferred is added to what
those that are over have. A rate is the difference of two such sums, divided by the time
between them. Exchanges end while a sample is taken: so that none is counted twice, the
sums of what is over and the list of what is under way are taken in one turn. Nothing is
done when an event passes.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import add, sub
from typing import NamedTuple

from twisted.application.service import Service
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger

from relay.model.transferred import Transferred
from relay.observability.history.columns import Columns, Shown, quantile
from relay.observability.history.exchanges import (
    NOTHING,
    EndedExchanges,
    Happened,
)
from relay.observability.live import LiveExchange
from relay.reactor.turns import Work, in_turns, turns_of
from relay.tally import Histogram

PERIOD_S = 10.0
"""The time between two samples, in seconds."""
KEPT = 360
"""How many samples are kept: those of an hour."""
SAMPLING = Work(0.002, 0.010)
"""Looking at all exchanges for a sample."""
SLICE = 64
"""How many exchanges are looked at before the time of the turn is."""
OTHER = "other"
"""The id under which APIs share one set of series that have none of their own."""
NODE_SERIES = (
    "streams",
    "opened",
    "ended",
    "refusals",
    "events",
    "received",
    "sentBytes",
    "receivedBytes",
    "lagP50Ms",
    "lagP99Ms",
    "reconnects",
    "loopLagMs",
    "memoryBytes",
    "cpuPercent",
)
"""The series of the daemon."""
API_SERIES = ("streams", "events", "received", "sentBytes")
"""The series of each API."""


class Vitals(NamedTuple):
    """The state of the process."""

    loop_lag_s: float
    """The longest delay of the loop since the sample before."""
    memory_bytes: int


class ApiTotals(NamedTuple):
    """What has been counted of an API since the start, apart from its exchanges."""

    api_id: str
    received: int
    """Events of sources and publishers."""
    reconnects: int
    lags: Histogram
    """Seconds from the arrival of events to their delivery."""


class _Totals(NamedTuple):
    """What is compared of two samples."""

    at_s: float
    cpu_s: float
    happened: Happened
    by_api: Mapping[str, Transferred]
    received: Mapping[str, int]
    reconnects: int
    lags: Histogram | None


class _OfApi:
    """The ring of one API."""

    __slots__ = ("columns", "quiet")

    def __init__(self) -> None:
        self.columns = Columns(API_SERIES, KEPT)
        self.quiet = 0
        """For how many samples nothing has happened."""


class History(Service):
    """
    Samples a daemon, and keeps the samples of the last hour.

    :param live: returns the exchanges under way.
    :param ended: adds up those that are over.
    :param counted: returns what else is counted, API by API.
    :param vitals: returns the state of the process.
    :param served: returns the ids of the APIs that are served.
    :param most: returns how many APIs may have series of their own.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        live: Callable[[], Collection[LiveExchange]],
        ended: EndedExchanges,
        counted: Callable[[], Iterator[ApiTotals]],
        vitals: Callable[[], Vitals],
        served: Callable[[], Collection[str]],
        most: Callable[[], int],
        wall_ms: Callable[[], int],
    ) -> None:
        self._clock = clock
        self._live = live
        self._ended = ended
        self._counted = counted
        self._vitals = vitals
        self._served = served
        self._most = most
        self._wall_ms = wall_ms
        self._taken = 0
        self._at_ms = [0] * KEPT
        self._node = Columns(NODE_SERIES, KEPT)
        self._apis: dict[str, _OfApi] = {}
        self._before = _Totals(0.0, 0.0, Happened(), {}, {}, 0, None)
        self._timer: IDelayedCall | None = None
        self._followers: list[Callable[[], object]] = []

    def startService(self) -> None:
        """Begin to take samples."""
        super().startService()
        now_s = self._clock.seconds()
        self._before = self._before._replace(at_s=now_s, cpu_s=time.process_time())
        self._timer = self._clock.callLater(PERIOD_S, self._sample)

    def stopService(self) -> None:
        """Take no more samples."""
        super().stopService()
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    # What is asked for.

    def timestamps(self, since_ms: int = 0) -> list[int]:
        """
        Return when the samples were taken, the oldest first.

        :param since_ms: earlier ones, and one of that time, are left out.
        """
        return [self._at_ms[slot] for slot in self._slots(since_ms)]

    def of_node(
        self, names: Sequence[str], since_ms: int = 0
    ) -> dict[str, list[Shown]]:
        """
        Return series of the daemon.

        :param names: of :data:`NODE_SERIES`.
        :param since_ms: as above.
        """
        slots = self._slots(since_ms)
        return {name: self._node.read(name, slots) for name in names}

    def of_api(
        self, api_id: str, names: Sequence[str], since_ms: int = 0
    ) -> dict[str, list[Shown]] | None:
        """
        Return series of an API.

        :param api_id: or :data:`OTHER`.
        :param names: of :data:`API_SERIES`.
        :param since_ms: as above.
        :return: zeros for an API of which nothing has happened; None if it may share
            the series of :data:`OTHER`.
        """
        slots = self._slots(since_ms)
        found = self._apis.get(api_id)
        if found is not None:
            return {name: found.columns.read(name, slots) for name in names}
        if OTHER in self._apis and api_id != OTHER:
            return None
        return {name: [0] * len(slots) for name in names}

    def follow(self, callback: Callable[[], object]) -> None:
        """Call back after each sample from now on."""
        self._followers.append(callback)

    def unfollow(self, callback: Callable[[], object]) -> None:
        """Call back no more; may be called again."""
        if callback in self._followers:
            self._followers.remove(callback)

    def _slots(self, since_ms: int) -> list[int]:
        first = max(0, self._taken - KEPT)
        slots = [number % KEPT for number in range(first, self._taken)]
        return [slot for slot in slots if self._at_ms[slot] > since_ms]

    # Sampling.

    def _sample(self) -> None:
        self._timer = self._clock.callLater(PERIOD_S, self._sample)
        done = in_turns(turns_of(self._clock, SAMPLING), self._steps())
        done.addErrback(lambda failure: self.log.failure("a sample", failure))

    def _steps(self) -> Iterator[None]:
        live, by_api = list(self._live()), dict(self._ended.by_api)
        now = self._clock.seconds(), time.process_time(), self._ended.happened
        at_ms = self._wall_ms()
        streams: Counter[str] = Counter()
        for number, exchange in enumerate(live):
            if number % SLICE == SLICE - 1:
                yield
            api_id = exchange.record.api_id
            if api_id is None:
                # What it has transferred belongs to its API, once that is known.
                continue
            streams[api_id] += exchange.streams
            received_bytes, sent_bytes, events = exchange.transferred
            over = by_api.get(api_id, NOTHING)
            by_api[api_id] = Transferred(
                over.received_bytes + received_bytes,
                over.sent_bytes + sent_bytes,
                over.events + events,
            )
        yield
        received: dict[str, int] = {}
        reconnects, lags = 0, None
        for one in self._counted():
            received[one.api_id] = one.received
            reconnects += one.reconnects
            lags = lags or Histogram(one.lags.bounds)
            lags.merge(one.lags)
            yield
        before = self._before
        self._before = _Totals(*now, by_api, received, reconnects, lags)
        slot = self._taken % KEPT
        passed_s = max(self._before.at_s - before.at_s, 0.001)
        yield from self._put_apis(slot, before, streams, passed_s)
        self._put_node(slot, before, streams.total(), passed_s)
        self._at_ms[slot] = at_ms
        self._taken += 1
        for callback in list(self._followers):
            callback()

    def _put_node(
        self, slot: int, before: _Totals, streams: int, passed_s: float
    ) -> None:
        now, vitals = self._before, self._vitals()
        moved = _sum(_moved(now, before, one) for one in now.by_api)
        received = sum(
            _since(now.received, before.received, one) for one in now.received
        )
        happened = map(sub, now.happened, before.happened)
        lags = _lags_since(now.lags, before.lags)
        self._node.put(
            slot,
            (
                streams,
                *happened,
                moved.events / passed_s,
                received / passed_s,
                moved.sent_bytes / passed_s,
                moved.received_bytes / passed_s,
                quantile(lags, 0.5) * 1000,
                quantile(lags, 0.99) * 1000,
                max(now.reconnects - before.reconnects, 0),
                vitals.loop_lag_s * 1000,
                vitals.memory_bytes,
                (now.cpu_s - before.cpu_s) / passed_s * 100,
            ),
        )

    def _put_apis(
        self, slot: int, before: _Totals, streams: Counter[str], passed_s: float
    ) -> Iterator[None]:
        now = self._before
        values: dict[str, list[float]] = {}
        for number, api_id in enumerate({*now.by_api, *now.received} - {""}):
            if number % SLICE == SLICE - 1:
                yield
            moved = _moved(now, before, api_id)
            received = _since(now.received, before.received, api_id)
            sampled = [
                streams[api_id],
                moved.events / passed_s,
                received / passed_s,
                moved.sent_bytes / passed_s,
            ]
            if any(sampled) or api_id in self._apis:
                name = self._name(api_id)
                sums = values.get(name, (0.0,) * len(sampled))
                values[name] = list(map(add, sums, sampled))
        yield
        for name, one in list(self._apis.items()):
            sampled = values.get(name, [0.0] * len(API_SERIES))
            one.columns.put(slot, sampled)
            one.quiet = 0 if any(sampled) else one.quiet + 1
            if one.quiet >= KEPT:
                del self._apis[name]
        served = {*self._served(), *self._apis, *streams}
        for api_id in now.by_api.keys() - served - {""}:
            self._ended.forget(api_id)

    def _name(self, api_id: str) -> str:
        """Return under which id the samples of an API are kept."""
        name = api_id
        if name not in self._apis and len(self._apis.keys() - {OTHER}) >= self._most():
            name = OTHER
        self._apis.setdefault(name, _OfApi())
        return name


def _since(now: Mapping[str, int], before: Mapping[str, int], key: str) -> int:
    """Return what was counted between two samples."""
    counted, earlier = now.get(key, 0), before.get(key, 0)
    # The counts of an API that was gone for a while begin again.
    return counted - earlier if counted >= earlier else counted


def _moved(now: _Totals, before: _Totals, api_id: str) -> Transferred:
    """Return what was transferred between two samples."""
    sums, earlier = (one.by_api.get(api_id, NOTHING) for one in (now, before))
    return Transferred(*[max(moved, 0) for moved in map(sub, sums, earlier)])


def _sum(moved: Iterator[Transferred]) -> Transferred:
    received_bytes = sent_bytes = events = 0
    for one in moved:
        received_bytes += one.received_bytes
        sent_bytes += one.sent_bytes
        events += one.events
    return Transferred(received_bytes, sent_bytes, events)


def _lags_since(now: Histogram | None, before: Histogram | None) -> Histogram:
    """Return the lags that were observed between two samples."""
    if now is None:
        return Histogram(())
    found = Histogram(now.bounds)
    found.merge(now)
    if before is not None:
        moved = map(sub, found.counts, before.counts)
        found.counts = [max(count, 0) for count in moved]
    return found
