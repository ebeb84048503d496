"""Figures by interval of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from relay.management.http.query import Query, bad
from relay.management.traffic.filters import any_field, number_field
from relay.management.traffic.representations import field_names
from relay.model.flights import FlightFilter
from relay.store.transaction import Transaction

MOST_INTERVALS = 1000
MOST_AGGREGATIONS = 10
_AGGREGATION = re.compile(r"\s*(FIELD|AVG|MIN|MAX):([a-zA-Z0-9_.-]+)\s*", re.IGNORECASE)


def intervals(wanted: FlightFilter, interval_ms: int) -> int:
    """
    Count the intervals of a time.

    :raises BadRequest: when they are too many, or none.
    """
    length_ms = (wanted.to_ms or 0) - (wanted.from_ms or 0)
    if interval_ms < 1 or length_ms // interval_ms >= MOST_INTERVALS:
        raise bad("interval", f"must make 1 to {MOST_INTERVALS} intervals", interval_ms)
    return length_ms // interval_ms + 1


def over_time(
    query: Query, wanted: FlightFilter
) -> Callable[[Transaction], dict[str, Any]]:
    """
    Read the parameters of a histogram.

    :return: makes the histogram.
    :raises BadRequest: when one is missing or malformed.
    """
    interval_ms = query.instant("interval")
    if interval_ms is None:
        raise bad("interval", "is required here")
    count = intervals(wanted, interval_ms)
    parts = re.split("[;,]", query.text("aggregations") or "")
    aggregations: list[tuple[str, str, str]] = []
    for part in parts:
        found = _AGGREGATION.fullmatch(part)
        if found is None or len(parts) > MOST_AGGREGATIONS:
            raise bad(
                "aggregations",
                f"takes 1 to {MOST_AGGREGATIONS} of FIELD:<field>, AVG:<field>, "
                "MIN:<field> and MAX:<field>",
                part,
            )
        kind, field = found[1].lower(), found[2]
        column = (any_field if kind == "field" else number_field)("aggregations", field)
        aggregations.append((kind, field, column))

    def make(tx: Transaction) -> dict[str, Any]:
        return {
            "timestamp": {
                "from": wanted.from_ms,
                "to": wanted.to_ms,
                "interval": interval_ms,
            },
            "values": [
                (_counts if kind == "field" else _figures)(
                    tx, wanted, interval_ms, count, kind, field, column
                )
                for kind, field, column in aggregations
            ],
        }

    return make


def _counts(
    tx: Transaction,
    wanted: FlightFilter,
    interval_ms: int,
    count: int,
    kind: str,
    field: str,
    column: str,
) -> dict[str, Any]:
    """Return the numbers of calls by the values of a field."""
    found = tx.analytics.counts(wanted, interval_ms, column)
    names = field_names(tx, wanted.api_id, column, found)
    return {
        "field": field,
        "name": f"by_{field}",
        "buckets": [
            {
                "name": str(value),
                "data": [calls.get(number, 0) for number in range(count)],
            }
            for value, calls in found.items()
        ],
        "metadata": {key: {"name": name} for key, name in names.items()},
    }


def _figures(
    tx: Transaction,
    wanted: FlightFilter,
    interval_ms: int,
    count: int,
    kind: str,
    field: str,
    column: str,
) -> dict[str, Any]:
    """Return a figure of a field; 0 where there is none."""
    found = tx.analytics.series(wanted, interval_ms, kind, column)
    data = [found.get(number) or 0 for number in range(count)]
    name = f"{kind}_{field}"
    return {"field": field, "name": name, "buckets": [{"name": name, "data": data}]}
