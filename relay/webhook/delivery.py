"""
The delivery of one subscription: one event after the other.

Theory of operation. A delivery reads the channel as any client does, as a subscriber
with a position, and holds no queue: it takes one event, and is paused until the event
is delivered or put onto the dead-letter list. Its position moves past an event only
then, and a dead letter is stored together with the position. Hence no event is lost,
and one whose position is not stored yet may be delivered twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.channel.channels import ChannelRefused
from relay.channel.entry import Gap
from relay.channel.subscribers.filter import TooManyFilters
from relay.expression.errors import EvaluationFailed
from relay.gateway.flows.chain import NoFlow
from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.webhook.assignment import Assignment
from relay.webhook.attempt_result import AttemptResult, NextStep
from relay.webhook.attempts import Attempts, Report
from relay.webhook.courier import Courier
from relay.webhook.event import OutgoingEvent
from relay.webhook.progress import NO_ANSWER, Progress
from relay.webhook.reader import PLACE_S, Reader

AGAIN_S = 1.0
"""The delay, in seconds, before something that failed within the relay is repeated."""


class Delivery:
    """
    Delivers the events of one subscription.

    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param report: called after each attempt.
    """

    log = Logger()

    def __init__(
        self,
        assignment: Assignment,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        courier: Courier,
        progress: Progress,
        report: Report,
    ) -> None:
        self.assignment = assignment
        self.gave_up = False
        """Whether it has given up, and that is stored."""
        self._clock = clock
        self._wall_ms = wall_ms
        self._progress = progress
        self._attempts = Attempts(
            assignment,
            clock,
            courier,
            report,
            self._attempt_failed,
            self._done,
            self._end_if_quiet,
            self._broken,
        )
        self.reader = Reader(self._take, self._note_gap, self._find_place)
        self._state: DeliveryState | None = None
        self._event: OutgoingEvent | None = None
        """The event that is neither delivered nor given up."""
        self._letter: DeadLetter | None = None
        """Its entry of the dead-letter list, if it is a replay."""
        self._gap: str | None = None
        """Why events may be missing before the next one."""
        self._replays_due = True
        self._writing = False
        self._timer: IDelayedCall | None = None
        self._problem = ""
        self._halted = False
        self._ending = False
        self._waiting: list[Deferred[None]] = []

    def start(self) -> None:
        """Continue at the stored position."""
        api, configuration = self.assignment.api, self.assignment.configuration
        loading = self._progress.load(api.id, self.assignment.id, configuration.channel)
        self._write(loading, self._loaded, self.start)

    def stop(self, grace_s: float) -> Deferred[None]:
        """
        Deliver no more.

        :param grace_s: how long a running attempt may take to end, in seconds.
        :return: fires when no attempt is running and nothing is being stored.
        """
        done: Deferred[None] = Deferred()
        self._waiting.append(done)
        self._ending = True
        self.reader.detach()
        self._attempts.stop(grace_s)
        return done

    def look_for_replays(self) -> None:
        """Check the store for dead letters that are to be replayed."""
        self._replays_due = True
        if self.reader.attached and self._idle:
            self.reader.pause()
            try:
                self._next()
            except Exception:
                self._broken(Failure())

    def as_json(self) -> dict[str, Any]:
        """Describe the delivery for the management API."""
        here = self._event is not None and self._letter is None
        shape: dict[str, Any] = {
            "state": "STOPPED" if self._ending or self._halted else self._attempts.name,
            "behind": self.reader.behind + (1 if here else 0),
            **self._attempts.as_json(),
        }
        if self._problem:
            shape["problem"] = self._problem
        return shape

    @property
    def _idle(self) -> bool:
        return self._event is None and not self._writing and self._timer is None

    # The next event.

    def _loaded(self, state: DeliveryState) -> None:
        threshold = self.assignment.options.failure_threshold
        if threshold and state.failed_in_a_row >= threshold:
            # The subscription was resumed after the delivery had given up.
            state = replace(state, failed_in_a_row=0)
        self._state = state
        self._next()

    def _next(self) -> None:
        if self._ending or self._halted:
            self._end_if_quiet()
        elif self._replays_due:
            letter = self._progress.store.next_replay(self.assignment.id)
            self._write(letter, self._replay, self._next)
        elif not self.reader.attached:
            self._attach()
        else:
            self._resume()

    def _replay(self, letter: DeadLetter | None) -> None:
        self._letter = letter
        if letter is None:
            self._replays_due = False
            self._next()
        elif self._ending:
            self._end_if_quiet()
        else:
            self._event = OutgoingEvent.read(letter.event)
            self._begin(self._event, None)

    def _attach(self) -> None:
        try:
            channel = self.assignment.open_channel()
            client = f"subscription {self.assignment.id}"
            self.reader.attach(channel, self._known.position, client)
        except (NoFlow, EvaluationFailed):
            self._give_up("no flow of the API lets its events out")
            return
        except (ChannelRefused, TooManyFilters) as error:
            self._problem = str(error)
            self._later(AGAIN_S, self._next)
            return
        self._problem = ""
        self._resume()

    def _resume(self) -> None:
        """Take events, once a position is noted: a crash must not lose the first."""
        if self._known.position is None:
            if (place := self.reader.place) is None:
                self._later(PLACE_S, self._next)
                return
            self._note(replace(self._known, position=place))
            self._progress.flush()
        self.reader.resume()

    def _find_place(self) -> None:
        """Attach again: the position was evicted, or the channel was closed."""
        if self._idle and not self._ending and not self._halted:
            # In the next turn: the channel calls this in the middle of its own work.
            self._later(0, self._next)

    def _note_gap(self, gap: Gap) -> None:
        self._gap = gap.reason.value
        last_gap = {"reason": self._gap, "after": gap.after, "atMs": self._wall_ms()}
        state = self._known
        self._note(replace(state, gaps=state.gaps + 1, last_gap=last_gap))
        self.log.warn(
            "subscription {subscription_id}: events may be missing: {reason}",
            **self.assignment.log_ids,
            reason=self._gap,
        )

    # The result of an event.

    def _take(self, event: OutgoingEvent) -> None:
        self._event = event
        try:
            self._begin(event, self._gap)
        except Exception:
            self._broken(Failure())

    def _begin(self, event: OutgoingEvent, gap: str | None) -> None:
        tried = self._known.tried(self.assignment.mark(event, self._letter))
        self._attempts.begin(event, gap, tried)

    def _attempt_failed(self, result: AttemptResult, number: int, again: bool) -> None:
        self._problem = result.reason
        state = replace(self._known, failed=self._known.failed + 1)
        if again and self._event is not None:
            mark = self.assignment.mark(self._event, self._letter)
            state = replace(state, trying=mark, attempts=number)
        self._note(state)
        if again:
            # Store the count now: restarts between attempts must not reset it.
            self._progress.flush()

    def _done(self, step: NextStep, result: AttemptResult, attempts: int) -> None:
        if step is NextStep.DELIVERED:
            self._delivered()
        elif step is NextStep.STOPPED:
            self._give_up(result.reason)
        else:
            self._dead_letter(result, attempts)

    def _delivered(self) -> None:
        event, letter, state = self._event, self._letter, self._known
        assert event is not None
        self._problem = ""
        state = state.settled(delivered=state.delivered + 1, failed_in_a_row=0)
        if letter is not None:
            self._settle(state, letter, True)
            return
        self._event = self._gap = None
        self._note(replace(state, position=event.id))
        self._next()

    def _dead_letter(self, result: AttemptResult, attempts: int) -> None:
        """Put the event onto the dead-letter list, and continue."""
        event, state = self._event, self._known
        assert event is not None
        letter = DeadLetter(
            id=str(uuid4()) if self._letter is None else self._letter.id,
            subscription_id=self.assignment.id,
            event_id=event.id,
            at_ms=self._wall_ms(),
            attempts=attempts,
            status=result.status,
            reason=result.reason,
            event=dict(event.content),
        )
        if self._letter is not None:
            self._settle(state.settled(), letter, False)
            return
        failed = state.failed_in_a_row + 1
        after = state.settled(position=event.id, failed_in_a_row=failed)
        most = self.assignment.options.dead_letters.max_events
        self._progress.written(state)
        self._write(
            self._progress.store.dead_letter(after, letter, most),
            lambda kept: self._dead_lettered(kept, after),
            lambda: self._dead_letter(result, attempts),
        )

    def _dead_lettered(self, kept: bool, after: DeliveryState) -> None:
        if not kept:
            self._give_up("the dead-letter list is full")
            return
        self.assignment.api.dead_lettered()
        self._event = self._gap = None
        self._state = after
        self._progress.written(after)
        threshold = self.assignment.options.failure_threshold
        if threshold and after.failed_in_a_row >= threshold:
            count = after.failed_in_a_row
            self._give_up(f"{count} events in a row failed; the last: {self._problem}")
        else:
            self._next()

    def _settle(self, state: DeliveryState, letter: DeadLetter, taken: bool) -> None:
        """Store the result of a replay."""

        def settled(_: None) -> None:
            self._state = state
            self._progress.written(state)
            self._event = self._letter = None
            self._next()

        self._progress.written(self._known)
        done = self._progress.store.settle(state, letter, taken)
        self._write(done, settled, lambda: self._settle(state, letter, taken))

    def _give_up(self, cause: str) -> None:
        """Deliver no more until the subscription is resumed."""
        self.reader.detach()
        self._halted = True
        self._problem = cause
        self.log.warn(
            "subscription {subscription_id}: delivery has failed: {cause}",
            **self.assignment.log_ids,
            cause=cause,
        )
        self._fail(cause)

    def _fail(self, cause: str) -> None:
        def failed(_: None) -> None:
            self._event = self._letter = None
            self.gave_up = True
            self._end_if_quiet()

        self._state = self._known.settled()
        self._progress.written(self._state)
        done = self._progress.store.fail(self._state, cause)
        self._write(done, failed, lambda: self._fail(cause))

    # The state, the store and the timer.

    @property
    def _known(self) -> DeliveryState:
        assert self._state is not None
        return self._state

    def _note(self, state: DeliveryState) -> None:
        self._state = state
        self._progress.note(state)

    def _write(
        self,
        waited: Deferred[Any],
        then: Callable[[Any], None],
        again: Callable[[], None],
    ) -> None:
        """Wait for the store; repeat what failed after :data:`AGAIN_S`."""
        self._writing = True

        def done(result: Any) -> None:
            self._writing = False
            then(result)

        def failed(failure: Failure) -> None:
            self._writing = False
            before, self._problem = self._problem, NO_ANSWER
            if before != NO_ANSWER:
                told = {**self.assignment.log_ids, "reason": failure.getErrorMessage()}
                self.log.error("subscription {subscription_id}: {reason}", **told)
            self._later(AGAIN_S, again)

        waited.addCallbacks(done, failed).addErrback(self._broken)

    def _later(self, delay_s: float, act: Callable[[], None]) -> None:
        def due() -> None:
            self._timer = None
            try:
                act()
            except Exception:
                self._broken(Failure())

        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        if self._ending:
            self._end_if_quiet()
        else:
            self._timer = self._clock.callLater(delay_s, due)

    def _broken(self, failure: Failure) -> None:
        """Log an unexpected failure and start again: no delivery ends silently."""
        told = "subscription {subscription_id}"
        self.log.failure(told, failure, **self.assignment.log_ids)
        self.reader.detach()
        self._event = self._letter = None
        self._later(AGAIN_S, self._next if self._state is not None else self.start)

    def _end_if_quiet(self) -> None:
        if not self._ending or self._writing:
            return
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done.callback(None)
