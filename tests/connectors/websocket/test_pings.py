"""Many clients, one sweep."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.connectors.websocket.pings import SWEEP_S, Pings
from relay.model.outcome import Outcome


class Client:
    """Answers at once, later, or never."""

    def __init__(self, pings: Pings, answers: bool = True) -> None:
        self.pings = pings
        self.answers = answers
        self.able = True
        self.asked = 0
        self.over = False
        pings.watch(self)

    def can_answer(self) -> bool:
        """Return whether it can answer."""
        return self.able

    def ping(self) -> None:
        """Answer, or do not."""
        self.asked += 1
        if self.answers:
            self.pings.heard(self)

    def fail(self, outcome: Outcome) -> None:
        """Go."""
        self.over = True

    def pong_missing(self) -> None:
        """Go."""
        self.over = True
        self.pings.forget(self)


class PingsTests(SynchronousTestCase):
    """On a clock of the test's own."""

    def setUp(self) -> None:
        """Make the pings: every second, two for the answer."""
        self.clock = Clock()
        self.pings = Pings(self.clock, 1000, 2000)

    def wait(self, seconds: float) -> None:
        """Advance the clock."""
        self.clock.pump([SWEEP_S] * round(seconds / SWEEP_S))

    def test_each_has_its_own_time(self) -> None:
        """Counted from its own beginning, or its last sign of life."""
        first = Client(self.pings)
        self.wait(0.5)
        second = Client(self.pings)
        self.wait(0.5)
        self.assertEqual((first.asked, second.asked), (1, 0))
        self.wait(0.5)
        self.assertEqual((first.asked, second.asked), (1, 1))
        self.wait(10)
        self.assertEqual((first.asked, second.asked), (11, 11))

    def test_only_who_does_not_answer_goes(self) -> None:
        """A client that does not answer is ended after one ping."""
        good, bad = Client(self.pings), Client(self.pings, answers=False)
        self.wait(2.75)
        self.assertFalse(bad.over)
        self.wait(0.25)
        self.assertEqual((bad.over, bad.asked, good.over), (True, 1, False))

    def test_a_late_answer_counts(self) -> None:
        """Within the time."""
        client = Client(self.pings, answers=False)
        self.wait(2.75)
        self.pings.heard(client)
        self.wait(1)
        self.assertEqual((client.over, client.asked), (False, 2))

    def test_who_is_not_owed_an_answer(self) -> None:
        """Any number of signs changes nothing for a client that was not asked."""
        client = Client(self.pings)
        self.wait(0.75)
        self.pings.heard(client)
        self.wait(0.25)
        self.assertEqual(client.asked, 1)

    def test_nothing_is_left_when_all_are_gone(self) -> None:
        """No timer outlives the connections; the next one starts it again."""
        for _ in range(2):
            clients = [Client(self.pings), Client(self.pings, answers=False)]
            self.wait(1)
            for client in clients:
                self.pings.forget(client)
                self.pings.forget(client)
            self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_one_that_fails(self) -> None:
        """An error of one client ends it, and the others are pinged."""
        early, failing, late = (Client(self.pings) for _ in range(3))

        def fail() -> None:
            raise ZeroDivisionError

        failing.ping = fail  # type: ignore[method-assign]
        self.wait(3)
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.assertTrue(failing.over)
        self.assertEqual((early.asked, late.asked), (3, 3))
