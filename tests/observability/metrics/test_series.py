"""The bound of the series that labels can make."""

from __future__ import annotations

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.metrics.family import counter, gauge
from relay.observability.metrics.series import OTHER, Bounds, Series


class SeriesTests(SynchronousTestCase):
    """Label values with series of their own, and those without."""

    def test_the_first_have_their_own(self) -> None:
        """Later ones share a series; labels with few values are kept."""
        series = Series(lambda: 2, 2)
        self.assertEqual(series.of(("a", "p", "gone")), ("a", "p", "gone"))
        self.assertEqual(series.of(("a", "q", "gone")), ("a", "q", "gone"))
        self.assertEqual(series.of(("b", "p", "gone")), (OTHER, OTHER, "gone"))
        self.assertEqual(series.of(("a", "p", "gone")), ("a", "p", "gone"))
        self.assertEqual(len(series), 2)

    def test_a_forgotten_one_makes_room(self) -> None:
        """For new label values; those that share a series continue to do so."""
        series = Series(lambda: 1, 1)
        self.assertEqual(
            [series.of((one,)) for one in "abc"], [("a",), (OTHER,), (OTHER,)]
        )
        series.forget("a")
        self.assertEqual(
            [series.of((one,)) for one in "bcd"], [(OTHER,), (OTHER,), ("d",)]
        )
        series.forget("b")
        series.forget("d")
        self.assertEqual(series.of(("b",)), ("b",))

    def test_the_bound_may_change(self) -> None:
        """A higher one lets new values have series."""
        most = [1]
        series = Series(lambda: most[0], 1)
        self.assertEqual([series.of((one,)) for one in "ab"], [("a",), (OTHER,)])
        most[0] = 2
        self.assertEqual([series.of((one,)) for one in "bc"], [(OTHER,), ("c",)])

    @given(
        st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3))), st.integers(1, 5)
    )
    def test_there_are_never_more(
        self, asked: list[tuple[int, int]], most: int
    ) -> None:
        """The number of series is bounded for any values in any order."""
        series = Series(lambda: most, 1)
        made = {series.of((str(a), str(b))) for a, b in asked}
        self.assertLessEqual(len({key for key in made if key[0] != OTHER}), most)
        self.assertLessEqual(len([key for key in made if key[0] == OTHER]), 4)


class BoundsTests(SynchronousTestCase):
    """The series of several families."""

    def setUp(self) -> None:
        """Declare families with labels of both kinds."""
        self.bounds = Bounds(lambda: 1)
        self.ends = counter("relay_ends_total", ("api", "outcome"), "E.", "E.")
        self.open = gauge("relay_open", ("api",), "O.", "O.")
        self.requests = counter("relay_requests_total", ("status",), "R.", "R.")

    def test_each_family_has_its_own(self) -> None:
        """Labels with few values are never folded."""
        fold = self.bounds.fold
        self.assertEqual(fold(self.open, ("a",)), ("a",))
        self.assertEqual(fold(self.ends, ("b", "x")), ("b", "x"))
        self.assertEqual(fold(self.ends, ("c", "x")), (OTHER, "x"))
        for status in ("2xx", "4xx", "5xx"):
            self.assertEqual(fold(self.requests, (status,)), (status,))
        self.assertEqual(
            self.bounds.sizes(), {("relay_open",): 1, ("relay_ends_total",): 1}
        )

    def test_an_api_that_is_gone(self) -> None:
        """It has no series in any family."""
        self.bounds.fold(self.open, ("a",))
        self.bounds.fold(self.ends, ("a", "x"))
        self.bounds.forget("a")
        self.assertEqual(self.bounds.fold(self.open, ("b",)), ("b",))
        self.assertEqual(self.bounds.fold(self.ends, ("b", "x")), ("b", "x"))
        self.assertEqual(list(self.bounds.apis), [])
