"""
Subscribers that read the log of a channel, each from its own position on.

A subscriber that resumes may have a whole history to read, and its filter may examine
all of it and write nothing. So all subscribers of all channels share a part of each
turn of the reactor (:mod:`relay.reactor.turns`).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from relay.channel.counts import ChannelCounts
from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.log import Log
from relay.channel.subscribers.group import Group
from relay.channel.subscribers.jmes_path import TooCostly
from relay.channel.subscribers.slow import skip, too_slow
from relay.channel.subscribers.subscriber import Event, State, Subscriber
from relay.channel.verdict import LONGEST_S
from relay.model.outcome import Outcome
from relay.reactor.turns import STREAMS, Work, turns_of

CATCH_UP = Work(0.005, 0.010)
"""What subscribers read from the logs of all channels."""


class Reading:
    """
    Moves the subscribers of one channel along the log, until they are live.

    :param log: the log of the channel.
    :param groups: the groups of the channel, by the key of their subscribers.
    :param counts: of the channel's API.
    """

    _log = Logger()

    def __init__(
        self,
        log: Log,
        clock: IReactorTime,
        groups: dict[Hashable, Group[Any]],
        counts: ChannelCounts,
    ) -> None:
        self.log = log
        self._counts = counts
        self.ended = False
        """Whether nothing is added to the log any more."""
        self.shared_from: int | None = None
        """The first of the entries that are being given to the groups, whose memos are
        kept until then; None while none are."""
        self._clock = clock
        self._groups = groups
        self._catch_up = turns_of(clock, CATCH_UP)
        self._ending = turns_of(clock, STREAMS)
        self._under_way: set[Subscriber] = set()
        """Subscribers to which something is being delivered just now."""
        self._to_check: set[Subscriber] = set()
        """Subscribers that are ended in a later turn of the reactor, if they are still
        too slow then."""

    @property
    def lagging(self) -> list[Subscriber]:
        """The subscribers that are not live."""
        return [one for group in self._groups.values() for one in group.lagging]

    def attach(self, subscriber: Subscriber) -> None:
        """Begin to watch a subscriber that has its position."""
        subscriber.change(Event.ATTACH)
        subscriber.behind_since_s = self._clock.seconds()
        self._groups[subscriber.key].lagging.add(subscriber)

    def pause(self, subscriber: Subscriber) -> None:
        """The client of a subscriber takes no more."""
        self._withdraw(subscriber)
        subscriber.change(Event.PAUSE)

    def resume(self, subscriber: Subscriber) -> None:
        """The client of a subscriber takes more."""
        before = subscriber.state
        if subscriber.change(Event.RESUME) is not before:
            self.read_on(subscriber, skips=before is State.SKIPPING)

    def settle(self, subscriber: Subscriber) -> None:
        """Deliver at once what a subscriber that keeps up has not been given yet."""
        group = self._groups[subscriber.key]
        if subscriber.state is State.LIVE:
            if group.place(subscriber) >= self.log.next_seq:
                return
            self._withdraw(subscriber)
            subscriber.change(Event.READ_ON)
        elif subscriber not in group.joining:
            return
        self.read_on(subscriber, at_once=True)

    def _withdraw(self, subscriber: Subscriber) -> None:
        self._groups[subscriber.key].withdraw(subscriber)
        if subscriber.state is State.LIVE:
            subscriber.behind_since_s = self._clock.seconds()

    def read_on(
        self, subscriber: Subscriber, *, skips: bool = False, at_once: bool = False
    ) -> None:
        """
        Deliver from the log, until the subscriber is live or its client is full.

        :param subscriber: one that catches up.
        :param skips: whether it continues at the newest entry.
        :param at_once: whether all of it is delivered in this turn of the reactor.
        """
        outermost = subscriber not in self._under_way
        if not (outermost or skips or at_once):
            # Its reader has taken something, and resumes: the loop that delivered this
            # goes on. To begin another one for each entry would exhaust the stack.
            return
        self._under_way.add(subscriber)
        try:
            self._read_on(subscriber, skips, at_once)
        except TooCostly:
            self.end(subscriber, Outcome.LIMIT_REACHED)
        except Exception:
            self.fail(subscriber)
        finally:
            if outermost:
                self._under_way.discard(subscriber)

    def _read_on(self, subscriber: Subscriber, skips: bool, at_once: bool) -> None:
        log = self.log
        while subscriber.state is State.CATCHING_UP:
            group = self._groups[subscriber.key]
            if skips or (
                subscriber.awaited is None and subscriber.position < log.first_seq
            ):
                if not skips and subscriber.slow.policy == "disconnect":
                    self._cut(subscriber)
                    return
                skips = False
                self._skip(subscriber, group)
            elif subscriber.gap is not None:
                gap, subscriber.gap = subscriber.gap, None
                group.give(subscriber, (gap,), ())
            elif subscriber.awaited is not None:
                subscriber.change(Event.MISS_PLACE)
            elif subscriber.position >= log.next_seq:
                self._caught_up(subscriber, group)
                return
            elif at_once or self._catch_up.has_time():
                behind_since_s = subscriber.behind_since_s
                entries = group.read(subscriber, log)
                self._count_lag(entries, behind_since_s)
                self._forget_memos(entries)
            else:
                self._catch_up.postpone(partial(self._go_on, subscriber))
                return

    def _count_lag(self, entries: Sequence[Entry], behind_since_s: float) -> None:
        """
        Count what a subscriber was given later than others.

        :param behind_since_s: since when it was not live. What came before was not
            delayed but missed, by a client that was not connected. What is being given
            to all groups is counted with them.
        """
        first = entries[0]
        if first.arrived_s >= behind_since_s and (
            self.shared_from is None or first.seq < self.shared_from
        ):
            self._counts.delivered(entries, self._clock.seconds())

    def _go_on(self, subscriber: Subscriber) -> None:
        """Read on in a later turn, unless the subscriber has left or was paused."""
        if subscriber.state is State.CATCHING_UP:
            self.read_on(subscriber)

    def _caught_up(self, subscriber: Subscriber, group: Group[Any]) -> None:
        if group.admit(subscriber):
            subscriber.change(Event.CATCH_UP)
        if self.ended:
            subscriber.reader.finish()

    def finish(self, subscriber: Subscriber) -> None:
        """
        End a subscriber that has everything; another one reads on to the end first.

        :param subscriber: attached; its client may have become full just now.
        """
        position = subscriber.position
        if subscriber.state is State.LIVE:
            position = self._groups[subscriber.key].place(subscriber)
        if position >= self.log.next_seq:
            subscriber.reader.finish()

    def _skip(self, subscriber: Subscriber, group: Group[Any]) -> None:
        """Move a subscriber that is too slow to the newest entry."""
        self._counts.gaps.count(GapReason.SLOW_CONSUMER.value)
        gaps = [] if subscriber.gap is None else [subscriber.gap]
        subscriber.gap = None
        gap, newest = skip(subscriber, self.log)
        group.give(subscriber, [*gaps, gap], newest)
        self._forget_memos(newest)

    def _forget_memos(self, entries: Iterable[Entry]) -> None:
        shared_from = self.shared_from
        for entry in entries:
            if shared_from is None or entry.seq < shared_from:
                entry.memo = None

    # Those that do not keep up, or have no place yet.

    def look_after(self, entries: list[Entry], now_s: float) -> None:
        """
        Find the places of subscribers that wait for them, and those that are too slow.

        :param entries: the newest of the log, in order.
        """
        for subscriber in self.lagging:
            try:
                self._look_at(subscriber, entries, now_s)
            except Exception:
                self.fail(subscriber)

    def _look_at(
        self, subscriber: Subscriber, entries: list[Entry], now_s: float
    ) -> None:
        if subscriber.awaited is None:
            if too_slow(subscriber, self.log, now_s):
                self._check_later(subscriber)
            return
        for entry in entries:
            message = entry.message
            if message is not None and message.id == subscriber.awaited:
                self._counts.resumes.count("exact", "")
                self._found(subscriber, entry.seq + 1)
                return

    def find_none(self, position: int) -> None:
        """
        Stop waiting for places that have not appeared, and report a gap.

        :param position: the place where the waiting subscribers continue.
        """
        for subscriber in self.lagging:
            if subscriber.awaited is not None:
                subscriber.gap = Gap(GapReason.UNKNOWN_ID, None)
                self._counts.resumes.count("gap", GapReason.UNKNOWN_ID.value)
                self._found(subscriber, max(position, self.log.first_seq))

    def placed(self, subscriber: Subscriber, *, begins: bool) -> None:
        """
        Read on with a subscriber that has waited for the log.

        :param subscriber: its position is known now, or what it continues after.
        :param begins: whether it continues after nothing. Then it is owed all events
            since the head of its response, which is not held back for longer than
            :data:`~relay.channel.verdict.LONGEST_S`.
        """
        waited_s = self._clock.seconds() - subscriber.behind_since_s
        if begins and waited_s >= LONGEST_S:
            subscriber.gap = Gap(GapReason.UNKNOWN_ID, None)
        if subscriber.awaited is None:
            try:
                self._found(subscriber, subscriber.position)
            except Exception:
                self.fail(subscriber)

    def _found(self, subscriber: Subscriber, position: int) -> None:
        subscriber.awaited, subscriber.position = None, position
        if subscriber.change(Event.FIND_PLACE) is State.CATCHING_UP:
            self.read_on(subscriber)

    def _check_later(self, subscriber: Subscriber) -> None:
        """End a subscriber that is too slow, in a later turn of the reactor."""
        if subscriber not in self._to_check:
            self._to_check.add(subscriber)
            self._ending.each([partial(self._check, subscriber)])

    def _check(self, subscriber: Subscriber) -> None:
        self._to_check.discard(subscriber)
        attached = subscriber.state is not State.DETACHED
        if not attached or not too_slow(subscriber, self.log, self._clock.seconds()):
            return
        if subscriber.slow.policy == "disconnect":
            self._cut(subscriber)
        elif subscriber.state is State.PAUSED:
            subscriber.change(Event.FALL_BEHIND)
        else:
            self.read_on(subscriber, skips=True)

    def _cut(self, subscriber: Subscriber) -> None:
        try:
            subscriber.reader.cut(Outcome.SLOW_CONSUMER, "CLIENT_TOO_FAR_BEHIND")
        except Exception:
            self.fail(subscriber)

    def tell(
        self,
        subscribers: Iterable[Subscriber],
        told: Callable[[Subscriber], object],
    ) -> None:
        """
        Call back for many subscribers, a part of them in each turn of the reactor.

        A subscriber that keeps up is given first what it lacks.

        :param told: called with each subscriber that is still attached then.
        """

        def tell(subscriber: Subscriber) -> None:
            try:
                if subscriber.state is not State.DETACHED:
                    self.settle(subscriber)
                if subscriber.state is not State.DETACHED:
                    told(subscriber)
            except Exception:
                self.fail(subscriber)

        self._ending.each([partial(tell, subscriber) for subscriber in subscribers])

    def fail(self, subscriber: Subscriber) -> None:
        """End a subscriber that has raised the exception that is being handled."""
        self._log.failure("a subscriber of a channel failed")
        self.end(subscriber)

    def end(
        self, subscriber: Subscriber, outcome: Outcome = Outcome.INTERNAL_ERROR
    ) -> None:
        """
        End a subscriber to which nothing can be delivered.

        :param outcome: ``internal_error`` or ``limit_reached``.
        """
        channel = subscriber.channel
        if channel is None:
            return
        try:
            subscriber.reader.fail(outcome)
        except Exception:
            self._log.failure("a subscriber that failed could not be told")
        channel.detach(subscriber)
