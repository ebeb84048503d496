"""
The flight recorder: what happened to each exchange of an API, kept in the store.

A record is written soon after the beginning of an exchange, at intervals while it
lasts, and at its end. Records are collected and written in batches, one batch at a
time. While the store is slow or fails, a limited number of them waits; any more are
dropped and counted.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from itertools import chain
from typing import Protocol

from twisted.application.service import Service
from twisted.internet.defer import Deferred, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.model.flights import FlightRecord
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.flight_form import Flight, flight_record
from relay.observability.live import LiveExchange

BEAT_S = 1.0
"""The interval of batches, in seconds."""
UPDATE_S = 60.0
"""How old the record of an exchange that lasts may be, in seconds."""
BATCH = 500
"""How many ended exchanges are in a batch at most."""
LIVE_BATCH = 250
"""How many exchanges under way are in a batch at most."""
MOST_WAITING = 5000
"""How many ended exchanges may wait to be recorded."""
SINGLE_CALLS = 100
"""How many calls of one API are recorded singly within a beat. Event streams are always
recorded singly."""


class FlightStore(Protocol):
    """Where records are kept."""

    def begin(self) -> Deferred[None]:
        """End the records that an earlier run of the process has not ended."""

    def save(self, make: Callable[[], list[FlightRecord]]) -> Deferred[None]:
        """
        Store records.

        :param make: makes them, in another thread.
        """


class Ended:
    """An exchange that is over, and waits to be recorded."""

    __slots__ = ("record", "weight")

    def __init__(self, record: AccessRecord) -> None:
        self.record = record
        self.weight = 1

    def flight(self) -> Flight:
        """Return it as it is recorded."""
        record = self.record
        transferred = Transferred(record.bytes_in, record.bytes_out, record.events)
        moments = record.timeline.moments
        return Flight(record, moments, transferred, True, self.weight)


class FlightRecorder(Service):
    """
    Records exchanges; an observer of them.

    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param gateway: the name of the process among those that share the store.
    :param with_query: whether queries are recorded.
    """

    log = Logger()

    def __init__(
        self,
        reactor: IReactorTime,
        wall_ms: Callable[[], int],
        store: FlightStore,
        gateway: str,
        with_query: bool,
    ) -> None:
        self._reactor = reactor
        self._wall_ms = wall_ms
        self._store = store
        self._gateway = gateway
        self.with_query = with_query
        self._new: dict[LiveExchange, None] = {}
        """Exchanges under way that are not recorded."""
        self._recorded: dict[LiveExchange, float] = {}
        """Exchanges under way with the time of their record, the oldest first."""
        self._ended: deque[Ended] = deque()
        self._singly: Counter[str] = Counter()
        """Calls that were recorded singly in this beat, by API."""
        self._joined: dict[tuple[str | None, int, str | None], Ended] = {}
        """Calls that further ones of their kind are added to."""
        self._flushes: list[tuple[int, Deferred[None]]] = []
        self._timer: IDelayedCall | None = None
        self._writing = False
        self._failing = False
        self.dropped = 0
        """How many exchanges were not recorded, since the store was slow or failed."""

    @property
    def waiting(self) -> int:
        """How many ended exchanges wait to be recorded."""
        return len(self._ended)

    def startService(self) -> None:
        """Begin to write."""
        super().startService()
        self._store.begin().addErrback(self._not_begun)
        self._timer = self._reactor.callLater(BEAT_S, self._beat)

    def stopService(self) -> Deferred[None]:
        """
        Write what waits, and nothing more.

        :return: fires once it is written, or could not be; never fails.
        """
        super().stopService()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return self.flush()

    def began(self, exchange: LiveExchange) -> None:
        """Record it with the next batch, if it is an API's and still under way."""
        self._new[exchange] = None

    def answered(self, exchange: LiveExchange) -> None:
        """Do nothing: the head is in the timeline."""

    def ended(self, exchange: LiveExchange) -> None:
        """Record how it ended; calls that no API has taken are not recorded."""
        recorded = self._recorded.pop(exchange, None) is not None
        self._new.pop(exchange, None)
        record = exchange.record
        if record.api_id is None:
            return
        if not (recorded or exchange.streams) and self._joins(record):
            return
        self._add(record)

    def _joins(self, record: AccessRecord) -> bool:
        """Add a call to another one of its kind, if its API has very many of them."""
        api_id = record.api_id or ""
        self._singly[api_id] += 1
        if self._singly[api_id] <= SINGLE_CALLS:
            return False
        kind = (api_id, record.status, record.error_key)
        other = self._joined.get(kind)
        if other is None:
            if (added := self._add(record)) is not None:
                self._joined[kind] = added
        else:
            other.weight += 1
        return True

    def _add(self, record: AccessRecord) -> Ended | None:
        if len(self._ended) >= MOST_WAITING:
            self.dropped += 1
            return None
        ended = Ended(record)
        self._ended.append(ended)
        return ended

    def flush(self, request_id: str = "") -> Deferred[None]:
        """
        Write what waits now.

        :param request_id: an exchange whose record is written although it is under way.
        :return: fires once it is written, or could not be; never fails.
        """
        under_way = chain(self._new, self._recorded)
        for exchange in under_way if request_id else ():
            if exchange.record.request_id == request_id:
                self._recorded.pop(exchange, None)
                self._new = {exchange: None} | self._new
                break
        if not (self._writing or self._ended or self._new):
            return succeed(None)
        flushed: Deferred[None] = Deferred()
        batches = 2 + max(len(self._ended) // BATCH, len(self._new) // LIVE_BATCH)
        self._flushes.append((batches, flushed))
        if not self._writing:
            self._write()
        return flushed

    def _beat(self) -> None:
        self._timer = self._reactor.callLater(BEAT_S, self._beat)
        self._singly.clear()
        if not self._writing:
            self._write()

    def _write(self) -> None:
        """Write a batch."""
        self._joined.clear()
        ended = [self._ended.popleft() for _ in range(min(BATCH, len(self._ended)))]
        flights = [*map(self._flight, self._due()), *map(Ended.flight, ended)]
        if not flights:
            self._flushed(all_of_them=True)
            return
        self._writing = True
        gateway, now_ms, with_query = self._gateway, self._wall_ms(), self.with_query

        def make() -> list[FlightRecord]:
            return [flight_record(one, gateway, now_ms, with_query) for one in flights]

        saved = self._store.save(make)
        saved.addCallbacks(
            lambda _: self._written(),
            lambda failure: self._failed(ended, failure.value),
        )
        saved.addErrback(lambda failure: self.log.failure("flight records", failure))

    def _due(self) -> list[LiveExchange]:
        """Take the exchanges under way whose record is missing, or old."""
        now_s = self._reactor.seconds()
        due: list[LiveExchange] = []
        for exchange in list(self._new):
            if len(due) >= LIVE_BATCH:
                break
            if exchange.record.api_id is not None:
                due.append(exchange)
                del self._new[exchange]
        for exchange, recorded_s in self._recorded.items():
            if len(due) >= LIVE_BATCH or now_s - recorded_s < UPDATE_S:
                break
            due.append(exchange)
        for exchange in due:
            self._recorded.pop(exchange, None)
            self._recorded[exchange] = now_s
        return due

    def _flight(self, exchange: LiveExchange) -> Flight:
        record = exchange.record
        moments = record.timeline.moments
        return Flight(record, moments, exchange.transferred, False, 1)

    def _written(self) -> None:
        self._writing = False
        if self._failing:
            self._failing = False
            self.log.info(
                "flight records are written again; {dropped} were dropped so far",
                dropped=self.dropped,
            )
        self._flushed()
        if self._ended or self._flushes or self._is_behind():
            self._write()

    def _is_behind(self) -> bool:
        return any(one.record.api_id is not None for one in self._new)

    def _failed(self, ended: list[Ended], error: BaseException | None) -> None:
        """Keep the batch for the next beat, as far as there is room."""
        self._writing = False
        room = max(MOST_WAITING - len(self._ended), 0)
        self.dropped += max(len(ended) - room, 0)
        self._ended.extendleft(reversed(ended[:room]))
        if not self._failing:
            self._failing = True
            self.log.error("flight records cannot be written: {error}", error=error)
        self._flushed(all_of_them=True)

    def _not_begun(self, failure: Failure) -> None:
        self._failed([], failure.value)

    def _flushed(self, all_of_them: bool = False) -> None:
        flushes, self._flushes = self._flushes, []
        for batches, flushed in flushes:
            if all_of_them or batches <= 1:
                flushed.callback(None)
            else:
                self._flushes.append((batches - 1, flushed))
