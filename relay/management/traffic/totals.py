"""The older figures of the calls of an API, each under a path of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relay.management.http.query import Query, bad
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.management.shapes.traffic import (
    CallAverages,
    CallTotals,
    ResponseTimes,
    StatusesOverTime,
    StatusRanges,
)
from relay.management.traffic.filters import TIMES
from relay.management.traffic.logs import Flush
from relay.management.traffic.over_time import intervals
from relay.model.flights import FlightFilter
from relay.reactor.clock import wall_ms
from relay.store.store import Store
from relay.store.tables.flights.analytics import MOST_GROUPS, Order
from relay.store.transaction import Transaction

DAY_MS = 86_400_000
RANGES = tuple((first, first + 100) for first in range(100, 600, 100))
ENTRYPOINT = "entrypoint"


class ApiTotals:
    """The resource family of the older figures.

    :param flush: writes the records of this process that wait.
    """

    def __init__(self, store: Store, flush: Flush) -> None:
        self._store = store
        self._flush = flush

    @route(
        "GET",
        "/apis/<api_id>/analytics/requests-count",
        query=TIMES,
        answers={200: CallTotals},
    )
    async def requests_count(self, call: RestCall, api_id: str) -> Reply:
        """Return the number of calls, and by entrypoint."""
        wanted = _wanted(call.query, api_id)

        def make(tx: Transaction) -> dict[str, Any]:
            groups = tx.analytics.groups(wanted, ENTRYPOINT, Order(), MOST_GROUPS)
            counts = {key: round(calls) for key, calls in groups}
            return {"total": tx.analytics.count(wanted), "countsByEntrypoint": counts}

        return await self._made(api_id, make)

    @route(
        "GET",
        "/apis/<api_id>/analytics/average-messages-per-request",
        query=TIMES,
        answers={200: CallAverages},
    )
    async def average_messages(self, call: RestCall, api_id: str) -> Reply:
        """Return the average number of events that a client was sent."""
        return await self._averages(call, api_id, "events")

    @route(
        "GET",
        "/apis/<api_id>/analytics/average-connection-duration",
        query=TIMES,
        answers={200: CallAverages},
    )
    async def average_duration(self, call: RestCall, api_id: str) -> Reply:
        """Return the average duration of calls that have ended."""
        return await self._averages(call, api_id, "duration_ms")

    @route(
        "GET",
        "/apis/<api_id>/analytics/response-status-ranges",
        query=TIMES,
        answers={200: StatusRanges},
    )
    async def status_ranges(self, call: RestCall, api_id: str) -> Reply:
        """Return the number of calls by hundreds of statuses, and by entrypoint."""
        wanted = _wanted(call.query, api_id)

        def make(tx: Transaction) -> dict[str, Any]:
            groups = tx.analytics.groups(wanted, ENTRYPOINT, Order(), MOST_GROUPS)
            return {
                "ranges": _ranges(tx, wanted),
                "rangesByEntrypoint": {
                    key: _ranges(tx, _of_entrypoint(wanted, key)) for key, _ in groups
                },
            }

        return await self._made(api_id, make)

    @route(
        "GET",
        "/apis/<api_id>/analytics/response-time-over-time",
        query=TIMES,
        answers={200: ResponseTimes},
    )
    async def response_time(self, call: RestCall, api_id: str) -> Reply:
        """Return the average times until the response head, by interval."""
        wanted, interval_ms, count = _over_time(call.query, api_id)

        def make(tx: Transaction) -> dict[str, Any]:
            found = tx.analytics.series(wanted, interval_ms, "avg", "ttfb_ms")
            data = [round(found.get(number) or 0) for number in range(count)]
            return {"timeRange": _time_range(wanted, interval_ms), "data": data}

        return await self._made(api_id, make)

    @route(
        "GET",
        "/apis/<api_id>/analytics/response-status-overtime",
        query=TIMES,
        answers={200: StatusesOverTime},
    )
    async def statuses(self, call: RestCall, api_id: str) -> Reply:
        """Return the number of calls by status, by interval."""
        wanted, interval_ms, count = _over_time(call.query, api_id)

        def make(tx: Transaction) -> dict[str, Any]:
            found = tx.analytics.counts(wanted, interval_ms, "status")
            return {
                "timeRange": _time_range(wanted, interval_ms),
                "data": {
                    str(status): [calls.get(number, 0) for number in range(count)]
                    for status, calls in found.items()
                },
            }

        return await self._made(api_id, make)

    async def _averages(self, call: RestCall, api_id: str, column: str) -> Reply:
        wanted = _wanted(call.query, api_id)

        def make(tx: Transaction) -> dict[str, Any]:
            overall, by = tx.analytics.averages(wanted, column, ENTRYPOINT)
            return {"average": overall or 0, "averagesByEntrypoint": by}

        return await self._made(api_id, make)

    async def _made(
        self, api_id: str, make: Callable[[Transaction], dict[str, Any]]
    ) -> Reply:
        await self._flush("")

        def work(tx: Transaction) -> dict[str, Any]:
            find_api(tx, api_id)
            return make(tx)

        return Reply(200, await self._store.read(work))


def _wanted(query: Query, api_id: str) -> FlightFilter:
    return _ordered(FlightFilter(api_id, query.instant("from"), query.instant("to")))


def _over_time(query: Query, api_id: str) -> tuple[FlightFilter, int, int]:
    """Read the times; by default the last day, in a hundred intervals."""
    end = query.instant("to")
    end = wall_ms() if end is None else end
    begin = query.instant("from")
    begin = end - DAY_MS if begin is None else begin
    wanted = _ordered(FlightFilter(api_id, begin, end))
    interval_ms = max(1, (end - begin) // 100)
    return wanted, interval_ms, intervals(wanted, interval_ms)


def _ordered(wanted: FlightFilter) -> FlightFilter:
    begin, end = wanted.from_ms, wanted.to_ms
    if begin is not None and end is not None and end < begin:
        raise bad("to", "is before from", end)
    return wanted


def _of_entrypoint(wanted: FlightFilter, entrypoint: str) -> FlightFilter:
    return wanted._replace(values={**wanted.values, ENTRYPOINT: [entrypoint]})


def _ranges(tx: Transaction, wanted: FlightFilter) -> dict[str, int]:
    """Count calls by hundreds; ``unknown`` are those that have no status so far."""
    counts = tx.analytics.ranges(wanted, "status", RANGES)
    unknown = tx.analytics.count(wanted) - sum(counts)
    named = {
        f"{float(first)}-{float(after)}": count
        for (first, after), count in zip(RANGES, counts, strict=True)
    }
    return {**named, "unknown": unknown}


def _time_range(wanted: FlightFilter, interval_ms: int) -> dict[str, int | None]:
    return {"from": wanted.from_ms, "to": wanted.to_ms, "interval": interval_ms}
