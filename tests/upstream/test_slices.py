"""One source does not hold up others."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.upstream.slices import SLICE_S, Slices, slices_of

STEP_S = SLICE_S / 4


def turn(clock: Clock) -> None:
    """Do what is due, and nothing of what comes of it."""
    due, clock.calls = clock.calls, []
    for call in due:
        call.func(*call.args)


class Work:
    """Some work that takes its time, piece by piece."""

    def __init__(self, name: str, pieces: int, clock: Clock, done: list[str]) -> None:
        self.name = name
        self.left = pieces
        self._clock = clock
        self._slices = slices_of(clock)
        self._done = done

    def go_on(self) -> None:
        """Work as long as there is time."""
        while self.left:
            if not self._slices.has_time():
                self._slices.postpone(self.go_on)
                return
            self.left -= 1
            self._done.append(self.name)
            self._clock.rightNow += STEP_S


class SlicesTests(SynchronousTestCase):
    """The time of a turn is shared."""

    def test_a_turn_serves_a_connection_for_a_slice(self) -> None:
        """The rest of its work waits, and others come before it."""
        clock, done = Clock(), list[str]()
        first = Work("a", 100, clock, done)
        first.go_on()
        self.assertLessEqual(len(done), 4)
        second = Work("b", 4, clock, done)
        second.go_on()
        self.assertNotIn("b", done)
        turns = 0
        while first.left:
            before = clock.seconds()
            turns += 1
            turn(clock)
            self.assertLessEqual(clock.seconds() - before, SLICE_S + STEP_S)
        self.assertLess(done.index("b"), 12)
        self.assertEqual((done.count("a"), done.count("b")), (100, 4))
        self.assertEqual(clock.getDelayedCalls(), [])

    def test_all_sources_of_a_reactor_share(self) -> None:
        """And no two reactors do."""
        clock = Clock()
        self.assertIs(slices_of(clock), slices_of(clock))
        self.assertIsNot(slices_of(clock), slices_of(Clock()))

    def test_work_that_comes_with_a_read_needs_no_timer(self) -> None:
        """A slice is there every now and then, as long as nothing waits."""
        clock = Clock()
        slices = Slices(clock)
        for _ in range(10):
            self.assertTrue(slices.has_time())
            clock.rightNow += SLICE_S
            self.assertFalse(slices.has_time())
            clock.rightNow += 1
        self.assertEqual(clock.getDelayedCalls(), [])
