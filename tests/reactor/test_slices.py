"""Work on many objects, some of it in each turn."""

from __future__ import annotations

from functools import partial

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.slices import TURN_S, slices_of


class SlicesTests(SynchronousTestCase):
    """On a clock that goes on by a millisecond for each thing that is done."""

    def setUp(self) -> None:
        """Nothing is done yet."""
        self.clock = Clock()
        self.slices = slices_of(self.clock)
        self.done: list[int] = []

    def action(self, number: int) -> None:
        """Take a millisecond."""
        self.done.append(number)
        self.clock.rightNow += 0.001

    def each(self, *numbers: int) -> None:
        """Do some of them."""
        self.slices.each([partial(self.action, number) for number in numbers])

    def turn(self) -> None:
        """Let the next turn come."""
        self.clock.advance(0)

    def test_a_turn_has_its_share_and_the_rest_goes_on(self) -> None:
        """In order, whoever asks for how much."""
        most = round(TURN_S * 1000)
        self.each(*range(most + 2))
        self.each(100)
        self.assertEqual(self.done, list(range(most)))
        self.turn()
        self.assertEqual(self.done, [*range(most + 2), 100])
        self.turn()
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_turn_is_shared(self) -> None:
        """By all who ask in it."""
        most = round(TURN_S * 1000)
        for number in range(most + 1):
            self.each(number)
        self.assertEqual(self.done, list(range(most)))
        self.turn()
        self.assertEqual(self.done, list(range(most + 1)))

    def test_what_raises_stops_no_other(self) -> None:
        """It is logged."""
        self.slices.each([lambda: 1 // 0, lambda: self.action(1)])
        self.assertEqual(self.done, [1])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)

    def test_what_is_added_meanwhile_comes_last(self) -> None:
        """And is done in the same turn if it fits."""

        def more() -> None:
            self.each(3)
            self.action(1)

        self.slices.each([more, lambda: self.action(2)])
        self.assertEqual(self.done, [1, 2, 3])
