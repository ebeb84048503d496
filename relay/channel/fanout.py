"""
Delivery of a log's entries to its subscribers, each at its own position.

Subscribers are isolated: an exception in the sink or the framing of one ends this one,
with a line in the log, and does not affect the others.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from functools import partial

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from relay.channel.catch_up import catch_up_of
from relay.channel.copies import Room
from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.group import Group, check_room
from relay.channel.jmes_path import TooCostly
from relay.channel.log import Log
from relay.channel.slow import skip, too_slow
from relay.channel.subscriber import Sink, Subscriber
from relay.channel.turn_batcher import TurnBatcher
from relay.channel.verdict import SourceRefusal
from relay.model.api.channel_options import ChannelOptions
from relay.model.outcome import Outcome
from relay.reactor.turns import STREAMS, turns_of


class Fanout:
    """
    The subscribers of one channel, in groups for which the bytes are the same.

    :param log: the log of the channel.
    :param clock: the reactor.
    :param options: the channel options, with the most filters.
    """

    _log = Logger()

    def __init__(self, log: Log, clock: IReactorTime, options: ChannelOptions) -> None:
        self.log = log
        self._clock = clock
        self._options = options
        self._groups: dict[Hashable, Group] = {}
        self._turn = TurnBatcher(clock, self._deliver)
        self._catch_up = catch_up_of(clock)
        self._turns = turns_of(clock, STREAMS)
        self._room = Room(lambda: log.free_bytes)
        self._first_seq = log.first_seq
        """The oldest entry of which there may be copies."""
        self._ended = False

    @property
    def groups(self) -> list[Group]:
        """The groups of subscribers."""
        return list(self._groups.values())

    @property
    def lagging(self) -> list[Subscriber]:
        """The subscribers that are paused, read the log, or wait for their place."""
        return [one for group in self._groups.values() for one in group.lagging]

    def make_room(self, subscriber: Subscriber) -> Group:
        """
        Find or make the group of a subscriber.

        :param subscriber: a new subscriber.
        :raises TooManyFilters: when the channel, or the client, has its most filters.
        """
        framing = subscriber.framing
        group = self._groups.get(framing.key)
        if group is None:
            check_room(self._groups.values(), subscriber, self._options)
            group = self._groups[framing.key] = Group(
                framing, self._room, subscriber.client
            )
            group.delivered_s = self._clock.seconds()
        return group

    def add(self, entries: list[Entry]) -> None:
        """
        Deliver entries at the end of this turn of the reactor.

        :param entries: in order, the newest of the log.
        """
        self._turn.add(entries)

    def flush(self) -> None:
        """Deliver at once what was added in this turn of the reactor."""
        self._turn.over()

    def _deliver(self, entries: list[Entry]) -> None:
        now_s = self._clock.seconds()
        for group in self.groups:
            # Looked at first: one that becomes live now reads these from the log.
            lagging = tuple(group.lagging)
            try:
                for failed in group.deliver(entries, now_s):
                    self._end(failed)
            except TooCostly:
                for subscriber in tuple(group.live):
                    self._end(subscriber, Outcome.LIMIT_REACHED)
            except Exception:
                self._log.failure("a group of a channel's subscribers failed")
                for subscriber in tuple(group.live):
                    self._end(subscriber)
            for subscriber in lagging:
                self._look_after(subscriber, entries, now_s)
        for entry in entries:
            entry.memo = None
        if self._room.taken_bytes and self._room.left_bytes < 0:
            for group in self.groups:
                group.make_room()

    def _look_after(
        self, subscriber: Subscriber, entries: list[Entry], now_s: float
    ) -> None:
        """Check whether a lagging subscriber has found its place, or is too slow."""
        if subscriber.waiting_for is not None:
            for entry in entries:
                message = entry.message
                if message is not None and message.id == subscriber.waiting_for:
                    subscriber.waiting_for = None
                    subscriber.position = entry.seq + 1
                    self.read_on(subscriber)
                    return
        elif too_slow(subscriber, self.log, now_s):
            self._cut_in_turn(subscriber)

    def sweep(self) -> None:
        """End subscribers that are too slow, and send due heartbeats."""
        now_s = self._clock.seconds()
        evicted = self.log.first_seq > self._first_seq
        self._first_seq = self.log.first_seq
        for group in self.groups:
            if evicted:
                group.forget(self._first_seq)
            for subscriber in tuple(group.lagging):
                if subscriber.waiting_for is None and too_slow(
                    subscriber, self.log, now_s
                ):
                    self._cut_in_turn(subscriber)
            for failed in group.heartbeat(now_s):
                self._end(failed)

    def _cut_in_turn(self, subscriber: Subscriber) -> None:
        """End a subscriber that is too slow, in a later turn of the reactor."""
        if not subscriber.condemned:
            subscriber.condemned = True
            self._turns.each([partial(self._cut, subscriber)])

    def _cut(self, subscriber: Subscriber) -> None:
        subscriber.condemned = False
        if subscriber.channel is not None and too_slow(
            subscriber, self.log, self._clock.seconds()
        ):
            self._too_slow(subscriber)

    def _too_slow(self, subscriber: Subscriber) -> None:
        if subscriber.slow.policy != "disconnect":
            subscriber.skipping = True
            return
        try:
            subscriber.sink.cut(Outcome.SLOW_CONSUMER, "CLIENT_TOO_FAR_BEHIND")
        except Exception:
            self._fail(subscriber)

    def pause(self, subscriber: Subscriber) -> None:
        """
        A subscriber's client has stopped reading.

        :param subscriber: attached.
        """
        # Deliver first, so that the subscriber's position is the end of the log.
        self.flush()
        if subscriber.channel is None:
            return
        subscriber.paused = True
        group = self._groups[subscriber.framing.key]
        if subscriber in group.live:
            group.leave(subscriber)
            group.lagging.add(subscriber)
            subscriber.position = self.log.next_seq
            subscriber.behind_since_s = self._clock.seconds()

    def resume(self, subscriber: Subscriber) -> None:
        """
        A subscriber's client reads again.

        :param subscriber: attached.
        """
        subscriber.paused = False
        lags = subscriber in self._groups[subscriber.framing.key].lagging
        if lags and subscriber.waiting_for is None:
            self.read_on(subscriber)

    def read_on(self, subscriber: Subscriber) -> None:
        """
        Deliver from the log, until the subscriber is live or its client is full.

        :param subscriber: a lagging subscriber that does not wait for its place.
        """
        try:
            self._read_on(subscriber)
        except TooCostly:
            self._end(subscriber, Outcome.LIMIT_REACHED)
        except Exception:
            self._fail(subscriber)

    def _read_on(self, subscriber: Subscriber) -> None:
        subscriber.postponed = False
        group, log = self._groups[subscriber.framing.key], self.log
        while not subscriber.paused and subscriber.channel is not None:
            if subscriber.position < log.first_seq and not subscriber.skipping:
                self._too_slow(subscriber)
                continue
            prefix = subscriber.prefix
            if prefix is None and not subscriber.skipping:
                if subscriber.position >= log.next_seq:
                    self._becomes_live(subscriber)
                    return
                if not self._catch_up.has_time():
                    subscriber.postponed = True
                    self._catch_up.postpone(partial(self._go_on, subscriber))
                    return
            subscriber.prefix = None
            if prefix is not None:
                data = group.framing.encode_gap(prefix)
            elif subscriber.skipping:
                gap, newest = skip(subscriber, log)
                data = group.framing.encode_gap(gap) + group.encoded(newest)
            else:
                entries = log.entries(subscriber.position, subscriber.piece_bytes)
                subscriber.position = entries[-1].seq + 1
                data = group.encoded(entries)
            if data:
                subscriber.sink.deliver(data)

    def _go_on(self, subscriber: Subscriber) -> None:
        """Read on in a later turn, unless the subscriber has left or was paused."""
        if subscriber.channel is not None and subscriber.postponed:
            self.read_on(subscriber)

    def _becomes_live(self, subscriber: Subscriber) -> None:
        # The subscriber has read these entries; the live ones have not yet.
        self.flush()
        self._groups[subscriber.framing.key].join(subscriber)
        if self._ended:
            subscriber.sink.finish()

    def find_none(self, position: int) -> None:
        """
        Give up waiting for places that have not appeared, and report a gap.

        :param position: the place where the waiting subscribers go on.
        """
        for subscriber in self.lagging:
            if subscriber.waiting_for is not None:
                subscriber.waiting_for = None
                subscriber.prefix = Gap(GapReason.UNKNOWN_ID, None)
                subscriber.position = max(position, self.log.first_seq)
                self.read_on(subscriber)

    def leave(self, subscriber: Subscriber) -> None:
        """
        Remove a subscriber that has left.

        :param subscriber: an attached subscriber.
        """
        key = subscriber.framing.key
        group = self._groups[key]
        group.leave(subscriber)
        group.lagging.discard(subscriber)
        if not group.live and not group.lagging:
            del self._groups[key]
            group.close()

    def finish(self) -> None:
        """The source has ended: end the subscribers that have all events."""
        self._ended = True
        for group in self.groups:
            self._tell(group.live, lambda sink: sink.finish())

    def refuse(self, refusal: SourceRefusal) -> None:
        """
        Report a refusal of the source to all subscribers.

        :param refusal: the status and the reason.
        """
        for group in self.groups:
            all_of_them = (*group.live, *group.lagging)
            self._tell(all_of_them, lambda sink: sink.refused(refusal))

    def close(self) -> None:
        """End all subscribers, though the source has not ended."""
        for group in self.groups:
            self._tell((*group.live, *group.lagging), lambda sink: sink.leave())
        self._turn.close()

    def _tell(
        self, subscribers: Iterable[Subscriber], told: Callable[[Sink], None]
    ) -> None:
        """
        Call the sinks of many subscribers, a part of them in each turn of the reactor.

        :param told: called with each sink, whose subscriber may have left by then.
        """

        def tell(subscriber: Subscriber) -> None:
            try:
                told(subscriber.sink)
            except Exception:
                self._fail(subscriber)

        self._turns.each([partial(tell, subscriber) for subscriber in subscribers])

    def _fail(self, subscriber: Subscriber) -> None:
        """End a subscriber that has raised an exception."""
        self._log.failure("a subscriber of a channel failed")
        self._end(subscriber)

    def _end(
        self, subscriber: Subscriber, outcome: Outcome = Outcome.INTERNAL_ERROR
    ) -> None:
        channel = subscriber.channel
        if channel is None:
            return
        try:
            subscriber.sink.fail(outcome)
        except Exception:
            self._log.failure("a subscriber that failed could not be told")
        channel.detach(subscriber)
