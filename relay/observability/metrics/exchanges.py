"""
Metrics of exchanges.

What is over is added up when it ends; what is under way, at a scrape. A scrape takes
several turns of the reactor, in which exchanges end. So that none is counted twice, the
sums of what is over and the list of what is under way are taken in one turn. An
exchange of the list counts with what it has transferred when its turn comes: never less
than at the scrape before, never more than when it ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any

from prometheus_client.samples import Exemplar

from relay.model.outcome import Outcome
from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchange
from relay.observability.metrics.catalog import streams as names
from relay.observability.metrics.samples import Samples
from relay.observability.timeline import Pauses
from relay.tally import Histogram, Key, Tally

STEP_EXCHANGES = 100
"""How many exchanges are added up in one step: some 0.3 ms of work."""
STEP_SERIES = 50
"""How many series are added in one step: some 0.5 ms of work."""
GATEWAY = "gateway"


class _Sums:
    """What some exchanges have transferred."""

    __slots__ = ("events", "open", "opened", "received_bytes", "sent_bytes")

    def __init__(self) -> None:
        self.open = self.opened = 0
        self.events = self.sent_bytes = self.received_bytes = 0

    def copy(self) -> _Sums:
        """Return a copy, which changes no more."""
        other = _Sums()
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        return other


class _Pauses:
    """How often, and how long, clients took nothing."""

    __slots__ = ("count", "now", "total_s")

    def __init__(self, count: int = 0, total_s: float = 0.0) -> None:
        self.count = count
        self.total_s = total_s
        self.now = 0

    def copy(self) -> _Pauses:
        """Return a copy, which changes no more."""
        return _Pauses(self.count, self.total_s)

    def add(self, pauses: Pauses) -> None:
        """Add the pauses of an exchange."""
        self.count += pauses.count
        self.total_s += pauses.total_s


class _Times:
    """The durations of the exchanges of one API."""

    __slots__ = ("heads", "newest", "pauses", "streams")

    def __init__(self) -> None:
        self.heads = Histogram(names.TIME_TO_HEAD.bounds)
        self.newest: list[Exemplar | None] = [None] * len(self.heads.counts)
        """Of each range of :attr:`heads` the newest exchange."""
        self.streams = Histogram(names.STREAM_DURATION.bounds)
        self.pauses = _Pauses()


class ExchangeMetrics:
    """
    Counts exchanges, as one of their observers, and adds them to scrapes.

    :param live: returns the exchanges under way.
    """

    def __init__(self, live: Callable[[], Collection[LiveExchange]]) -> None:
        self._live = live
        self._sums: dict[Key, _Sums] = {}
        self._times: dict[Key, _Times] = {}
        self._ended = Tally()
        self._exchanges = Tally()
        self._refused = Tally()
        self._newest_refused: dict[Key, Exemplar] = {}
        self._statuses = Tally()

    # The observer.

    def began(self, exchange: LiveExchange) -> None:
        """Count nothing: the API is not known."""

    def answered(self, exchange: LiveExchange) -> None:
        """Count the time to the head, and a stream that has begun."""
        record = exchange.record
        if record.ttfb_ms is None:
            return  # A refusal.
        times, time_s = self._times_of(record), record.ttfb_ms / 1000
        number = times.heads.observe(time_s)
        times.newest[number] = _exemplar(record, time_s, record.ttfb_ms)
        if exchange.streams:
            self._sums_of(record).opened += 1

    def ended(self, exchange: LiveExchange) -> None:
        """Count an exchange that is over."""
        record = exchange.record
        outcome, clock = str(record.outcome), record.clock or ""
        api, plan = record.api_id or "", record.plan_id or ""
        sums = self._sums_of(record)
        sums.events += record.events
        sums.sent_bytes += record.bytes_out
        sums.received_bytes += record.bytes_in
        self._exchanges.count(api, outcome, clock)
        self._statuses.count(GATEWAY, record.listener, f"{record.status // 100}xx")
        duration_ms = record.duration_ms or 0
        if exchange.streams:
            self._ended.count(api, plan, outcome, clock)
            self._times_of(record).streams.observe(duration_ms / 1000)
        elif record.ttfb_ms is None and record.outcome is not Outcome.CLIENT_GONE:
            key = (api, record.error_key or "")
            self._refused.count(*key)
            self._newest_refused[key] = _exemplar(record, 1, duration_ms)
        pauses = record.timeline.pauses
        if pauses is not None:
            self._times_of(record).pauses.add(pauses)

    def _sums_of(self, record: AccessRecord) -> _Sums:
        key = self._caller(record)
        found = self._sums.get(key)
        if found is None:
            found = self._sums[key] = _Sums()
        return found

    def _caller(self, record: AccessRecord) -> Key:
        return (record.api_id or "", record.plan_id or "", record.listener)

    def _times_of(self, record: AccessRecord) -> _Times:
        key = (record.api_id or "",)
        found = self._times.get(key)
        if found is None:
            found = self._times[key] = _Times()
        return found

    # The collector.

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples of all families of exchanges."""
        live = list(self._live())
        sums = {key: one.copy() for key, one in self._sums.items()}
        pauses = {key: one.pauses.copy() for key, one in self._times.items()}
        yield from into.put_in_steps(names.ENDED, self._ended)
        yield from into.put_in_steps(names.EXCHANGES_ENDED, self._exchanges)
        into.put_all(names.HTTP_REQUESTS, self._statuses)
        for number, (key, count) in enumerate(list(self._refused.items())):
            if number % STEP_SERIES == STEP_SERIES - 1:
                yield
            into.put(names.REFUSALS, count, key, self._newest_refused.get(key))
        yield
        for key, times in list(self._times.items()):
            into.put_histogram(names.TIME_TO_HEAD, times.heads, key, times.newest)
            into.put_histogram(names.STREAM_DURATION, times.streams, key)
            yield
        under_way: Counter[Key] = Counter()
        for number, exchange in enumerate(live):
            if number % STEP_EXCHANGES == STEP_EXCHANGES - 1:
                yield
            record = exchange.record
            under_way[(record.listener,)] += 1
            caller = self._caller(record)
            one = sums.get(caller)
            if one is None:
                one = sums[caller] = _Sums()
            one.open += exchange.streams
            if record.plan_id is None:
                # What it has transferred belongs to another series once it has a plan.
                continue
            received_bytes, sent_bytes, events = exchange.transferred
            one.received_bytes += received_bytes
            one.sent_bytes += sent_bytes
            one.events += events
            of_client = record.timeline.pauses
            if of_client is not None:
                found = pauses.setdefault((record.api_id or "",), _Pauses())
                found.add(of_client)
                found.now += of_client.lasts
        yield
        into.put_all(names.EXCHANGES_OPEN, under_way)
        for number, (key, one) in enumerate(sums.items()):
            if number % STEP_SERIES == STEP_SERIES - 1:
                yield
            into.put(names.OPEN, one.open, key)
            into.put(names.OPENED, one.opened, key)
            into.put(names.EVENTS_SENT, one.events, key)
            into.put(names.SENT_BYTES, one.sent_bytes, key)
            into.put(names.RECEIVED_BYTES, one.received_bytes, key)
        yield
        for number, (key, found) in enumerate(pauses.items()):
            if number % STEP_SERIES == STEP_SERIES - 1:
                yield
            into.put(names.CLIENT_PAUSES, found.count, key)
            into.put(names.CLIENT_PAUSED_SECONDS, found.total_s, key)
            into.put(names.CLIENTS_PAUSED, found.now, key)
        yield

    @property
    def apis(self) -> set[str]:
        """The ids of the APIs that have series."""
        return {key[0] for key in (*self._times, *self._exchanges)}

    def forget(self, api_id: str) -> None:
        """Drop the series of an API that is gone."""
        tables: tuple[dict[Key, Any], ...] = (
            self._sums,
            self._times,
            self._ended,
            self._exchanges,
            self._refused,
            self._newest_refused,
        )
        for table in tables:
            for key in [key for key in table if key[0] == api_id]:
                del table[key]


def _exemplar(record: AccessRecord, value: float, after_ms: int) -> Exemplar:
    """Name an exchange as an example of a value, at a time after its begin."""
    at_s = (record.begun_ms + after_ms) / 1000
    labels = {"request_id": record.request_id}
    if record.trace_id is not None:
        labels["trace_id"] = record.trace_id
    return Exemplar(labels, value, at_s)
