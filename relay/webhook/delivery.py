"""
The delivery of one subscription: one event after the other, each until it is done with.

Theory of operation. A delivery reads the channel as any client does, as a subscriber
with a position, and holds no queue: it takes one event, and says "full" until that is
taken, given up or put onto the dead-letter list. Its place moves past an event only
then, and what is left over goes to the store together with the place. Hence nothing is
lost, and what the store does not know yet may come twice.
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
from relay.channel.filter import TooManyFilters
from relay.expression.errors import EvaluationFailed
from relay.gateway.flows.chain import NoFlow
from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.webhook.assignment import Assignment
from relay.webhook.attempt_result import AttemptResult, NextStep
from relay.webhook.attempts import Attempts, Tell
from relay.webhook.courier import Courier
from relay.webhook.event import OutgoingEvent
from relay.webhook.journal import Journal
from relay.webhook.reader import Reader

AGAIN_S = 1.0
"""After how long what the relay itself could not do is tried again."""


class Delivery:
    """
    Delivers the events of one subscription.

    :param assignment: what is to be delivered.
    :param clock: what tells the time and calls later.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param courier: sends an event.
    :param journal: knows how far it is.
    :param tell: told of each attempt.
    """

    log = Logger()

    def __init__(
        self,
        assignment: Assignment,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        courier: Courier,
        journal: Journal,
        tell: Tell,
    ) -> None:
        self.assignment = assignment
        self.gave_up = False
        """Whether it has given up, and the store knows."""
        self._clock = clock
        self._wall_ms = wall_ms
        self._journal = journal
        self._attempts = Attempts(
            assignment,
            clock,
            courier,
            tell,
            self._in_vain,
            self._done,
            self._end_if_quiet,
            self._broken,
        )
        self._reader = Reader(self._take, self._note_gap, self._find_place)
        self._state: DeliveryState | None = None
        self._event: OutgoingEvent | None = None
        """The one that is not done with."""
        self._letter: DeadLetter | None = None
        """What it is on the dead-letter list, if it is sent again."""
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
        """Go on where the subscription is."""
        api, configuration = self.assignment.api, self.assignment.configuration
        loading = self._journal.load(api.id, self.assignment.id, configuration.channel)
        self._write(loading, self._loaded, self.start)

    def stop(self, grace_s: float) -> Deferred[None]:
        """
        Deliver no more.

        :param grace_s: how long an attempt that is under way may take to end.
        :return: fires when nothing is under way any more.
        """
        done: Deferred[None] = Deferred()
        self._waiting.append(done)
        self._ending = True
        self._reader.detach()
        self._attempts.stop(grace_s)
        return done

    def look_for_replays(self) -> None:
        """Somebody may want dead letters sent again."""
        self._replays_due = True
        if self._reader.attached and self._idle:
            self._reader.pause()
            try:
                self._next()
            except Exception:
                self._broken(Failure())

    def as_json(self) -> dict[str, Any]:
        """Say how it is, for people."""
        halted = self._ending or self._halted
        here = self._event is not None and self._letter is None
        shape: dict[str, Any] = {
            "state": "STOPPED" if halted else self._attempts.name,
            "behind": self._reader.behind + (1 if here else 0),
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
            # Somebody has resumed it.
            state = replace(state, failed_in_a_row=0)
        self._state = state
        self._next()

    def _next(self) -> None:
        if self._ending or self._halted:
            self._end_if_quiet()
        elif self._replays_due:
            letter = self._journal.ledger.next_replay(self.assignment.id)
            self._write(letter, self._replay, self._next)
        elif not self._reader.attached:
            self._attach()
        else:
            self._reader.resume()

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
        state = self._known
        try:
            channel = self.assignment.open_channel()
            place = self._reader.attach(
                channel, state.position, f"subscription {self.assignment.id}"
            )
        except (NoFlow, EvaluationFailed):
            self._give_up("no flow of the API lets its events out")
            return
        except (ChannelRefused, TooManyFilters) as error:
            self._problem = str(error)
            self._later(AGAIN_S, self._next)
            return
        self._problem = ""
        if state.position is None:
            # Else what comes before the first delivery would be lost with a crash.
            self._note(replace(state, position=place))
            self._journal.flush()
        self._reader.resume()

    def _find_place(self) -> None:
        """The place is no longer kept, or the channel is another: find it again."""
        if self._idle and not self._ending and not self._halted:
            # In its own turn: the channel is in the middle of something.
            self._later(0, self._next)

    def _note_gap(self, gap: dict[str, Any]) -> None:
        self._gap = str(gap["reason"])
        told = {**gap, "atMs": self._wall_ms()}
        state = self._known
        self._note(replace(state, gaps=state.gaps + 1, last_gap=told))
        self.log.warn(
            "subscription {id}: events may be missing: {reason}",
            id=self.assignment.id,
            reason=gap["reason"],
        )

    # What becomes of one.

    def _take(self, event: OutgoingEvent) -> None:
        self._event = event
        try:
            self._begin(event, self._gap)
        except Exception:
            self._broken(Failure())

    def _begin(self, event: OutgoingEvent, gap: str | None) -> None:
        tried = self._known.tried(self.assignment.mark(event, self._letter))
        self._attempts.begin(event, gap, tried)

    def _in_vain(self, receipt: AttemptResult, number: int, again: bool) -> None:
        self._problem = receipt.reason
        state = replace(self._known, failed=self._known.failed + 1)
        if again and self._event is not None:
            mark = self.assignment.mark(self._event, self._letter)
            state = replace(state, trying=mark, attempts=number)
        self._note(state)
        if again:
            # Or a daemon that is restarted amid attempts would never come to an end.
            self._journal.flush()

    def _done(self, verdict: NextStep, receipt: AttemptResult, attempts: int) -> None:
        if verdict is NextStep.TAKEN:
            self._taken()
        elif verdict is NextStep.STOP:
            self._give_up(receipt.reason)
        else:
            self._bury(receipt, attempts)

    def _taken(self) -> None:
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

    def _bury(self, receipt: AttemptResult, attempts: int) -> None:
        """Put the event onto the dead-letter list, and go on."""
        event, state = self._event, self._known
        assert event is not None
        letter = DeadLetter(
            id=str(uuid4()) if self._letter is None else self._letter.id,
            subscription_id=self.assignment.id,
            event_id=event.id,
            at_ms=self._wall_ms(),
            attempts=attempts,
            status=receipt.status,
            reason=receipt.reason,
            event=dict(event.told),
        )
        if self._letter is not None:
            self._settle(state.settled(), letter, False)
            return
        failed = state.failed_in_a_row + 1
        after = state.settled(position=event.id, failed_in_a_row=failed)
        most = self.assignment.options.dead_letters.max_events
        self._journal.written(state)
        self._write(
            self._journal.ledger.dead_letter(after, letter, most),
            lambda kept: self._buried(kept, after),
            lambda: self._bury(receipt, attempts),
        )

    def _buried(self, kept: bool, after: DeliveryState) -> None:
        if not kept:
            self._give_up("the dead-letter list is full")
            return
        self._event = self._gap = None
        self._state = after
        self._journal.written(after)
        threshold = self.assignment.options.failure_threshold
        if threshold and after.failed_in_a_row >= threshold:
            count = after.failed_in_a_row
            self._give_up(f"{count} events in a row failed; the last: {self._problem}")
        else:
            self._next()

    def _settle(self, state: DeliveryState, letter: DeadLetter, taken: bool) -> None:
        """Say what came of a dead letter that was sent again."""

        def settled(_: None) -> None:
            self._state = state
            self._journal.written(state)
            self._event = self._letter = None
            self._next()

        self._journal.written(self._known)
        done = self._journal.ledger.settle(state, letter, taken)
        self._write(done, settled, lambda: self._settle(state, letter, taken))

    def _give_up(self, cause: str) -> None:
        """Deliver no more, until somebody resumes the subscription."""
        self._reader.detach()
        self._halted = True
        self._problem = cause
        self.log.warn(
            "subscription {id}: delivery has failed: {cause}",
            id=self.assignment.id,
            cause=cause,
        )
        self._fail(cause)

    def _fail(self, cause: str) -> None:
        def failed(_: None) -> None:
            self._event = self._letter = None
            self.gave_up = True
            self._end_if_quiet()

        self._state = self._known.settled()
        self._journal.written(self._state)
        done = self._journal.ledger.fail(self._state, cause)
        self._write(done, failed, lambda: self._fail(cause))

    # What holds for all of it.

    @property
    def _known(self) -> DeliveryState:
        assert self._state is not None
        return self._state

    def _note(self, state: DeliveryState) -> None:
        self._state = state
        self._journal.note(state)

    def _write(
        self,
        waited: Deferred[Any],
        go_on: Callable[[Any], None],
        again: Callable[[], None],
    ) -> None:
        """Wait for the store; what it could not do is asked again."""
        self._writing = True

        def done(result: Any) -> None:
            self._writing = False
            go_on(result)

        def failed(failure: Failure) -> None:
            self._writing = False
            self._problem = "the store does not answer"
            self.log.error(
                "subscription {id}: {reason}",
                id=self.assignment.id,
                reason=failure.getErrorMessage(),
            )
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
        """A defect of ours must not end a delivery in silence."""
        self.log.failure("subscription {id}", failure, id=self.assignment.id)
        self._reader.detach()
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
