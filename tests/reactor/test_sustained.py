"""Conditions that count after some time."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.sustained import Sustained


class SustainedTests(SynchronousTestCase):
    """A condition that must hold for ten seconds."""

    def test_holds_for_long_enough(self) -> None:
        """It counts once every measurement of ten seconds was true."""
        clock = Clock()
        condition = Sustained(clock, 10)
        self.assertFalse(condition)
        condition.note(True)
        clock.advance(9)
        condition.note(True)
        self.assertFalse(condition)
        self.assertEqual(condition.for_s, 9)
        clock.advance(1)
        self.assertTrue(condition)

    def test_one_measurement_ends_it(self) -> None:
        """A measurement that is false starts the time anew."""
        clock = Clock()
        condition = Sustained(clock, 10)
        condition.note(True)
        clock.advance(11)
        condition.note(False)
        self.assertFalse(condition)
        self.assertEqual(condition.for_s, 0)
        condition.note(True)
        clock.advance(9)
        self.assertFalse(condition)
