"""The clock that every stream is watched by."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.deadline import Deadline


class DeadlineTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A deadline of one second, not started."""
        self.clock = Clock()
        self.fired: list[float] = []
        self.deadline = Deadline(self.clock, 1000, self.fire)

    def fire(self) -> None:
        """Note the time."""
        self.fired.append(self.clock.seconds())

    def test_waits_to_be_started(self) -> None:
        """It does not count before it is started."""
        self.clock.advance(10)
        self.assertFalse(self.deadline.running)
        self.assertEqual(self.fired, [])

    def test_fires_once(self) -> None:
        """It fires when its time is over, and not again."""
        self.deadline.start()
        self.assertTrue(self.deadline.running)
        self.clock.advance(0.999)
        self.assertEqual(self.fired, [])
        self.clock.advance(0.001)
        self.assertEqual(self.fired, [1.0])
        self.assertFalse(self.deadline.running)
        self.clock.advance(10)
        self.assertEqual(self.fired, [1.0])

    def test_starting_again_gives_the_full_time(self) -> None:
        """A second start begins to count anew, with the same delayed call."""
        self.deadline.start()
        self.clock.advance(0.9)
        self.deadline.start()
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.clock.advance(0.9)
        self.assertEqual(self.fired, [])
        self.clock.advance(0.101)
        self.assertEqual(len(self.fired), 1)

    def test_reset_gives_the_full_time(self) -> None:
        """A reset moves the one delayed call, and starts nothing by itself."""
        self.deadline.reset()
        self.assertFalse(self.deadline.running)
        self.deadline.start()
        for _ in range(5):
            self.clock.advance(0.9)
            self.deadline.reset()
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.assertEqual(self.fired, [])

    def test_stands_still_while_suspended(self) -> None:
        """Suspended it has no delayed call; resumed it has its full time again."""
        self.deadline.start()
        self.clock.advance(0.9)
        self.deadline.suspend()
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.clock.advance(10)
        self.deadline.reset()
        self.deadline.resume()
        self.clock.advance(0.9)
        self.assertEqual(self.fired, [])
        self.clock.advance(0.101)
        self.assertEqual(len(self.fired), 1)

    def test_only_what_ran_is_resumed(self) -> None:
        """Resuming does not start what was not running when it was suspended."""
        self.deadline.suspend()
        self.deadline.resume()
        self.assertFalse(self.deadline.running)

    def test_stopped_for_good(self) -> None:
        """Neither a reset nor a resume brings a stopped deadline back."""
        self.deadline.start()
        self.deadline.suspend()
        self.deadline.stop()
        self.deadline.resume()
        self.deadline.reset()
        self.clock.advance(10)
        self.assertEqual(self.fired, [])

    def test_zero_never_fires(self) -> None:
        """A time of 0 switches the clock off, resumed or not."""
        deadline = Deadline(self.clock, 0, self.fire)
        deadline.start()
        deadline.suspend()
        deadline.resume()
        deadline.reset()
        self.assertFalse(deadline.running)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_may_be_started_when_it_fires(self) -> None:
        """What is called may start it again."""

        def again() -> None:
            self.fire()
            deadline.start()

        deadline = Deadline(self.clock, 500, again)
        deadline.start()
        self.clock.pump([0.5, 0.5, 0.5])
        self.assertEqual(self.fired, [0.5, 1.0, 1.5])
