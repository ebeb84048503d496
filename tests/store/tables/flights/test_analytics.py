"""Figures of flight records."""

from __future__ import annotations

from functools import partial

from relay.model.flights import FlightFilter
from relay.store.tables.flights.analytics import MOST_SERIES, Order, Statistics
from tests.store.databases import DatabaseTestCase
from tests.store.tables.flights.flights import flight

ALL = FlightFilter("api-1", 0, 99)


class AnalyticsTests(DatabaseTestCase):
    """Six records of one API, one of which is of three calls."""

    def setUp(self) -> None:
        """Store them."""
        super().setUp()
        records = (
            flight(5, ttfb_ms=10),
            flight(15, ttfb_ms=30, weight=3),
            flight(16, ttfb_ms=None, status=0, ended=False, duration_ms=None),
            flight(25, ttfb_ms=50, status=404, plan_id="plan-2"),
            flight(26, ttfb_ms=70, status=404, plan_id="plan-2", entrypoint="sse"),
            flight(95, ttfb_ms=90, status=500, plan_id=None, entrypoint=None),
            flight(200),
            flight(6, api_id="api-2"),
        )
        self.write(lambda tx: tx.flights.save(records))

    def test_count(self) -> None:
        """A record counts for the calls that it stands for."""
        self.assertEqual(self.read(lambda tx: tx.analytics.count(ALL)), 8)
        none = FlightFilter("api-3")
        self.assertEqual(self.read(lambda tx: tx.analytics.count(none)), 0)
        found = FlightFilter("api-1", 0, 99, {"status": [404]})
        self.assertEqual(self.read(lambda tx: tx.analytics.count(found)), 2)

    def test_statistics(self) -> None:
        """Records without a value do not count."""
        found = self.read(lambda tx: tx.analytics.statistics(ALL, "ttfb_ms"))
        total = 10 + 3 * 30 + 50 + 70 + 90
        self.assertEqual(found, Statistics(7, total / 7, 10, 90, total))
        none = FlightFilter("api-3")
        found = self.read(lambda tx: tx.analytics.statistics(none, "ttfb_ms"))
        self.assertEqual(found, Statistics(0, None, None, None, None))

    def test_groups(self) -> None:
        """By number of calls, by value, or by an average."""
        for order, expected in (
            (Order(), [("plan-1", 5), ("plan-2", 2)]),
            (Order(descending=False), [("plan-2", 2), ("plan-1", 5)]),
            (Order(by_key=True), [("plan-2", 2), ("plan-1", 5)]),
            (Order("ttfb_ms"), [("plan-2", 60.0), ("plan-1", 25.0)]),
        ):
            groups = self.read(
                partial(
                    lambda by, tx: tx.analytics.groups(ALL, "plan_id", by, 9), order
                )
            )
            self.assertEqual(groups, expected, order)
        first = self.read(lambda tx: tx.analytics.groups(ALL, "plan_id", Order(), 1))
        self.assertEqual(first, [("plan-1", 5)])

    def test_ranges(self) -> None:
        """The end of a range is not part of it."""
        ranges = [(200, 404), (404, 405), (400, 600), (600, 700)]
        found = self.read(lambda tx: tx.analytics.ranges(ALL, "status", ranges))
        self.assertEqual(found, [4, 2, 3, 0])

    def test_averages(self) -> None:
        """Over all, and by another column."""
        overall, by = self.read(
            lambda tx: tx.analytics.averages(ALL, "ttfb_ms", "entrypoint")
        )
        self.assertEqual(overall, 310 / 7)
        self.assertEqual(by, {"http-proxy": 30.0, "sse": 70.0})

    def test_series(self) -> None:
        """A figure for each interval that has one."""
        for kind, expected in (
            ("avg", {0: 10, 1: 30, 2: 60, 9: 90}),
            ("min", {0: 10, 1: 30, 2: 50, 9: 90}),
            ("max", {0: 10, 1: 30, 2: 70, 9: 90}),
        ):
            found = self.read(
                partial(
                    lambda of, tx: tx.analytics.series(ALL, 10, of, "ttfb_ms"), kind
                )
            )
            self.assertEqual(found, expected, kind)

    def test_counts(self) -> None:
        """By value and interval."""
        found = self.read(lambda tx: tx.analytics.counts(ALL, 10, "status"))
        self.assertEqual(
            found, {200: {0: 1, 1: 3}, 404: {2: 2}, 0: {1: 1}, 500: {9: 1}}
        )

    def test_many_values(self) -> None:
        """The most frequent ones have a series."""
        records = [
            flight(1000 + number, at_ms=50, path=f"/{number % 20}")
            for number in range(210)
        ]
        self.write(lambda tx: tx.flights.save(records))
        found = self.read(lambda tx: tx.analytics.counts(ALL, 10, "path"))
        self.assertEqual(len(found), MOST_SERIES)
        self.assertEqual(found["/0"], {5: 11})
