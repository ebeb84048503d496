"""Counters of plain integers."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.tally import Histogram, Tally

BOUNDS = (1.0, 2.0, 5.0)


class TallyTests(SynchronousTestCase):
    """Counts by keys."""

    def test_counts(self) -> None:
        """Each key has a count of its own."""
        tally = Tally()
        for key in (("a", "1"), ("a", "2"), ("a", "1")):
            tally.count(*key)
        self.assertEqual(tally, {("a", "1"): 2, ("a", "2"): 1})


class HistogramTests(SynchronousTestCase):
    """Counts by ranges."""

    def test_a_bound_belongs_to_the_range_below(self) -> None:
        """As ``le`` has it."""
        histogram = Histogram(BOUNDS)
        numbers = [histogram.observe(value) for value in (0, 1, 1.5, 2, 5, 5.1)]
        self.assertEqual(numbers, [0, 0, 1, 1, 2, 3])
        self.assertEqual(histogram.counts, [2, 2, 1, 1])
        self.assertEqual(histogram.total, 14.6)

    @given(st.lists(st.integers(0, 10)), st.lists(st.integers(0, 10)))
    def test_merged_ones_have_all_values(
        self, some: list[int], rest: list[int]
    ) -> None:
        """Two histograms that are merged equal one that has observed all."""
        first, second, both = (Histogram(BOUNDS) for _ in range(3))
        for value in some:
            first.observe(value)
        for value in rest:
            second.observe(value)
        for value in some + rest:
            both.observe(value)
        first.merge(second)
        self.assertEqual((first.counts, first.total), (both.counts, both.total))
