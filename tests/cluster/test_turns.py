"""Tests of ``turns.py``."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from tests.cluster.turns import ProcessClock, TurnClock


class TurnClockTests(SynchronousTestCase):
    """A clock of turns."""

    def test_what_a_call_schedules_waits(self) -> None:
        """It is called in the next turn, even without a delay."""
        clock, called = TurnClock(), list[str]()

        def first() -> None:
            called.append("first")
            clock.callLater(0, called.append, "second")

        clock.callLater(1, first)
        clock.advance(1)
        self.assertEqual(called, ["first"])
        clock.advance(0)
        self.assertEqual(called, ["first", "second"])

    def test_a_call_cancels_another(self) -> None:
        """In the same turn."""
        clock, called = TurnClock(), list[str]()
        calls = [clock.callLater(1, lambda: calls[1].cancel())]
        calls.append(clock.callLater(1, called.append, "no"))
        clock.advance(1)
        self.assertEqual(called, [])


class ProcessClockTests(SynchronousTestCase):
    """The clock of a process that is stopped."""

    def test_a_stopped_process(self) -> None:
        """It makes no calls, and time goes on; then it makes those that are due."""
        machine = TurnClock()
        process, called = ProcessClock(machine), list[str]()
        process.callLater(1, called.append, "due")
        cancelled = process.callLater(1, called.append, "cancelled")
        process.is_stopped = True
        machine.advance(2)
        self.assertEqual((called, process.seconds()), ([], 2))
        cancelled.cancel()
        process.resume()
        machine.advance(0)
        self.assertEqual(called, ["due"])
