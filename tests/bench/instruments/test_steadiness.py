"""`bench.instruments.steadiness`: the change of the machine's speed."""

from __future__ import annotations

import os

from twisted.trial.unittest import SynchronousTestCase

from bench.instruments.machine import Core, Cores
from bench.instruments.steadiness import (
    CHANGE,
    MOST_CHANGE_PERCENT,
    Steadiness,
    change_percent,
    fixed_work_s,
    is_noisy,
)


class SteadinessTests(SynchronousTestCase):
    """The fixed work before and after a row."""

    def change(self, before: tuple[float, float], after: tuple[float, float]) -> float:
        """Measure a row between these times of the work, on cores 0 and 1."""
        times: dict[Core, list[float]] = {
            0: [before[0], after[0]],
            1: [before[1], after[1]],
        }
        steadiness = Steadiness(Cores(0, 1), lambda core: times[core].pop(0))
        figures = steadiness.measured(lambda: {"lost": 3})
        self.assertEqual(figures["lost"], 3)
        self.assertEqual(times, {0: [], 1: []})
        change: float = figures[CHANGE]
        return change

    def test_the_larger_change_counts(self) -> None:
        """The result is the larger change of both cores, slower or faster."""
        self.assertEqual(self.change((0.02, 0.02), (0.02, 0.02)), 0)
        self.assertEqual(self.change((0.02, 0.02), (0.03, 0.021)), 50)
        self.assertEqual(self.change((0.02, 0.02), (0.02, 0.015)), 25)

    def test_bound(self) -> None:
        """A row is noisy beyond the bound; figures without the change are not."""
        self.assertFalse(is_noisy({CHANGE: MOST_CHANGE_PERCENT}))
        self.assertTrue(is_noisy({CHANGE: MOST_CHANGE_PERCENT + 0.1}))
        self.assertFalse(is_noisy({"lost": 0}))
        self.assertEqual(change_percent({"lost": 0}), 0)

    def test_fixed_work(self) -> None:
        """The work takes a measurable time, and restores the process's cores."""
        cores = os.sched_getaffinity(0)
        self.assertGreater(fixed_work_s(min(cores)), 0.0005)
        self.assertGreater(fixed_work_s(None), 0.0005)
        self.assertEqual(os.sched_getaffinity(0), cores)
