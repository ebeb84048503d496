"""When a process that has ended is started again."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.workers.restarts import CALM_S, LOOP, MOST_S, Restarts


class RestartsTests(SynchronousTestCase):
    """The times between starts."""

    def test_delays(self) -> None:
        """The first start follows at once, later ones ever later, up to a bound."""
        restarts = Restarts()
        delays = [restarts.ended(1.0) for _ in range(14)]
        self.assertEqual(delays[:4], [0.0, 0.1, 0.2, 0.4])
        self.assertEqual(delays[-1], MOST_S)
        self.assertEqual(restarts.total, 14)

    def test_a_crash_loop(self) -> None:
        """Some ends in a row are one; a process that has run for long is not."""
        restarts = Restarts()
        for _ in range(LOOP):
            self.assertFalse(restarts.is_loop)
            restarts.ended(CALM_S - 1)
        self.assertTrue(restarts.is_loop)
        self.assertEqual(restarts.ended(CALM_S), 0.0)
        self.assertFalse(restarts.is_loop)
