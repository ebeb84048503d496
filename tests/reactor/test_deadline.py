"""The clock that every stream is watched by."""

from __future__ import annotations

import gc
import weakref

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.deadline import TURN_S, Deadline


class DeadlineTests(SynchronousTestCase):
    def setUp(self) -> None:
        """A deadline of one second, not started."""
        self.clock = Clock()
        self.fired: list[float] = []
        self.deadline = Deadline(self.clock, 1000)

    def fire(self) -> None:
        """Note the time."""
        self.fired.append(self.clock.seconds())

    def test_waits_to_be_started(self) -> None:
        """A deadline does not run before it is started."""
        self.clock.advance(10)
        self.assertFalse(self.deadline.running)
        self.assertEqual(self.fired, [])

    def test_fires_once(self) -> None:
        """A deadline fires once, at the end of its time."""
        self.deadline.start(self.fire)
        self.assertTrue(self.deadline.running)
        self.clock.advance(0.999)
        self.assertEqual(self.fired, [])
        self.clock.advance(0.001)
        self.assertEqual(self.fired, [1.0])
        self.assertFalse(self.deadline.running)
        self.clock.advance(10)
        self.assertEqual(self.fired, [1.0])

    def test_what_is_left(self) -> None:
        """It shrinks with time, and a suspended deadline has none."""
        self.assertIsNone(self.deadline.left_s)
        self.deadline.start(self.fire)
        self.clock.advance(0.75)
        self.assertEqual(self.deadline.left_s, 0.25)
        self.deadline.suspend()
        self.assertIsNone(self.deadline.left_s)
        self.deadline.resume()
        self.assertEqual(self.deadline.left_s, 1.0)
        self.clock.advance(1)
        self.assertIsNone(self.deadline.left_s)

    def test_starting_again_gives_the_full_time(self) -> None:
        """A second start begins the whole time again."""
        self.deadline.start(self.fire)
        self.clock.advance(0.9)
        self.deadline.start(self.fire)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.clock.advance(0.9)
        self.assertEqual(self.fired, [])
        self.clock.advance(0.101)
        self.assertEqual(len(self.fired), 1)

    def test_reset_gives_the_full_time(self) -> None:
        """A reset makes no second delayed call, and starts nothing by itself."""
        self.deadline.reset()
        self.assertFalse(self.deadline.running)
        self.deadline.start(self.fire)
        for _ in range(5):
            self.clock.advance(0.9)
            self.deadline.reset()
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.assertEqual(self.fired, [])

    def test_stands_still_while_suspended(self) -> None:
        """Suspended it has no delayed call; resumed it has its full time again."""
        self.deadline.start(self.fire)
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
        """A stopped deadline is not started by a reset or a resume."""
        self.deadline.start(self.fire)
        self.deadline.suspend()
        self.deadline.stop()
        self.deadline.resume()
        self.deadline.reset()
        self.clock.advance(10)
        self.assertEqual(self.fired, [])

    def test_zero_never_fires(self) -> None:
        """A time of 0 switches the clock off, resumed or not."""
        deadline = Deadline(self.clock, 0)
        deadline.start(self.fire)
        deadline.suspend()
        deadline.resume()
        deadline.reset()
        self.assertFalse(deadline.running)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_may_be_started_when_it_fires(self) -> None:
        """The callback may start the deadline again."""

        def again() -> None:
            self.fire()
            deadline.start(again)

        deadline = Deadline(self.clock, 500)
        deadline.start(again)
        self.clock.pump([0.5, 0.5, 0.5])
        self.assertEqual(self.fired, [0.5, 1.0, 1.5])

    def test_what_it_calls_is_known_only_while_it_counts(self) -> None:
        """
        A deadline that was stopped, has fired or is disabled does not refer to its
        callback.
        """

        class Owner:
            def __init__(self, clock: Clock, timeout_ms: float) -> None:
                self.deadline = Deadline(clock, timeout_ms)
                self.deadline.start(self.expire)

            def expire(self) -> None:
                """Do nothing."""

        gc.disable()
        self.addCleanup(gc.enable)
        stopped, fired = Owner(self.clock, 2000), Owner(self.clock, 1000)
        suspended, off = Owner(self.clock, 2000), Owner(self.clock, 0)
        stopped.deadline.stop()
        suspended.deadline.suspend()
        suspended.deadline.stop()
        self.clock.advance(1)
        gone = [weakref.ref(one) for one in (stopped, fired, suspended, off)]
        del stopped, fired, suspended, off
        self.assertEqual([one() for one in gone], [None] * 4)


