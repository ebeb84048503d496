"""Work that is divided over turns of the reactor."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.turns import STREAMS, UPSTREAM_READS, TurnShare, in_turns, turns_of

STEP_S = UPSTREAM_READS.share_s / 4


class EachTests(SynchronousTestCase):
    """On a clock that goes on by a millisecond for each thing that is done."""

    def setUp(self) -> None:
        """Begin with an empty list."""
        self.clock = Clock()
        self.turns = turns_of(self.clock, STREAMS)
        self.done: list[int] = []

    def action(self, number: int) -> None:
        """Take a millisecond."""
        self.done.append(number)
        self.clock.rightNow += 0.001

    def each(self, *numbers: int) -> None:
        """Do some of them."""
        self.turns.each([partial(self.action, number) for number in numbers])

    def turn(self) -> None:
        """Run the next turn."""
        self.clock.advance(0)

    def test_a_turn_has_its_share_and_the_rest_goes_on(self) -> None:
        """
        A turn runs actions up to its share, and the next turns run the rest in order.
        """
        most = round(STREAMS.share_s * 1000)
        self.each(*range(most + 2))
        self.each(100)
        self.assertEqual(self.done, list(range(most)))
        self.turn()
        self.assertEqual(self.done, [*range(most + 2), 100])
        self.turn()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_turn_is_shared(self) -> None:
        """All callers of a turn share its time."""
        most = round(STREAMS.share_s * 1000)
        for number in range(most + 1):
            self.each(number)
        self.assertEqual(self.done, list(range(most)))
        self.turn()
        self.assertEqual(self.done, list(range(most + 1)))

    def test_what_raises_stops_no_other(self) -> None:
        """An error is logged, and the other actions run."""
        self.turns.each([lambda: 1 // 0, lambda: self.action(1)])
        self.assertEqual(self.done, [1])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_what_is_added_meanwhile_comes_last(self) -> None:
        """
        Actions that are added within the turn run last, in the same turn if time is
        left.
        """

        def more() -> None:
            self.each(3)
            self.action(1)

        self.turns.each([more, lambda: self.action(2)])
        self.assertEqual(self.done, [1, 2, 3])


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
        self._turns = turns_of(clock, UPSTREAM_READS)
        self._done = done

    def go_on(self) -> None:
        """Work as long as there is time."""
        while self.left:
            if not self._turns.has_time():
                self._turns.postpone(self.go_on)
                return
            self.left -= 1
            self._done.append(self.name)
            self._clock.rightNow += STEP_S


class ShareTests(SynchronousTestCase):
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
            self.assertLessEqual(
                clock.seconds() - before, UPSTREAM_READS.share_s + STEP_S
            )
        self.assertLess(done.index("b"), 12)
        self.assertEqual((done.count("a"), done.count("b")), (100, 4))
        self.assertEqual(clock.getDelayedCalls(), [])

    def test_all_sources_of_a_reactor_share(self) -> None:
        """All sources of a reactor share one time; two reactors do not."""
        clock = Clock()
        self.assertIs(turns_of(clock, UPSTREAM_READS), turns_of(clock, UPSTREAM_READS))
        self.assertIsNot(
            turns_of(clock, UPSTREAM_READS), turns_of(Clock(), UPSTREAM_READS)
        )

    def test_work_that_comes_with_a_read_needs_no_timer(self) -> None:
        """A slice is there every now and then, as long as nothing waits."""
        clock = Clock()
        turns = TurnShare(clock, UPSTREAM_READS)
        for _ in range(10):
            self.assertTrue(turns.has_time())
            clock.rightNow += UPSTREAM_READS.share_s
            self.assertFalse(turns.has_time())
            clock.rightNow += 1
        self.assertEqual(clock.getDelayedCalls(), [])


class InTurnsTests(SynchronousTestCase):
    """The steps of one piece of work."""

    def setUp(self) -> None:
        """Begin without work."""
        self.clock = Clock()
        self.turns = turns_of(self.clock, STREAMS)
        self.taken = 0

    def steps(self, count: int) -> Iterator[None]:
        """Take steps of a millisecond."""
        for _ in range(count):
            self.taken += 1
            self.clock.rightNow += 0.001
            yield

    def test_a_turn_has_its_share(self) -> None:
        """The first turn takes no more steps than it has time for."""
        most = round(STREAMS.share_s * 1000)
        done = in_turns(self.turns, self.steps(most + 1))
        self.assertEqual(self.taken, most)
        self.assertNoResult(done)
        self.clock.advance(0)
        self.assertEqual(self.taken, most + 1)
        self.assertIsNone(self.successResultOf(done))
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_long_step_ends_the_turn(self) -> None:
        """A step that takes longer than the time between two shares begins no share."""

        def steps() -> Iterator[None]:
            for _ in range(3):
                self.taken += 1
                self.clock.rightNow += 2 * STREAMS.span_s
                yield

        done = in_turns(self.turns, steps())
        self.assertEqual(self.taken, 1)
        self.assertNoResult(done)

    def test_a_step_that_fails(self) -> None:
        """The work ends with the failure."""

        def steps() -> Iterator[None]:
            yield
            raise ZeroDivisionError

        self.failureResultOf(in_turns(self.turns, steps()), ZeroDivisionError)
        self.assertEqual(self.clock.getDelayedCalls(), [])
