"""
A channel: events go into its log once, and out to every subscriber at its own place.

Theory of operation. A subscriber is *live* while it has everything: new entries are
given to all live subscribers, encoded once for those that get the same bytes
(``subscribers/fanout.py``). When its client is full it *lags*: it stays at its
position, and reads on from the log when the client takes more
(``subscribers/reading.py``). Since both read the same log, nothing is lost or doubled
between missed and new entries.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from typing import Any, NamedTuple

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IReactorTime
from twisted.python.failure import Failure

from relay.channel import ids
from relay.channel.counts import ChannelCounts
from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.journal import Journal
from relay.channel.log import Log
from relay.channel.message import Message
from relay.channel.progress import progress_in
from relay.channel.subscribers.byte_group import SharedWriter
from relay.channel.subscribers.fanout import Fanout
from relay.channel.subscribers.group import Group
from relay.channel.subscribers.places import Place, Places
from relay.channel.subscribers.subscriber import THE_LOG, Subscriber
from relay.channel.verdict import SourceRefusal, Verdict
from relay.channel.writer import ArchiveClosed, IdempotencyKey, Receiver, Writer
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.marks import Mark
from relay.model.progress import Progress


class ChannelState(StrEnum):
    """The states of a channel."""

    OPEN = "open"
    ENDED = "ended"
    """The source has ended; the entries of the log are still delivered."""
    CLOSED = "closed"
    """The channel was closed: no event is added to it any more."""


class Attached(NamedTuple):
    """Where a subscriber begins."""

    gap: Gap | None
    """What is known to be missing already."""
    nothing_left: bool
    """Whether the channel has ended and holds nothing for the subscriber."""


class Channel:
    """
    One log with its subscribers.

    :param options: the bounds and rules.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param new_writer: makes what writes to the connections of a group of subscribers.
    :param epoch: names the log; a new one if None.
    :param mint: makes the ids of the events; None for one of this process.
    :param counts: of all channels of the API; None for counts of its own.
    """

    def __init__(
        self,
        options: ChannelOptions,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        new_writer: Callable[[], SharedWriter],
        epoch: str | None = None,
        mint: ids.Mint | None = None,
        counts: ChannelCounts | None = None,
    ) -> None:
        self.options = options
        self.journal = Journal(clock.seconds)
        """What has happened to its source."""
        self._clock = clock
        self.counts = counts or ChannelCounts()
        """What happens in it, and in all other channels of the API."""
        self._arrived_s: float | None = None
        """When the newest events came; None before the first."""
        self.log = Log(options.history, epoch, mint)
        self.log.on_gap = partial(self.journal.note, Mark.GAP)
        self.state = ChannelState.OPEN
        self.writer: Writer | None = None
        """What adds to the log; None if the channel does, at once."""
        self._unplaced: dict[Subscriber, str | None] | None = None
        """The last event ids of the subscribers that wait for the log; None once they
        wait no more."""
        self.is_here: Callable[[], bool] | None = None
        """Whether this process may add to it, asked each time; None for always."""
        self.receiver: Receiver | None = None
        """What takes publications in its place; None if it takes them."""
        self.gap_due = False
        """Whether a gap before the next event must still be reported."""
        self.digest = ""
        """The digest of its key."""
        self.verdict = Verdict()
        """Whether the source sends events, or refuses."""
        self.on_first: Callable[[], None] | None = None
        """Told when the first subscriber attaches."""
        self.on_last: Callable[[], None] | None = None
        """Told when the last subscriber is gone."""
        self._fanout = Fanout(self.log, clock, options, new_writer, self.counts)
        self.places = Places(self.log, options, clock, self._fanout.reading.find_none)
        """Where subscribers begin."""
        self._begin: Callable[[Callable[[], None]], None] = self.places.open
        """Calls :attr:`on_first`."""
        self._wall_ms = wall_ms
        self._count = 0

    @property
    def resume_source_id(self) -> str:
        """The source's id after which the source is to be opened; empty for none."""
        return self.places.resume_source_id

    @property
    def groups(self) -> list[Group[Any]]:
        """The groups of subscribers."""
        return self._fanout.groups

    @property
    def subscribers(self) -> int:
        """How many subscribers there are."""
        return self._count

    def publish(self, items: Sequence[Message | GapReason]) -> list[Entry]:
        """
        Add events and gaps.

        :param items: in order.
        """
        entries = self.log.stage(items, self._wall_ms(), self._clock.seconds())
        self.add(entries)
        return entries

    def gap(self, reason: GapReason) -> Entry:
        """
        Note that events may be missing here; every subscriber meets it at this place.

        :param reason: why.
        """
        return self.publish([reason])[0]

    def add(self, entries: list[Entry], *, counted: bool = False) -> None:
        """
        Add entries that were staged, to be delivered in this turn of the reactor.

        :param entries: in order, the next of the log.
        :param counted: whether a process has counted them as received.
        """
        self.log.add(entries)
        self.log.evict(self._wall_ms())
        self._count_in(entries, counted)
        self._fanout.add(entries)

    def _count_in(self, entries: list[Entry], counted: bool) -> None:
        counts, before_s = self.counts, self._arrived_s
        if not counted:
            counts.added(entries)
        if entries:
            self._arrived_s = entries[-1].arrived_s
            if before_s is not None:
                counts.pauses.observe(entries[0].arrived_s - before_s)

    def flush(self) -> None:
        """Deliver the entries added in this turn of the reactor at once."""
        self._fanout.flush()

    def submit(
        self,
        items: Sequence[Message | GapReason],
        key: IdempotencyKey | None = None,
    ) -> Deferred[list[Entry]]:
        """
        Add events and gaps; in a durable channel, once they are safe.

        :param items: in order.
        :param key: under which the ids are to be remembered, if that is durable, too.
        :return: fires with the entries once they are safe, with none if a receiver
            takes them; fails with :class:`ArchiveClosed` when the channel is served
            elsewhere now.
        """
        if self.receiver is not None and self._takes:
            self.receiver(items)
            return succeed([])
        return self.feed(items, key)

    def feed(
        self,
        items: Sequence[Message | GapReason],
        key: IdempotencyKey | None = None,
    ) -> Deferred[list[Entry]]:
        """Add events and gaps, as :meth:`submit` does without a receiver."""
        if not self._takes:
            return fail(ArchiveClosed())
        due, self.gap_due = self.gap_due, False
        if due:
            items = [GapReason.UPSTREAM_RECONNECT, *items]
        if self.writer is None:
            return succeed(self.publish(items))
        done = self.writer.submit(self, items, key)
        return done.addErrback(self._still_due) if due else done

    @property
    def _takes(self) -> bool:
        here = self.is_here is None or self.is_here()
        return here and self.state is not ChannelState.CLOSED

    def _still_due(self, failure: Failure) -> Failure:
        self.gap_due = True
        return failure

    def sweep(self) -> None:
        """Drop old entries, cut slow subscribers, and send heartbeats."""
        self.log.evict(self._wall_ms())
        self._fanout.sweep()

    def attach(self, subscriber: Subscriber, last_event_id: str | None) -> Attached:
        """
        Set the position of a subscriber; delivery begins with its first ``resume()``.

        :param subscriber: a new subscriber.
        :param last_event_id: the last event that the client has; None for none.
        :raises TooManyFilters: when the channel, or the client, has its most filters.
        :raises Exception: any exception that the start of the source raises; the
            subscriber is then not attached, and the next one starts the source.
        """
        self.log.evict(self._wall_ms())
        self._fanout.attach(subscriber)
        resume_at = self.places.resume_source_id
        gap = None
        if self._unplaced is None:
            gap = self._place(subscriber, last_event_id, may_open=True)
        else:
            self._unplaced[subscriber] = last_event_id
            subscriber.awaited = THE_LOG
        subscriber.channel = self
        self._count += 1
        if self._count == 1:
            try:
                self._begin(self.on_first or _nothing)
            except BaseException:
                self.places.resume_source_id = resume_at
                self.detach(subscriber)
                raise
        return Attached(gap, self.is_over_for(subscriber))

    def wait_for_log(self) -> None:
        """Let subscribers wait for their places until :meth:`settle_places`: the log is
        still to be filled. The source is opened by what fills it."""
        self._unplaced = {}
        self._begin = _call

    def settle_places(self, may_open: bool) -> None:
        """
        Find the places of the subscribers that have waited for the log.

        :param may_open: whether the source may be opened where one of them left off.
        """
        unplaced, self._unplaced = self._unplaced or {}, None
        for subscriber, last_event_id in unplaced.items():
            if subscriber.channel is self:
                self._place(subscriber, last_event_id, may_open)
                self._fanout.reading.placed(subscriber, begins=not last_event_id)

    def _place(
        self, subscriber: Subscriber, last_event_id: str | None, may_open: bool
    ) -> Gap | None:
        may_open = may_open and self.state is ChannelState.OPEN
        place = self.places.find(last_event_id, may_open)
        subscriber.position, subscriber.gap, subscriber.awaited = place
        if last_event_id:
            self._count_resume(place)
        return place.gap

    def rewind(self, seq: int) -> None:
        """
        Drop the newest entries, which other processes do not have.

        Readers that have been given any of them are told of a gap.

        :param seq: the place of the next entry from now on.
        """
        for _ in range(self._fanout.rewind(seq, self.log.cut)):
            self.counts.gaps.count(GapReason.UPSTREAM_RECONNECT.value)

    def progress(self, subscriber: Subscriber) -> Progress:
        """
        Find out how far a subscriber has read.

        :param subscriber: attached.
        """
        position, heartbeat_s = self._fanout.place(subscriber)
        now_ms = self._wall_ms()
        return progress_in(self.log, subscriber.state, position, heartbeat_s, now_ms)

    def _count_resume(self, place: Place) -> None:
        """Count a client that comes back, unless its place is still awaited."""
        if place.gap is not None:
            self.counts.resumes.count("gap", place.gap.reason.value)
        elif place.awaited is None:
            self.counts.resumes.count("exact", "")

    def is_over_for(self, subscriber: Subscriber) -> bool:
        """
        Whether the channel has ended and holds nothing for a subscriber.

        :param subscriber: attached; delivery to it has not begun.
        """
        return (
            self.state is ChannelState.ENDED
            and subscriber.gap is None
            and subscriber.position >= self.log.next_seq
        )

    def pause(self, subscriber: Subscriber) -> None:
        """
        The client of a subscriber takes no more.

        :param subscriber: attached.
        """
        self._fanout.pause(subscriber)

    def resume(self, subscriber: Subscriber) -> None:
        """
        The client of a subscriber takes more.

        :param subscriber: attached.
        """
        self._fanout.reading.resume(subscriber)

    def settle(self, subscriber: Subscriber) -> None:
        """
        Deliver the entries so far at once to a subscriber that keeps up.

        :param subscriber: attached.
        """
        self._fanout.settle(subscriber)

    def detach(self, subscriber: Subscriber) -> None:
        """
        A subscriber is gone; harmless the second time.

        :param subscriber: once attached.
        """
        if subscriber.channel is not self:
            return
        subscriber.channel = None
        self._fanout.detach(subscriber)
        self._count -= 1
        if not self._count and self.on_last is not None:
            self.on_last()

    def end(self) -> None:
        """The source has ended: subscribers receive the remaining entries."""
        self.state = ChannelState.ENDED
        self.places.stop()
        self.places.close()
        self._fanout.finish()

    def refuse(self, refusal: SourceRefusal) -> None:
        """
        Report a refusal of the source to the subscribers, which end.

        The channel stays open, and its source may be called again.

        :param refusal: the status and the reason.
        """
        self.verdict.refuse(refusal)
        self._fanout.refuse(refusal)

    def close(self) -> None:
        """
        End all subscribers: the channel was replaced, or is not needed any more.

        No callback and no timer of the channel acts from then on.
        """
        self.on_first = self.on_last = None
        self.state = ChannelState.CLOSED
        self.places.stop()
        self._fanout.close()


def _call(act: Callable[[], None]) -> None:
    act()


def _nothing() -> None:
    """Start nothing: the channel has no source."""
