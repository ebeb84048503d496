"""The delay of the reactor's timers."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.loop_lag import EVERY_S, RECENT, LoopLag


class LoopLagTests(SynchronousTestCase):
    """A clock that is late."""

    def setUp(self) -> None:
        """Begin to sample."""
        self.clock = Clock()
        self.lag = LoopLag(self.clock, limit_s=1, after_s=10)
        self.lag.startService()

    def late(self, by_s: float) -> None:
        """Call the next timer late."""
        self.clock.rightNow += by_s
        self.clock.advance(EVERY_S)

    def test_delays_are_counted(self) -> None:
        """Each sample in the range of its delay."""
        self.clock.advance(EVERY_S)
        self.late(0.3)
        self.assertEqual(self.lag.delays.counts[0], 1)
        self.assertEqual(sum(self.lag.delays.counts), 2)
        self.assertAlmostEqual(self.lag.delays.total, 0.3)

    def test_the_worst_of_late(self) -> None:
        """It is forgotten after ten seconds."""
        self.late(0.3)
        self.assertAlmostEqual(self.lag.worst_s, 0.3)
        for _ in range(RECENT - 1):
            self.clock.advance(EVERY_S)
        self.assertAlmostEqual(self.lag.worst_s, 0.3)
        self.clock.advance(EVERY_S)
        self.assertEqual(self.lag.worst_s, 0)

    def test_too_late_for_a_time(self) -> None:
        """One long delay is not enough; delays without an end are."""
        self.late(60)
        self.assertFalse(self.lag.too_late)
        self.late(0)
        for _ in range(5):
            self.late(2)
            self.assertFalse(self.lag.too_late)
        self.late(2)
        self.assertTrue(self.lag.too_late)
        self.late(0.9)
        self.assertFalse(self.lag.too_late)
        self.assertAlmostEqual(self.lag.newest_s, 0.9)

    def test_it_stops(self) -> None:
        """No timer is left."""
        self.lag.stopService()
        self.assertEqual(self.clock.getDelayedCalls(), [])
