"""Figures of the calls of an API, made of its flight records."""

from __future__ import annotations

import re
from typing import Any

from relay.management.http.parameters import Instant, Positive, Text, Word, Words
from relay.management.http.query import Query, bad
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.management.shapes.traffic import Analytics, CallMetrics
from relay.management.traffic.filters import any_field, number_field, terms
from relay.management.traffic.logs import Flush, find_record
from relay.management.traffic.over_time import over_time
from relay.management.traffic.representations import field_names, metrics_json
from relay.model.flights import FlightFilter
from relay.store.store import Store
from relay.store.tables.flights.analytics import MOST_GROUPS, Order
from relay.store.transaction import Transaction

PARAMETERS = {
    "COUNT": ("type", "from", "to", "terms"),
    "STATS": ("type", "from", "to", "terms", "field"),
    "GROUP_BY": ("type", "from", "to", "terms", "field", "ranges", "order", "size"),
    "HISTOGRAM": ("type", "from", "to", "terms", "interval", "aggregations"),
}
"""The query parameters that have an effect, by type."""
_ALL = (
    Word("type", "What is returned.", tuple(PARAMETERS), any_case=True, required=True),
    Instant("from", "The first instant.", required=True),
    Instant("to", "The last instant.", required=True),
    Words("terms", "Filters of the form `<field>:<value>`."),
    Text("field", "The field of STATS and GROUP_BY."),
    Text("ranges", "Groups by ranges of a number, such as `100:200;200:300`."),
    Text(
        "order",
        "The order of groups: `[-]count:_count`, `[-]count:_key`, `[-]avg:<field>`.",
    ),
    Positive("size", "The number of groups.", MOST_GROUPS, MOST_GROUPS),
    Instant("interval", "Milliseconds; required by HISTOGRAM."),
    Text("aggregations", "Those of HISTOGRAM, such as `FIELD:status;AVG:events`."),
)


class ApiAnalytics:
    """The resource family of the figures of an API.

    :param flush: writes the records of this process that wait.
    """

    def __init__(self, store: Store, flush: Flush) -> None:
        self._store = store
        self._flush = flush

    @route("GET", "/apis/<api_id>/analytics", query=_ALL, answers={200: Analytics})
    async def perform(self, call: RestCall, api_id: str) -> Reply:
        """Return a count, statistics, groups or a histogram."""
        query = call.query
        kind = query.one("type") or ""
        for name in sorted(query.given):
            if name not in PARAMETERS[kind]:
                raise bad(name, f"has no effect with type={kind}")
        begin, end = query.instant("from") or 0, query.instant("to") or 0
        if end < begin:
            raise bad("to", "is before from", end)
        wanted = FlightFilter(api_id, begin, end, terms(query))
        make = {
            "COUNT": _count,
            "STATS": _statistics,
            "GROUP_BY": _groups,
            "HISTOGRAM": over_time,
        }[kind](query, wanted)
        await self._flush("")

        def work(tx: Transaction) -> dict[str, Any]:
            find_api(tx, api_id)
            return {"analyticsType": kind, **make(tx)}

        return Reply(200, await self._store.read(work))

    @route("GET", "/apis/<api_id>/analytics/<request_id>", answers={200: CallMetrics})
    async def metrics(self, call: RestCall, api_id: str, request_id: str) -> Reply:
        """Return the figures of one call."""
        record, names = await find_record(self._store, self._flush, api_id, request_id)
        return Reply(200, metrics_json(record, names))


def _count(query: Query, wanted: FlightFilter) -> Any:
    return lambda tx: {"count": tx.analytics.count(wanted)}


def _statistics(query: Query, wanted: FlightFilter) -> Any:
    column = number_field("field", _needed(query, "field"))
    seconds = max((wanted.to_ms or 0) - (wanted.from_ms or 0), 1) / 1000.0

    def make(tx: Transaction) -> dict[str, Any]:
        found = tx.analytics.statistics(wanted, column)
        shape: dict[str, Any] = {"count": found.calls}
        if found.calls:
            shape |= {
                "min": found.least,
                "max": found.most,
                "avg": found.average,
                "sum": found.sum,
            }
        per_second = found.calls / seconds
        rates = {"rps": per_second, "rpm": per_second * 60, "rph": per_second * 3600}
        return shape | rates

    return make


def _groups(query: Query, wanted: FlightFilter) -> Any:
    field = _needed(query, "field")
    if query.text("ranges") is not None:
        for name in ("order", "size"):
            if name in query.given:
                raise bad(name, "has no effect with ranges")
        return _ranges(query, wanted, number_field("field", field))
    column = any_field("field", field)
    order = _order(query)
    size = query.positive("size")

    def make(tx: Transaction) -> dict[str, Any]:
        found = tx.analytics.groups(wanted, column, order, size)
        names = field_names(tx, wanted.api_id, column, [key for key, _ in found])
        return {
            "values": {str(key): round(number) for key, number in found},
            "metadata": {
                str(key): {"name": names[str(key)], "order": str(place)}
                for place, (key, _) in enumerate(found)
            },
        }

    return make


def _ranges(query: Query, wanted: FlightFilter, column: str) -> Any:
    ranges: list[tuple[int, int]] = []
    for part in re.split("[;,]", query.text("ranges") or ""):
        found = re.fullmatch(r"\s*([0-9]{1,9}):([0-9]{1,9})\s*", part)
        if found is None:
            raise bad("ranges", "takes ranges such as 100:200;200:300", part)
        ranges.append((int(found[1]), int(found[2])))

    def make(tx: Transaction) -> dict[str, Any]:
        counts = tx.analytics.ranges(wanted, column, ranges)
        keys = [f"{float(first)}-{float(after)}" for first, after in ranges]
        return {
            "values": dict(zip(keys, counts, strict=True)),
            "metadata": {
                key: {"name": key, "order": str(place)}
                for place, key in enumerate(keys)
            },
        }

    return make


def _order(query: Query) -> Order:
    text = query.text("order")
    if text is None:
        return Order()
    found = re.fullmatch(r"(-?)(count|avg):([a-zA-Z0-9_.-]+)", text)
    if found is None:
        raise bad(
            "order", "takes [-]count:_count, [-]count:_key or [-]avg:<field>", text
        )
    descending, kind, field = bool(found[1]), found[2], found[3]
    if kind == "avg":
        return Order(number_field("order", field), descending=descending)
    if field not in ("_count", "_key"):
        raise bad("order", "takes count:_count or count:_key", text)
    return Order(by_key=field == "_key", descending=descending)


def _needed(query: Query, name: str) -> str:
    text = query.text(name)
    if not text:
        raise bad(name, "is required here")
    return text
