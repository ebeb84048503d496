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
from relay.channel.archive import Archive, ArchiveClosed, IdempotencyKey
from relay.channel.counts import ChannelCounts
from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.journal import Journal
from relay.channel.log import Log
from relay.channel.message import Message
from relay.channel.subscribers.byte_group import SharedWriter
from relay.channel.subscribers.fanout import Fanout
from relay.channel.subscribers.group import Group
from relay.channel.subscribers.places import Place, Places
from relay.channel.subscribers.subscriber import Subscriber
from relay.channel.verdict import SourceRefusal, Verdict
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.marks import Mark
from relay.model.progress import Progress

Receiver = Callable[[Sequence[Message | GapReason]], None]
"""Takes publications that are not added to a channel."""


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
        self.archive: Archive | None = None
        """Where entries are kept before they are delivered; None for nowhere."""
        self.is_here: Callable[[], bool] | None = None
        """Whether this process may add to it, asked each time; None for always."""
        self.receiver: Receiver | None = None
        """What takes publications in its place; None if it takes them."""
        self.gap_due = False
        """Whether a gap before the next event must still be reported."""
        self.digest = ""
        """What the archive knows it by."""
        self.verdict = Verdict()
        """Whether the source sends events, or refuses."""
        self.on_first: Callable[[], None] | None = None
        """Told when the first subscriber attaches."""
        self.on_last: Callable[[], None] | None = None
        """Told when the last subscriber is gone."""
        self._fanout = Fanout(self.log, clock, options, new_writer, self.counts)
        self.places = Places(self.log, options, clock, self._fanout.reading.find_none)
        """Where subscribers begin."""
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

    def add(self, entries: list[Entry]) -> None:
        """
        Add entries that were staged, to be delivered in this turn of the reactor.

        :param entries: in order, the next of the log.
        """
        self.log.add(entries)
        self.log.evict(self._wall_ms())
        self._count_in(entries)
        self._fanout.add(entries)

    def _count_in(self, entries: list[Entry]) -> None:
        counts, before_s = self.counts, self._arrived_s
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
        :return: fires with the entries once they are in the log, with none if a
            receiver takes them; fails with :class:`ArchiveClosed` when the channel is
            served elsewhere now.
        """
        if self.state is ChannelState.CLOSED or not (
            self.is_here is None or self.is_here()
        ):
            return fail(ArchiveClosed())
        if self.receiver is not None:
            self.receiver(items)
            return succeed([])
        due, self.gap_due = self.gap_due, False
        if due:
            items = [GapReason.UPSTREAM_RECONNECT, *items]
        if self.archive is None:
            return succeed(self.publish(items))
        done = self.archive.submit(self, items, key)
        return done.addErrback(self._still_due) if due else done

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
        place = self.places.find(last_event_id, self.state is ChannelState.OPEN)
        subscriber.position, subscriber.gap, subscriber.awaited = place
        subscriber.channel = self
        if last_event_id:
            self._count_resume(place)
        self._count += 1
        if self._count == 1:
            try:
                self.places.open(self.on_first or _nothing)
            except BaseException:
                self.places.resume_source_id = resume_at
                self.detach(subscriber)
                raise
        return Attached(place.gap, self.is_over_for(subscriber))

    def progress(self, subscriber: Subscriber) -> Progress:
        """
        Find out how far a subscriber has read.

        :param subscriber: attached.
        """
        log, (position, heartbeat_s) = self.log, self._fanout.place(subscriber)
        next_seq = log.next_seq
        if position is None:
            return Progress(
                subscriber.state, None, None, next_seq - 1, 0, 0, 0, heartbeat_s
            )
        place, behind_bytes, behind_ms = position - 1, 0, 0
        if position < next_seq:
            behind_bytes = log.bytes_behind(position)
            oldest = log.find(max(position, log.first_seq))
            if oldest is not None:
                behind_ms = max(0, self._wall_ms() - oldest.at_ms)
        last = log.find(place)
        return Progress(
            subscriber.state,
            place,
            log.cursor(place) if last is None or last.message is None else last.id,
            next_seq - 1,
            next_seq - position,
            behind_bytes,
            behind_ms,
            heartbeat_s,
        )

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


def _nothing() -> None:
    """Start nothing: the channel has no source."""
