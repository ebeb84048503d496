"""Windows in which things are counted."""

from __future__ import annotations

from collections import defaultdict
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings, strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.limits import counters
from relay.policies.limits.counters import Hit, LocalCounters


class LocalCountersTests(SynchronousTestCase):
    """Counts in this process."""

    def setUp(self) -> None:
        """Start with no counts."""
        self.clock = Clock()
        self.counters = LocalCounters(self.clock)

    def test_a_window(self) -> None:
        """A window begins with the first hit; the next one begins after its end."""
        self.clock.advance(0.7)
        self.assertEqual(self.counters.hit("k", 2, 1000), Hit(True, 1, 1000, 1))
        self.clock.advance(0.4)
        self.assertEqual(self.counters.hit("k", 2, 1000), Hit(True, 0, 600, 2))
        self.assertEqual(self.counters.hit("k", 2, 1000), Hit(False, 0, 600, 3))
        self.clock.advance(0.6)
        self.assertEqual(self.counters.hit("k", 2, 1000), Hit(True, 1, 1000, 1))

    def test_apart(self) -> None:
        """Counts with another key or another period are independent."""
        self.counters.hit("a", 1, 1000)
        self.assertTrue(self.counters.hit("b", 1, 1000).allowed)
        self.assertTrue(self.counters.hit("a", 1, 2000).allowed)
        self.assertFalse(self.counters.hit("a", 1, 1000).allowed)

    def test_a_limit_that_changes(self) -> None:
        """Earlier hits count against a changed limit."""
        self.counters.hit("a", 5, 1000)
        self.assertEqual(self.counters.hit("a", 2, 1000), Hit(True, 0, 1000, 2))
        self.assertFalse(self.counters.hit("a", 1, 1000).allowed)
        self.assertTrue(self.counters.hit("a", 9, 1000).allowed)

    def test_forgotten(self) -> None:
        """Windows that are over take no memory."""
        for number in range(1000):
            self.counters.hit(f"k{number}", 1, 1000)
            self.clock.advance(0.01)
        self.assertLessEqual(len(self.counters._windows), 101)
        self.assertLessEqual(len(self.counters._windows._ends), 101)

    def test_bounded(self) -> None:
        """The number of keys is bounded."""
        with patch.object(counters, "MOST_KEYS", 10):
            for number in range(100):
                self.counters.hit(f"k{number}", 1, 1000)
        self.assertEqual(len(self.counters._windows), 10)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.lists(
            st.tuples(st.sampled_from("ab"), st.integers(0, 700)),
            max_size=60,
        )
    )
    def test_never_more_than_the_limit(self, steps: list[tuple[str, int]]) -> None:
        """No window permits more hits than the limit, for every schedule."""
        clock = Clock()
        made = LocalCounters(clock)
        allowed: dict[str, list[float]] = defaultdict(list)
        for key, wait_ms in steps:
            clock.advance(wait_ms / 1000)
            hit = made.hit(key, 3, 1000)
            begun_s = clock.seconds() + hit.ends_in_ms / 1000 - 1
            if hit.allowed:
                allowed[key].append(begun_s)
            self.assertLessEqual(0, hit.remaining)
        for begins in allowed.values():
            for begin in begins:
                same = [one for one in begins if abs(one - begin) < 1e-6]
                self.assertLessEqual(len(same), 3)
