"""A stop takes its steps in order, and has a deadline."""

from __future__ import annotations

from twisted.internet.defer import Deferred, succeed
from twisted.internet.task import Clock
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.stopping import Step, Stop


class StopTests(SynchronousTestCase):
    """Steps that end when the test says so."""

    def setUp(self) -> None:
        """Make two steps."""
        self.clock = Clock()
        self.begun: list[str] = []
        self.first: Deferred[None] = Deferred()
        self.second: Deferred[None] = succeed(None)
        self.stop = Stop(
            self.clock,
            [
                Step("one", lambda: self.begin("one", self.first), 2000),
                Step("two", lambda: self.begin("two", self.second)),
            ],
            5000,
        ).run()

    def begin(self, name: str, done: Deferred[None]) -> Deferred[None]:
        """Note a step."""
        self.begun.append(name)
        return done

    def test_in_order(self) -> None:
        """A step begins when the previous one has ended."""
        self.assertEqual(self.begun, ["one"])
        self.first.callback(None)
        self.successResultOf(self.stop)
        self.assertEqual(self.begun, ["one", "two"])
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_step_that_fails_holds_up_no_other(self) -> None:
        """A step that fails is logged, and the next one begins."""
        self.first.errback(ValueError("x"))
        self.successResultOf(self.stop)
        self.assertEqual(self.begun, ["one", "two"])
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_the_deadline_ends_it_whatever_is_waited_for(self) -> None:
        """The log names the step that did not end, and no other step begins."""
        self.clock.advance(6.9)
        self.assertNoResult(self.stop)
        with capturedLogs() as events:
            self.clock.advance(0.1)
        self.successResultOf(self.stop)
        self.assertEqual([one["step"] for one in events], ["one"])
        self.first.callback(None)
        self.assertEqual(self.begun, ["one"])

    def test_what_one_step_may_take_more_is_not_for_the_others(self) -> None:
        """The extra time of a step is not available to the other steps."""
        for took_s, left_s in ((0, 5), (1, 5), (4, 3)):
            self.setUp()
            self.second = Deferred()
            self.clock.advance(took_s)
            self.first.callback(None)
            self.clock.advance(left_s - 0.1)
            self.assertNoResult(self.stop)
            self.clock.advance(0.1)
            self.successResultOf(self.stop)
