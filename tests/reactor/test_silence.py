"""The clock that each byte of a source resets."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.silence import Silence


class SilenceTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A silence of one second, not started."""
        self.clock = Clock()
        self.fired: list[float] = []
        self.silence = Silence(self.clock, 1000, self.fire)

    def fire(self) -> None:
        """Note the time."""
        self.fired.append(round(self.clock.seconds(), 6))

    def calls(self) -> int:
        """How many delayed calls there are."""
        return len(self.clock.getDelayedCalls())

    def test_waits_to_be_started(self) -> None:
        """The clock does not run before it is started."""
        self.silence.heard()
        self.clock.advance(10)
        self.assertEqual((self.fired, self.calls()), ([], 0))

    def test_fires_once(self) -> None:
        """The clock fires once, at the end of its time."""
        self.silence.start()
        self.clock.advance(0.999)
        self.assertEqual(self.fired, [])
        self.clock.advance(0.001)
        self.clock.advance(10)
        self.assertEqual((self.fired, self.calls()), ([1.0], 0))

    def test_what_is_heard_gives_the_full_time(self) -> None:
        """Each byte restarts the time exactly, with one timer."""
        self.silence.start()
        for _ in range(9):
            self.clock.advance(0.7)
            self.silence.heard()
            self.assertEqual(self.calls(), 1)
        self.clock.advance(0.999)
        self.assertEqual(self.fired, [])
        self.clock.advance(0.001)
        self.assertEqual(self.fired, [7.3])

    def test_many_short_turns(self) -> None:
        """The reactor may look at it at any time."""
        self.silence.start()
        self.clock.pump([0.01] * 50)
        self.silence.heard()
        self.clock.pump([0.01] * 99)
        self.assertEqual(self.fired, [])
        self.clock.pump([0.01] * 2)
        self.assertEqual(len(self.fired), 1)

    def test_starting_again(self) -> None:
        """A second start gives the full time, too."""
        self.silence.start()
        self.clock.advance(0.9)
        self.silence.start()
        self.clock.advance(0.9)
        self.assertEqual((self.fired, self.calls()), ([], 1))
        self.clock.advance(0.1)
        self.assertEqual(self.fired, [1.9])

    def test_stands_still_while_suspended(self) -> None:
        """Suspended it has no delayed call; resumed it has its full time again."""
        self.silence.start()
        self.clock.advance(0.9)
        self.silence.suspend()
        self.assertEqual(self.calls(), 0)
        self.clock.advance(10)
        self.silence.heard()
        self.silence.resume()
        self.clock.advance(0.999)
        self.assertEqual(self.fired, [])
        self.clock.advance(0.001)
        self.assertEqual(self.fired, [11.9])

    def test_only_what_ran_is_resumed(self) -> None:
        """Resuming starts nothing that did not run before, or was stopped since."""
        self.silence.suspend()
        self.silence.resume()
        self.assertEqual(self.calls(), 0)
        self.silence.start()
        self.silence.suspend()
        self.silence.stop()
        self.silence.resume()
        self.assertEqual(self.calls(), 0)

    def test_stopped(self) -> None:
        """A stopped clock does not fire."""
        self.silence.start()
        self.silence.stop()
        self.silence.heard()
        self.clock.advance(10)
        self.assertEqual((self.fired, self.calls()), ([], 0))

    def test_zero_never_fires(self) -> None:
        """A time of 0 switches the clock off, resumed or not."""
        silence = Silence(self.clock, 0, self.fire)
        silence.start()
        silence.suspend()
        silence.resume()
        silence.heard()
        self.assertEqual(self.calls(), 0)

    def test_may_be_started_when_it_fires(self) -> None:
        """The callback may start the clock again."""

        def again() -> None:
            self.fire()
            silence.start()

        silence = Silence(self.clock, 500, again)
        silence.start()
        self.clock.pump([0.5, 0.5, 0.5])
        self.assertEqual(self.fired, [0.5, 1.0, 1.5])

    def test_what_is_left(self) -> None:
        """It shrinks with time, is whole after a byte, and stands still for a pause."""
        self.assertIsNone(self.silence.left_s)
        self.silence.start()
        self.clock.advance(0.75)
        self.assertEqual(self.silence.left_s, 0.25)
        self.silence.heard()
        self.assertEqual(self.silence.left_s, 1.0)
        self.silence.suspend()
        self.assertIsNone(self.silence.left_s)
        self.silence.resume()
        self.silence.stop()
        self.assertIsNone(self.silence.left_s)
