"""
Delivery of a log's new entries to the subscribers that have all entries before them.

Theory of operation. Entries that are added in one turn of the reactor are delivered
together, as one *round*: every group is given them, one group after the other, and of a
group a part of the connections at a time. All rounds of all channels share a part of
each turn of the reactor, so that an event which is large, or has many subscribers, does
not delay everybody else. Entries that are added meanwhile wait in the log for the next
round, which begins when there is time for its first step. A subscriber that leaves or
is paused amid a round has its own position, before or after the entries of the round.

Subscribers are isolated: an exception in the reader or the framing of one ends this
one, with a line in the log, and does not affect the others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from typing import Any

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from relay.channel.counts import ChannelCounts
from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.log import Log
from relay.channel.subscribers.byte_group import ByteGroup, SharedWriter
from relay.channel.subscribers.copies import Room
from relay.channel.subscribers.entry_group import EntryGroup
from relay.channel.subscribers.group import Group, check_room
from relay.channel.subscribers.jmes_path import TooCostly
from relay.channel.subscribers.reading import Reading
from relay.channel.subscribers.subscriber import (
    ByteSubscriber,
    EntrySubscriber,
    Event,
    State,
    Subscriber,
)
from relay.channel.subscribers.turn_batcher import TurnBatcher
from relay.channel.verdict import SourceRefusal
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.outcome import Outcome
from relay.reactor.turns import Work, turns_of

ROUNDS = Work(0.010, 0.020)
"""The delivery of new entries, of all channels."""


class Fanout:
    """
    The subscribers of one channel, in groups that get the same.

    :param log: the log of the channel.
    :param options: the channel options, with the most filters.
    :param new_writer: makes the writer of a group.
    :param counts: of the channel's API.
    """

    _log = Logger()

    def __init__(
        self,
        log: Log,
        clock: IReactorTime,
        options: ChannelOptions,
        new_writer: Callable[[], SharedWriter],
        counts: ChannelCounts,
    ) -> None:
        self.log = log
        self._counts = counts
        self._clock = clock
        self._options = options
        self._new_writer = new_writer
        self._groups: dict[Hashable, Group[Any]] = {}
        self.reading = Reading(log, clock, self._groups, counts)
        self._batcher = TurnBatcher(clock, self._deliver)
        self._turns = turns_of(clock, ROUNDS)
        self._round: Iterator[None] | None = None
        self._stepping = False
        self._going_on = False
        """Whether :meth:`_go_on` is called in this turn or a later one."""
        self._due: list[Entry] = []
        """Entries that wait for the next round."""
        self._room = Room(lambda: log.free_bytes)
        self._first_seq = log.first_seq
        """The oldest entry of which there may be copies."""

    @property
    def groups(self) -> list[Group[Any]]:
        """The groups of subscribers."""
        return list(self._groups.values())

    def attach(self, subscriber: Subscriber) -> None:
        """
        Find or make the group of a subscriber, and begin to watch the subscriber.

        :param subscriber: a new subscriber; its position is set later.
        :raises TooManyFilters: when the channel, or the client, has its most filters.
        """
        if subscriber.key not in self._groups:
            check_room(self._groups.values(), subscriber, self._options)
            self._groups[subscriber.key] = self._new_group(subscriber)
        self.reading.attach(subscriber)

    def _new_group(self, first: Subscriber) -> Group[Any]:
        undelivered = self._due or self._batcher.entries
        position = undelivered[0].seq if undelivered else self.log.next_seq
        if isinstance(first, ByteSubscriber):
            now_s = self._clock.seconds()
            return ByteGroup(first, position, self._room, self._new_writer(), now_s)
        assert isinstance(first, EntrySubscriber)
        return EntryGroup(first, position)

    def detach(self, subscriber: Subscriber) -> None:
        """
        Remove a subscriber that has left.

        :param subscriber: an attached subscriber.
        """
        subscriber.change(Event.DETACH)
        group = self._groups[subscriber.key]
        group.remove(subscriber)
        if not group.live and not group.lagging:
            del self._groups[subscriber.key]
            group.close()

    def pause(self, subscriber: Subscriber) -> None:
        """
        The client of a subscriber takes no more.

        :param subscriber: attached.
        """
        if not self._stepping:
            self.settle(subscriber)
        if subscriber.channel is not None:
            self.reading.pause(subscriber)

    def settle(self, subscriber: Subscriber) -> None:
        """
        Deliver at once what was added so far to a subscriber that keeps up.

        :param subscriber: attached.
        """
        self._rescue()
        if subscriber.channel is not None:
            self.reading.settle(subscriber)

    def place(self, subscriber: Subscriber) -> tuple[int | None, float | None]:
        """
        Find the place of a subscriber, and the time of its next heartbeat.

        :param subscriber: attached.
        :return: the place of the first entry that it has not been given, None while
            that is not known; and the seconds until the heartbeat, None for none.
        """
        if subscriber.state is State.LIVE:
            group = self._groups[subscriber.key]
            return group.place(subscriber), group.heartbeat_s(self._clock.seconds())
        return subscriber.position if subscriber.awaited is None else None, None

    # Rounds.

    def add(self, entries: list[Entry]) -> None:
        """
        Deliver entries at the end of this turn of the reactor.

        :param entries: in order, the newest of the log.
        """
        self._batcher.add(entries)
        if self._going_on:
            self._rescue()

    def flush(self) -> None:
        """Deliver added entries at once; not from within a round."""
        if self._stepping:
            return
        self._finish_round()
        self._begin_round()
        self._finish_round()

    def _rescue(self) -> None:
        """Deliver at once entries that the log has dropped before their delivery."""
        shared_from = self.reading.shared_from
        undelivered = self._due or self._batcher.entries
        if shared_from is None:
            shared_from = undelivered[0].seq if undelivered else self.log.next_seq
        if shared_from < self.log.first_seq:
            self.flush()

    def _deliver(self, entries: list[Entry]) -> None:
        self._due.extend(entries)
        self._go_on_in_turn()

    def _begin_round(self) -> None:
        """Begin a round of all entries that were added so far, if there are any."""
        entries, self._due = [*self._due, *self._batcher.take()], []
        if entries:
            self.reading.shared_from = entries[0].seq
            # A group that is made from now on begins after these entries.
            self._round = self._steps(entries, self.groups)

    def _go_on_in_turn(self) -> None:
        if not self._going_on:
            self._going_on = True
            self._turns.each([self._go_on])

    def _go_on(self) -> None:
        """
        Take one step of the round, and the next when there is time for it.

        A round begins with its first step and not before: the more has come by then,
        the more is delivered for the cost of one round.
        """
        if self._round is None:
            self._begin_round()
        if self._round is not None:
            self._step()
        self._going_on = self._round is not None or bool(self._due)
        if self._going_on:
            self._turns.postpone(self._go_on)

    def _finish_round(self) -> None:
        while self._round is not None:
            self._step()

    def _step(self) -> None:
        """Take one step of the round."""
        assert self._round is not None
        self._stepping = True
        try:
            next(self._round)
        except StopIteration:
            self._round = self.reading.shared_from = None
        except Exception:
            self._log.failure("a round of a channel's entries failed")
            self._round = self.reading.shared_from = None
        finally:
            self._stepping = False

    def _steps(self, entries: list[Entry], groups: list[Group[Any]]) -> Iterator[None]:
        """Deliver entries to groups; without entries, send the heartbeats that are
        due."""
        now_s = self._clock.seconds()
        self.reading.look_after(entries, now_s)
        for group in groups:
            try:
                for failed in group.write(entries, now_s):
                    for subscriber in failed:
                        self.reading.end(subscriber)
                    yield
            except TooCostly:
                for subscriber in tuple(group.live):
                    self.reading.end(subscriber, Outcome.LIMIT_REACHED)
            except Exception:
                self._log.failure("a group of a channel's subscribers failed")
                for subscriber in tuple(group.live):
                    self.reading.end(subscriber)
            awake = group.wake()
            for subscriber in awake:
                self.reading.read_on(subscriber)
            if entries and (awake or group.live):
                self._counts.delivered(entries, self._clock.seconds())
        for entry in entries:
            entry.memo = None
        if self._room.taken_bytes and self._room.left_bytes < 0:
            for group in self.groups:
                group.make_room()

    def rewind(self, seq: int, cut: Callable[[int], None]) -> int:
        """
        Go back to a place of the log, whose entries from there on are dropped.

        :param cut: drops them; not called from within a round.
        :return: how many subscribers had been given any of them: each of them is told
            of a gap, and goes on from the place.
        """
        self.flush()
        told = 0
        for group in self.groups:
            for subscriber in [*group.live, *group.joining]:
                group.withdraw(subscriber)
                if subscriber.state is State.LIVE:
                    subscriber.change(Event.READ_ON)
            for subscriber in group.lagging:
                if subscriber.awaited is None and subscriber.position > seq:
                    subscriber.position = seq
                    subscriber.gap = Gap(GapReason.UPSTREAM_RECONNECT, None)
                    told += 1
            group.rewind(seq)
        cut(seq)
        for subscriber in self.reading.lagging:
            if subscriber.state is State.CATCHING_UP:
                self.reading.read_on(subscriber)
        return told

    def sweep(self) -> None:
        """End subscribers that are too slow, and send due heartbeats."""
        now_s = self._clock.seconds()
        evicted = self.log.first_seq > self._first_seq
        self._first_seq = self.log.first_seq
        if evicted:
            for group in self.groups:
                group.forget(self._first_seq)
        self.reading.look_after([], now_s)
        if not self._going_on and any(group.is_quiet(now_s) for group in self.groups):
            self._round = self._steps([], self.groups)
            self._go_on_in_turn()

    # The end.

    def finish(self) -> None:
        """The source has ended: so do its subscribers, each when it has everything."""
        self.reading.ended = True
        for group in self.groups:
            self.reading.tell([*group.live, *group.joining], self.reading.finish)

    def refuse(self, refusal: SourceRefusal) -> None:
        """
        Report a refusal of the source to all subscribers.

        :param refusal: the status and the reason.
        """
        self._tell_all(lambda subscriber: subscriber.reader.refused(refusal))

    def close(self) -> None:
        """End all subscribers, though the source has not ended."""
        self._rescue()
        self._batcher.close()
        self._round, self._due = None, []
        self._tell_all(lambda subscriber: subscriber.reader.leave())

    def _tell_all(self, told: Callable[[Subscriber], object]) -> None:
        for group in self.groups:
            self.reading.tell([*group.live, *group.lagging], told)
