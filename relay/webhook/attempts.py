"""The attempts to deliver one event, until it is delivered or given up."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.webhook.assignment import Assignment
from relay.webhook.attempt_result import AttemptResult, NextStep
from relay.webhook.courier import Courier
from relay.webhook.event import OutgoingEvent

JITTER = 0.25
"""The random part of a delay, so that not all deliveries retry at once."""

Report = Callable[[Assignment, OutgoingEvent, int, AttemptResult, str, float], None]
"""Called after each attempt: with the event, the number of the attempt, its result,
what follows (a value of :class:`NextStep`), and its duration in seconds."""


class Attempts:
    """
    Sends one event after the other.

    :param report: called after each attempt.
    :param failed: called after each attempt that failed: with its result, its number,
        and whether another one follows.
    :param done: called when an event is delivered or given up, with the last result and
        the number of attempts.
    :param quiet: called after :meth:`stop`, when no attempt is running any more.
    :param broken: called with an unexpected failure.
    """

    log = Logger()

    def __init__(
        self,
        assignment: Assignment,
        clock: IReactorTime,
        courier: Courier,
        report: Report,
        failed: Callable[[AttemptResult, int, bool], None],
        done: Callable[[NextStep, AttemptResult, int], None],
        quiet: Callable[[], None],
        broken: Callable[[Failure], None],
    ) -> None:
        self._assignment = assignment
        self._clock = clock
        self._courier = courier
        self._report = report
        self._failed = failed
        self._done = done
        self._quiet = quiet
        self._broken = broken
        self._event: OutgoingEvent | None = None
        self._gap: str | None = None
        self._number = 0
        self._call: Deferred[AttemptResult] | None = None
        self._timer: IDelayedCall | None = None
        self._stopped = False

    @property
    def name(self) -> str:
        """The state, as the management API shows it."""
        if self._call is not None:
            return "SENDING"
        return "WAITING" if self._event is None else "RETRYING"

    def as_json(self) -> dict[str, Any]:
        """Describe the current event for the management API."""
        if self._event is None:
            return {}
        shape: dict[str, Any] = {"eventId": self._event.id, "attempt": self._number}
        if self._timer is not None and self._call is None:
            wait_s = self._timer.getTime() - self._clock.seconds()
            shape["nextInMs"] = max(round(wait_s * 1000), 0)
        return shape

    def begin(self, event: OutgoingEvent, gap: str | None, tried: int = 0) -> None:
        """
        Send an event.

        :param gap: why events may be missing before it; None when none are.
        :param tried: how many attempts have failed, perhaps before this process was
            started; the next one is made after the delay that follows the last.
        """
        self._event, self._gap, self._number = event, gap, tried
        if event.problem:
            self._event = None
            self._done(NextStep.REJECTED, AttemptResult(None, event.problem), 0)
            return
        if tried:
            self._timer = self._clock.callLater(self._delay_s(), self._resend)
        else:
            self._send()

    def stop(self, grace_s: float) -> None:
        """
        Make no more attempts.

        :param grace_s: how long a running attempt may take to end, in seconds.
        """
        self._stopped = True
        self._courier.close()
        self._forget_timer()
        if self._call is None:
            self._over()
        elif grace_s <= 0:
            self._call.cancel()
        else:
            self._timer = self._clock.callLater(grace_s, self._call.cancel)

    def _send(self) -> None:
        self._timer = None
        event = self._event
        assert event is not None
        if not self._assignment.here:
            # The lease is lost: another process delivers, and this one will be stopped.
            self._over()
            return
        self._number += 1
        begun_s = self._clock.seconds()
        call = maybeDeferred(self._courier.send, event, self._number, self._gap)
        self._call = call.addErrback(self._not_sent)
        call.addCallback(self._answered, event, begun_s).addErrback(self._defect)

    def _not_sent(self, failure: Failure) -> AttemptResult:
        """Count an unexpected failure as an attempt, so that retries are limited."""
        self.log.failure("a delivery failed", failure)
        return AttemptResult(None, "an internal error; see the log of the gateway")

    def _answered(
        self, result: AttemptResult, event: OutgoingEvent, begun_s: float
    ) -> None:
        self._call = None
        self._forget_timer()
        if self._stopped and result.status is None:
            self._over()
            return
        step, number = self._decide(result), self._number
        took_s = self._clock.seconds() - begun_s
        try:
            self._report(self._assignment, event, number, result, step.value, took_s)
        except Exception:
            self.log.failure("a delivery could not be logged")
        if step is not NextStep.DELIVERED:
            self._failed(result, number, step is NextStep.RETRY)
        if step is not NextStep.RETRY:
            self._event = None
            self._done(step, result, number)
        elif self._stopped:
            self._over()
        else:
            delay_s = max(self._delay_s(), result.retry_after_s)
            self._timer = self._clock.callLater(delay_s, self._resend)

    def _resend(self) -> None:
        try:
            self._send()
        except Exception as error:
            self._defect(Failure(error))

    def _decide(self, result: AttemptResult) -> NextStep:
        step, options = result.next_step, self._assignment.options
        if step in (NextStep.DELIVERED, NextStep.STOPPED):
            return step
        most = options.attempts(self._assignment.webhook.retry)
        if step is NextStep.RETRY and self._number < most:
            return step
        stops = options.stops_after(result.status)
        return NextStep.STOPPED if stops else NextStep.REJECTED

    def _delay_s(self) -> float:
        delay_s = self._assignment.webhook.retry.delay_s(self._number)
        return delay_s * (1 - JITTER * random.random())

    def _defect(self, failure: Failure) -> None:
        self._call = self._event = None
        self._forget_timer()
        self._broken(failure)

    def _over(self) -> None:
        self._event = None
        self._quiet()

    def _forget_timer(self) -> None:
        timer, self._timer = self._timer, None
        if timer is not None and timer.active():
            timer.cancel()
