"""Figures of flight records: counts, statistics, groups and histograms."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Float,
    asc,
    case,
    cast,
    desc,
    func,
    select,
)

from relay.model.flights import FlightFilter
from relay.store.flight_schema import flight_records
from relay.store.tables.flights.records import condition

_ROW = flight_records.c
_CALLS = func.coalesce(func.sum(_ROW.weight), 0)
MOST_GROUPS = 1000
"""How many values of a column are told apart."""
MOST_SERIES = 10
"""How many values of a column have a series of their own in a histogram."""


class Statistics(NamedTuple):
    """What the values of a column are like."""

    calls: int
    """The number of calls that have a value."""
    average: float | None
    least: int | None
    most: int | None
    sum: int | None


class Order(NamedTuple):
    """
    The order of groups.

    :param average_of: a column of numbers by whose average they are ordered; None to
        order them by their number of calls.
    :param by_key: order them by their value instead.
    """

    average_of: str | None = None
    by_key: bool = False
    descending: bool = True


class Analytics:
    """Figures within one transaction; a record counts for all calls that it is of."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def count(self, wanted: FlightFilter) -> int:
        """Count calls."""
        query = select(_CALLS).where(condition(wanted))
        return int(self._connection.scalar(query) or 0)

    def statistics(self, wanted: FlightFilter, column: str) -> Statistics:
        """
        Describe the values of a column.

        :param column: a column of numbers.
        """
        value = _ROW[column]
        row = self._connection.execute(
            select(
                _CALLS,
                _average(value),
                func.min(value),
                func.max(value),
                # A server sums whole numbers to a decimal one.
                cast(func.sum(value * _ROW.weight), BigInteger),
            ).where(condition(wanted), value.is_not(None))
        ).one()
        return Statistics(*row)

    def groups(
        self, wanted: FlightFilter, column: str, order: Order, most: int
    ) -> list[tuple[Any, float]]:
        """
        Group records by the value of a column.

        :param most: how many groups to return, the first in the order.
        :returns: each value with its number of calls, or with the average that the
            order names.
        """
        key = _ROW[column]
        figure: ColumnElement[Any] = _CALLS
        if order.average_of is not None:
            figure = _average(_ROW[order.average_of])
        by = key if order.by_key else figure
        rows = self._connection.execute(
            select(key, figure)
            .where(condition(wanted), key.is_not(None))
            .group_by(key)
            .order_by(
                desc(by).nulls_last() if order.descending else asc(by).nulls_first(),
                key,
            )
            .limit(most)
        )
        return [(value, number or 0) for value, number in rows]

    def ranges(
        self, wanted: FlightFilter, column: str, ranges: Sequence[tuple[int, int]]
    ) -> list[int]:
        """
        Count the calls whose value of a column is in a range, for each range.

        :param column: a column of numbers.
        :param ranges: the first value of each, and the first after it.
        """
        value = _ROW[column]
        sums = [
            func.coalesce(
                func.sum(case(((value >= first) & (value < after), _ROW.weight))), 0
            )
            for first, after in ranges
        ]
        row = self._connection.execute(select(*sums).where(condition(wanted))).one()
        return [int(one) for one in row]

    def averages(
        self, wanted: FlightFilter, column: str, by: str
    ) -> tuple[float | None, dict[str, float]]:
        """
        Return the average of a column, over all calls and by another column.

        :param column: a column of numbers.
        """
        value = _ROW[column]
        where = condition(wanted) & value.is_not(None)
        overall = self._connection.scalar(select(_average(value)).where(where))
        rows = self._connection.execute(
            select(_ROW[by], _average(value))
            .where(where, _ROW[by].is_not(None))
            .group_by(_ROW[by])
            .limit(MOST_GROUPS)
        )
        return overall, {key: average for key, average in rows}

    def series(
        self, wanted: FlightFilter, interval_ms: int, kind: str, column: str
    ) -> dict[int, float]:
        """
        Return a figure of a column for each interval that has one.

        :param wanted: has the beginning and the end.
        :param kind: ``avg``, ``min`` or ``max``.
        :returns: by the number of the interval.
        """
        value = _ROW[column]
        figures = {"avg": _average(value), "min": func.min(value)}
        figure = figures.get(kind, func.max(value))
        bucket = _bucket(wanted, interval_ms)
        rows = self._connection.execute(
            select(bucket, figure)
            .where(condition(wanted), value.is_not(None))
            .group_by(bucket)
        )
        return {number: figure for number, figure in rows}

    def counts(
        self, wanted: FlightFilter, interval_ms: int, column: str
    ) -> dict[Any, dict[int, int]]:
        """
        Count calls by the value of a column, for each interval.

        :param wanted: has the beginning and the end.
        :returns: by value, and then by the number of the interval; the values that most
            calls have.
        """
        top = [key for key, _ in self.groups(wanted, column, Order(), MOST_SERIES)]
        key, bucket = _ROW[column], _bucket(wanted, interval_ms)
        rows = self._connection.execute(
            select(key, bucket, _CALLS)
            .where(condition(wanted), key.in_(top))
            .group_by(key, bucket)
        )
        counts: dict[Any, dict[int, int]] = {one: {} for one in top}
        for value, number, calls in rows:
            counts[value][number] = calls
        return counts


def _average(value: ColumnElement[Any]) -> ColumnElement[Any]:
    weight = func.sum(case((value.is_not(None), _ROW.weight), else_=0))
    return cast(func.sum(value * _ROW.weight), Float) / func.nullif(weight, 0)


def _bucket(wanted: FlightFilter, interval_ms: int) -> ColumnElement[int]:
    return (_ROW.at_ms - (wanted.from_ms or 0)) // interval_ms