class Noting(Deadline):
    """
    A deadline that records its name and the time when it fires.

    :param clock: what tells the time.
    :param name: its name.
    :param fired: where it notes them.
    :param timeout_ms: how long it waits, in milliseconds.
    """

    def __init__(
        self,
        clock: Clock,
        name: str,
        fired: list[tuple[str, float]],
        timeout_ms: float = 1000,
    ) -> None:
        super().__init__(clock, timeout_ms)
        self._note = lambda: fired.append((name, round(clock.seconds(), 3)))

    def begin(self) -> None:
        """Start it."""
        self.start(self._note)


class ManyTests(SynchronousTestCase):
    """Deadlines of one length, and of several, on one clock."""

    def setUp(self) -> None:
        """Begin with a clock and an empty list."""
        self.clock = Clock()
        self.fired: list[tuple[str, float]] = []

    def deadline(self, name: str, timeout_ms: float = 1000) -> Noting:
        """Make one that notes its name and the time."""
        return Noting(self.clock, name, self.fired, timeout_ms)

    def test_one_delayed_call_for_all(self) -> None:
        """All deadlines of one length share one delayed call of the reactor."""
        many = [self.deadline(str(number)) for number in range(100)]
        for one in many:
            one.begin()
            self.clock.advance(0.001)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        self.clock.advance(0.95)
        self.assertEqual(len(self.fired), 51)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        for one in many:
            one.stop()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_each_at_its_time(self) -> None:
        """
        Deadlines fire in the order of their ends, independently of the order of their
        starts.
        """
        first, second, third = map(self.deadline, "abc")
        short = self.deadline("short", 300)
        first.begin()
        self.clock.advance(0.2)
        second.begin()
        third.begin()
        short.begin()
        self.clock.advance(0.2)
        second.reset()
        first.begin()
        for _ in range(30):
            self.clock.advance(0.1)
        self.assertEqual(
            self.fired, [("short", 0.5), ("c", 1.2), ("b", 1.4), ("a", 1.4)]
        )
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_failure_stops_no_other(self) -> None:
        """
        An error of one callback reaches the reactor, and the other deadlines fire.
        """
        failing = Deadline(self.clock, 1000)
        others = [self.deadline("a"), self.deadline("b")]
        others[0].begin()
        failing.start(lambda: 1 // 0)
        others[1].begin()
        self.assertRaises(ZeroDivisionError, self.clock.advance, 1)
        self.clock.advance(0)
        self.assertEqual([name for name, _ in self.fired], ["a", "b"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_one_ends_another(self) -> None:
        """A callback may stop and start other deadlines of the same length."""
        other, more = self.deadline("other"), self.deadline("more")

        def expire() -> None:
            other.stop()
            more.begin()
            own.start(expire)
            own.stop()

        own = Deadline(self.clock, 1000)
        own.start(expire)
        other.begin()
        self.clock.advance(1)
        self.assertEqual((self.fired, other.running), ([], False))
        self.clock.advance(1)
        self.assertEqual(self.fired, [("more", 2.0)])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_many_that_end_together_share_turns(self) -> None:
        """
        Many deadlines that end together are spread over turns, in which other work
        runs.
        """

        def expire() -> None:
            self.fired.append(("many", 0.0))
            self.clock.rightNow += 0.4 * TURN_S

        for _ in range(5):
            Deadline(self.clock, 1000).start(expire)
        self.clock.callLater(1, self.fired.append, ("another", 0.0))
        self.clock.advance(1)
        order = [name for name, _ in self.fired]
        self.assertEqual(order, ["many"] * 3 + ["another"] + ["many"] * 2)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_clocks_are_apart(self) -> None:
        """Deadlines of another clock are independent."""
        other = Clock()
        Deadline(other, 1000).start(lambda: self.fired.append(("other", 0)))
        self.deadline("a").begin()
        self.clock.advance(2)
        self.assertEqual(self.fired, [("a", 2.0)])
        other.advance(1)
        self.assertEqual(len(self.fired), 2)
