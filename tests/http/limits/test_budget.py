"""How often a client may do something."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.http.limits.budget import Budget


class BudgetTests(SynchronousTestCase):
    """A token bucket."""

    def test_lessened(self) -> None:
        """The burst, the rest of it and the rate are reduced."""
        now_s = 0.0
        budget = Budget(lambda: now_s, 100, 10)
        budget.lessen(0.1)
        self.assertEqual([budget.spend() for _ in range(11)], [True] * 10 + [False])
        now_s = 2.0
        self.assertEqual([budget.spend() for _ in range(3)], [True, True, False])
        now_s = 1000.0
        self.assertEqual([budget.spend() for _ in range(11)], [True] * 10 + [False])

    def test_a_burst_and_a_rate(self) -> None:
        """The budget permits a burst, a rate, and what was earned."""
        now_s = 0.0
        budget = Budget(lambda: now_s, 3, 2)
        self.assertEqual([budget.spend() for _ in range(4)], [True] * 3 + [False])
        budget.earn(1)
        self.assertEqual([budget.spend() for _ in range(2)], [True, False])
        now_s = 1.0
        self.assertEqual([budget.spend() for _ in range(3)], [True, True, False])
