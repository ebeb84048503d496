"""Rings of samples, and quantiles of histograms."""

from __future__ import annotations

import math

from twisted.trial.unittest import SynchronousTestCase

from relay.observability.history.columns import NO_VALUE, Columns, quantile
from relay.tally import Histogram


class ColumnsTests(SynchronousTestCase):
    """Series in a ring."""

    def test_series(self) -> None:
        """Each series has its own values, in the order of the slots asked for."""
        columns = Columns(("streams", "events"), 3)
        columns.put(0, (1, 0.5))
        columns.put(2, (3, 1.23456))
        self.assertEqual(columns.read("streams", (2, 0, 1)), [3, 1, 0])
        self.assertEqual(columns.read("events", (0, 1, 2)), [0.5, 0, 1.235])

    def test_slots_are_used_again(self) -> None:
        """A sample takes the place of an older one."""
        columns = Columns(("streams",), 2)
        for number in range(5):
            columns.put(number % 2, (number,))
        self.assertEqual(columns.read("streams", (1, 0)), [3, 4])

    def test_missing_values(self) -> None:
        """What has no value is null in JSON."""
        columns = Columns(("lag",), 1)
        columns.put(0, (NO_VALUE,))
        self.assertEqual(columns.read("lag", (0,)), [None])

    def test_large_numbers(self) -> None:
        """Memory in bytes is exact to a millionth."""
        columns = Columns(("memoryBytes",), 1)
        columns.put(0, (8_123_456_789,))
        (shown,) = columns.read("memoryBytes", (0,))
        assert shown is not None
        self.assertAlmostEqual(shown / 8_123_456_789, 1, 6)


class QuantileTests(SynchronousTestCase):
    """Quantiles of a histogram."""

    def observe(self, *values: float) -> Histogram:
        """Make a histogram of values."""
        found = Histogram((1.0, 2.0, 4.0))
        for value in values:
            found.observe(value)
        return found

    def test_within_a_range(self) -> None:
        """Values are taken as evenly spread between the bounds."""
        found = self.observe(0.5, 3, 3, 3)
        self.assertEqual(quantile(found, 0.25), 1.0)
        self.assertEqual(quantile(found, 1), 4.0)
        self.assertAlmostEqual(quantile(found, 0.5), 2 + 2 / 3)

    def test_the_last_range(self) -> None:
        """It has no upper bound."""
        self.assertEqual(quantile(self.observe(100), 0.99), 4.0)

    def test_no_values(self) -> None:
        """There is no quantile."""
        self.assertTrue(math.isnan(quantile(self.observe(), 0.5)))
