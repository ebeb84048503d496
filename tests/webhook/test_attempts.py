"""The attempts to send one event."""

from __future__ import annotations

import random
from typing import Any

from twisted.python.failure import Failure
from twisted.trial.unittest import SynchronousTestCase

from relay.webhook.assignment import Assignment
from relay.webhook.attempt_result import AttemptResult, NextStep
from relay.webhook.attempts import Attempts
from relay.webhook.event import OutgoingEvent
from tests.webhook.desk import Desk, Post, courier

RETRY = {
    "retry": {
        "retryOption": "Retry On Fail",
        "retryStrategy": "LINEAR",
        "maxAttempts": 3,
        "initialDelaySeconds": 2,
        "maxDelaySeconds": 10,
    }
}


def event(id: str = "e-1", problem: str = "") -> OutgoingEvent:
    """Make an event."""
    return OutgoingEvent(id, "message", "", "text/plain", b"a", {}, problem)


class AttemptsTests(SynchronousTestCase):
    """Attempts with scripted answers and a clock that the test advances."""

    def setUp(self) -> None:
        """Get ready, with delays that leave nothing to chance."""
        self.patch(random, "random", lambda: 0.0)
        self.desk, self.post = Desk(), Post()
        self.defects: set[str] = set()
        """Whose reports of an attempt, or of the end, raise."""
        self.made = self.attempts()

    def attempts(self, **options: Any) -> Attempts:
        """Make the attempts of a subscription."""
        self.steps: list[tuple[int, str]] = []
        self.failed: list[tuple[int, bool]] = []
        self.done: list[tuple[NextStep, int]] = []
        self.quiet: list[bool] = []
        self.broken: list[Failure] = []
        assignment = Assignment.of(
            self.desk.api(), self.desk.subscription(webhook=RETRY | options)
        )
        return Attempts(
            assignment,
            self.desk.clock,
            courier(self.post),
            self.told,
            lambda result, number, again: self.failed.append((number, again)),
            self.ended,
            lambda: self.quiet.append(True),
            self.broken.append,
        )

    def told(
        self,
        assignment: Assignment,
        sent: OutgoingEvent,
        number: int,
        result: AttemptResult,
        step: str,
        took_s: float,
    ) -> None:
        """Take note of an attempt."""
        if "attempt" in self.defects:
            raise ZeroDivisionError
        self.steps.append((number, step))

    def ended(self, step: NextStep, result: AttemptResult, number: int) -> None:
        """Take note of the end."""
        if "end" in self.defects:
            raise ZeroDivisionError
        self.done.append((step, number))

    def test_taken(self) -> None:
        """A success at the first attempt ends the attempts."""
        self.made.begin(event(), None)
        self.assertEqual(self.done, [(NextStep.DELIVERED, 1)])
        self.assertEqual((self.steps, self.failed), ([(1, "delivered")], []))
        self.assertEqual((self.made.name, self.made.as_json()), ("WAITING", {}))

    def test_retried(self) -> None:
        """
        Attempts follow after their delays until a success; the state shows the next
        attempt.
        """
        self.post.answers = [503, None, 204]
        self.made.begin(event(), "evicted")
        self.assertEqual(self.made.name, "RETRYING")
        self.assertEqual(
            self.made.as_json(), {"eventId": "e-1", "attempt": 1, "nextInMs": 2000}
        )
        self.desk.clock.advance(1.999)
        self.assertEqual(len(self.post.sent), 1)
        self.desk.clock.advance(0.001)
        self.assertEqual(self.made.name, "SENDING")
        self.assertEqual(self.made.as_json(), {"eventId": "e-1", "attempt": 2})
        self.post.open.pop().callback(AttemptResult(None, "no answer"))
        self.desk.clock.advance(10)
        self.assertEqual(self.done, [(NextStep.DELIVERED, 3)])
        self.assertEqual(self.failed, [(1, True), (2, True)])
        sent = [(number, gap) for _, number, gap in self.post.sent]
        self.assertEqual(sent, [(1, "evicted"), (2, "evicted"), (3, "evicted")])

    def test_the_receiver_says_when(self) -> None:
        """A longer wait than the delay counts."""
        self.post.answers = [AttemptResult(429, retry_after_s=50)]
        self.made.begin(event(), None)
        self.desk.clock.advance(49)
        self.assertEqual(len(self.post.sent), 1)
        self.desk.clock.advance(1)
        self.assertEqual(len(self.post.sent), 2)

    def test_in_vain(self) -> None:
        """The last attempt ends the attempts with a failure."""
        self.post.answers = [503] * 3
        self.made.begin(event(), None)
        self.desk.clock.pump([10] * 5)
        self.assertEqual(self.failed, [(1, True), (2, True), (3, False)])
        ((step, number),) = self.done
        self.assertIn(step, (NextStep.STOPPED, NextStep.REJECTED))
        self.assertEqual(number, 3)

    def test_what_stops_and_what_is_given_up(self) -> None:
        """A receiver that fails may stop all deliveries; one that refuses an event
        refuses this one only."""
        for options, answer, step in (
            ({}, 400, NextStep.REJECTED),
            ({}, 410, NextStep.STOPPED),
            ({"interruptConsumptionOnServerError": True}, 503, NextStep.STOPPED),
            ({"interruptConsumptionOnServerError": False}, 503, NextStep.REJECTED),
            ({"interruptConsumptionOnException": True}, None, NextStep.STOPPED),
            ({"interruptConsumptionOnException": False}, None, NextStep.REJECTED),
            ({}, 429, NextStep.REJECTED),
        ):
            self.desk = Desk(options)
            made = self.attempts()
            result = AttemptResult(answer, "" if answer else "no answer")
            self.post.answers = [result] * 3
            made.begin(event(), None)
            self.desk.clock.pump([10] * 5)
            self.assertEqual([one for one, _ in self.done], [step], (options, answer))

    def test_a_consumer_of_gravitee(self) -> None:
        """The attempts after the first are counted; an event that fails ends all."""
        self.desk = Desk({"compatibility": "gravitee"})
        for answers, sent in (
            ([503, 503, 503, 503, 204], 4),
            ([429, 429, 429, 429, 204], 4),
            ([400, 204], 1),
            ([302, 204], 1),
        ):
            self.post = Post()
            made = self.attempts()
            self.post.answers = list(answers)
            made.begin(event(), None)
            self.desk.clock.pump([10] * 5)
            self.assertEqual(self.done, [(NextStep.STOPPED, sent)])
            self.assertEqual(len(self.post.sent), sent)

    def test_after_a_restart(self) -> None:
        """The attempts of an earlier process count, and the delay is kept."""
        self.made.begin(event(), None, tried=2)
        self.assertEqual(self.post.sent, [])
        self.desk.clock.advance(10)
        self.assertEqual(self.done, [(NextStep.DELIVERED, 3)])

    def test_an_event_that_cannot_be_sent(self) -> None:
        """An event with a problem is rejected without an attempt."""
        self.made.begin(event(problem="no base64"), None)
        self.assertEqual((self.done, self.post.sent), ([(NextStep.REJECTED, 0)], []))

    def test_a_lease_that_is_lost(self) -> None:
        """A process that has lost the lease sends nothing more."""
        self.post.answers = [503]
        self.made.begin(event(), None)
        self.desk.lease.here = False
        self.desk.clock.advance(10)
        self.assertEqual(len(self.post.sent), 1)
        self.assertEqual((self.quiet, self.done), ([True], []))

    def test_stopped_between_attempts(self) -> None:
        """A stop between attempts ends them at once."""
        self.post.answers = [503]
        self.made.begin(event(), None)
        self.made.stop(5)
        self.assertEqual(self.quiet, [True])
        self.desk.clock.advance(60)
        self.assertEqual(len(self.post.sent), 1)

    def test_stopped_during_an_attempt(self) -> None:
        """
        A stop waits for the attempt under way; its success counts, and a failure is not
        retried.
        """
        for answer, done in ((204, [(NextStep.DELIVERED, 1)]), (503, [])):
            made = self.attempts()
            self.post.answers = [None]
            made.begin(event(), None)
            made.stop(5)
            self.assertEqual(self.quiet, [])
            self.post.open.pop().callback(AttemptResult(answer))
            self.assertEqual(self.done, done)
            self.desk.clock.advance(60)
            self.assertEqual(len(self.steps), 1)

    def test_a_grace_that_is_over(self) -> None:
        """The attempt is cancelled, and is no attempt."""
        for grace_s in (0, 5):
            made = self.attempts()
            self.post.answers = [None]
            made.begin(event(), None)
            made.stop(grace_s)
            self.desk.clock.advance(grace_s)
            self.assertEqual((self.quiet, self.steps, self.done), ([True], [], []))
        self.assertEqual(self.post.dropped, 2)

    def test_a_defect_of_the_courier(self) -> None:
        """Counts as an attempt: no event is retried for ever."""

        def broken(*given: object) -> None:
            raise ZeroDivisionError

        self.patch(self.post, "send", broken)
        self.made.begin(event(), None)
        self.desk.clock.pump([10] * 5)
        self.assertEqual([number for number, _ in self.failed], [1, 2, 3])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 3)
        self.assertEqual(self.broken, [])

    def test_a_defect_of_those_who_are_told(self) -> None:
        """
        An error in the callback of an attempt is logged; one in the callback of the end
        breaks the delivery.
        """
        self.defects = {"attempt"}
        self.made.begin(event(), None)
        self.assertEqual(self.done, [(NextStep.DELIVERED, 1)])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
        self.defects = {"end"}
        self.made.begin(event(), None)
        (failure,) = self.broken
        self.assertTrue(failure.check(ZeroDivisionError))
        self.assertEqual(self.made.name, "WAITING")
