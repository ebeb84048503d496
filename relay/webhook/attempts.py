"""One event, sent again and again until it is taken, or is not to be sent any more."""

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
"""Which part of a delay is left to chance, so that not all come back at once."""

Tell = Callable[[Assignment, OutgoingEvent, int, AttemptResult, str, float], None]
"""Told of each attempt: the event, its number, what came of it, what follows, and how
long it took in seconds."""


class Attempts:
    """
    Sends one event after the other.

    :param assignment: what the publisher and the consumer want.
    :param clock: what tells the time and calls later.
    :param courier: sends an event once.
    :param tell: told of each attempt.
    :param failed: told of each that was in vain: what came of it, its number, and
        whether another one follows.
    :param done: told what comes of an event in the end.
    :param quiet: told when nothing is under way any more, after :meth:`stop`.
    :param broken: told of a defect.
    """

    log = Logger()

    def __init__(
        self,
        assignment: Assignment,
        clock: IReactorTime,
        courier: Courier,
        tell: Tell,
        failed: Callable[[AttemptResult, int, bool], None],
        done: Callable[[NextStep, AttemptResult, int], None],
        quiet: Callable[[], None],
        broken: Callable[[Failure], None],
    ) -> None:
        self._assignment = assignment
        self._clock = clock
        self._courier = courier
        self._tell = tell
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
    def under_way(self) -> bool:
        """Whether an event is neither taken nor given up."""
        return self._event is not None

    @property
    def name(self) -> str:
        """What goes on, for people."""
        if self._call is not None:
            return "SENDING"
        return "WAITING" if self._event is None else "RETRYING"

    def as_json(self) -> dict[str, Any]:
        """Say how it is with the event that is under way, for people."""
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

        :param event: the event.
        :param gap: why events may be missing before it; None when none are.
        :param tried: how often it was sent in vain, before this process began perhaps:
            it is sent again as after the last of these attempts.
        """
        self._event, self._gap, self._number = event, gap, tried
        if event.problem:
            self._event = None
            self._done(NextStep.HOPELESS, AttemptResult(None, event.problem), 0)
            return
        if tried:
            self._timer = self._clock.callLater(self._delay_s(), self._resend)
        else:
            self._send()

    def stop(self, grace_s: float) -> None:
        """
        Send nothing more.

        :param grace_s: how long an attempt that is under way may take to end.
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
        if not self._assignment.api.custody.here:
            # Another process has it by now, or will: this one is about to be stopped.
            self._over()
            return
        self._number += 1
        begun_s = self._clock.seconds()
        call = maybeDeferred(self._courier.send, event, self._number, self._gap)
        self._call = call.addErrback(self._not_sent)
        call.addCallback(self._answered, event, begun_s).addErrback(self._defect)

    def _not_sent(self, failure: Failure) -> AttemptResult:
        """Count a defect of the relay as an attempt: no event is retried for ever."""
        self.log.failure("a delivery failed", failure)
        return AttemptResult(None, "an error of the relay's own, which its log tells")

    def _answered(
        self, receipt: AttemptResult, event: OutgoingEvent, begun_s: float
    ) -> None:
        self._call = None
        self._forget_timer()
        if self._stopped and receipt.status is None:
            self._over()
            return
        verdict, number = self._decide(receipt), self._number
        took_s = self._clock.seconds() - begun_s
        try:
            self._tell(self._assignment, event, number, receipt, verdict.value, took_s)
        except Exception:
            self.log.failure("a delivery could not be told")
        if verdict is not NextStep.TAKEN:
            self._failed(receipt, number, verdict is NextStep.AGAIN)
        if verdict is not NextStep.AGAIN:
            self._event = None
            self._done(verdict, receipt, number)
        elif self._stopped:
            self._over()
        else:
            delay_s = max(self._delay_s(), receipt.retry_after_s)
            self._timer = self._clock.callLater(delay_s, self._resend)

    def _resend(self) -> None:
        try:
            self._send()
        except Exception as error:
            self._defect(Failure(error))

    def _decide(self, receipt: AttemptResult) -> NextStep:
        verdict = receipt.verdict
        if verdict is not NextStep.AGAIN:
            return verdict
        if self._number < self._assignment.webhook.retry.attempts:
            return verdict
        options = self._assignment.options
        interrupts = options.interrupt_consumption_on_server_error
        if receipt.status is None:
            interrupts = options.interrupt_consumption_on_exception
        elif receipt.status < 500:
            interrupts = False
        return NextStep.STOP if interrupts else NextStep.HOPELESS

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
