"""
A channel: events go into its log once, and out to every subscriber at its own place.

Theory of operation. A subscriber is *live* while it has everything: new entries are
encoded once for each group of subscribers that look alike, and written to all of them.
When its client is full it *lags*: it stays at its position, and reads on from the log
when the client takes more. Since both read the same log, nothing is lost or doubled
between what was missed and what is new.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import NamedTuple

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.python.failure import Failure

from relay.channel import ids
from relay.channel.archive import Archive, ArchiveClosed, IdempotencyKey
from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.fanout import Fanout
from relay.channel.group import Group
from relay.channel.log import Log
from relay.channel.message import Message
from relay.channel.subscriber import Subscriber
from relay.channel.verdict import SourceRefusal, Verdict
from relay.model.api.channel_options import ChannelOptions


class State(StrEnum):
    """What becomes of a channel."""

    OPEN = "open"
    ENDED = "ended"
    """The source has nothing more to give; what is in the log still is read."""
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
    :param clock: what tells the time and calls later.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    :param epoch: names the log; a new one if None.
    :param mint: makes the ids of the events; None for one of this process.
    """

    def __init__(
        self,
        options: ChannelOptions,
        clock: IReactorTime,
        wall_ms: Callable[[], int],
        epoch: str | None = None,
        mint: ids.Mint | None = None,
    ) -> None:
        self.options = options
        self.log = Log(options.history, epoch, mint)
        self.state = State.OPEN
        self.archive: Archive | None = None
        """Where entries are kept before they are delivered; None for nowhere."""
        self.is_here: Callable[[], bool] | None = None
        """Whether this process may add to it, asked each time; None for always."""
        self.gap_due = False
        """Whether events may be missing before the next one, which is not told yet."""
        self.digest = ""
        """What the archive knows it by."""
        self.resume_source_id = ""
        """The source's id after which the upstream is to be opened."""
        self.verdict = Verdict()
        """Whether the source gives events, or refuses."""
        self.on_first: Callable[[], None] | None = None
        """Told when the first subscriber attaches."""
        self.on_last: Callable[[], None] | None = None
        """Told when the last subscriber is gone."""
        self._clock = clock
        self._wall_ms = wall_ms
        self._fanout = Fanout(self.log, clock, options)
        self._count = 0
        self._opened = False
        self._opened_at = 0
        """The place of the log at which the upstream was opened."""
        self._window: IDelayedCall | None = None

    @property
    def groups(self) -> list[Group]:
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
        entries = self.log.stage(items, self._wall_ms())
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
        self._fanout.add(entries)

    def flush(self) -> None:
        """Deliver at once what was added in this turn of the reactor."""
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
        :return: fires with the entries once they are in the log; fails with
            :class:`ArchiveClosed` when the channel is served elsewhere now.
        """
        if self.state is State.CLOSED or not (self.is_here is None or self.is_here()):
            return fail(ArchiveClosed())
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
        """Drop what is too old, cut who is too slow, keep the quiet ones alive."""
        self.flush()
        self.log.evict(self._wall_ms())
        self._fanout.sweep()

    def attach(self, subscriber: Subscriber, last_event_id: str | None) -> Attached:
        """
        Set the position of a subscriber; delivery begins with its first ``resume()``.

        :param subscriber: a new subscriber.
        :param last_event_id: the last event that the client has; None for none.
        :raises TooManyFilters: when the channel, or the client, has its most filters.
        :raises Exception: what the start of the source raises; the subscriber is then
            not attached, and the next one starts the source.
        """
        self.log.evict(self._wall_ms())
        group = self._fanout.make_room(subscriber)
        resume_at = self.resume_source_id
        gap = self._place(subscriber, last_event_id)
        subscriber.prefix = gap
        subscriber.channel = self
        subscriber.behind_since_s = self._clock.seconds()
        group.lagging.add(subscriber)
        self._count += 1
        if self._count == 1:
            try:
                self._begin()
            except BaseException:
                self.resume_source_id = resume_at
                self.detach(subscriber)
                raise
        return Attached(gap, self.is_over_for(subscriber))

    def is_over_for(self, subscriber: Subscriber) -> bool:
        """
        Whether the channel has ended and holds nothing for a subscriber.

        :param subscriber: attached; delivery to it has not begun.
        """
        return (
            self.state is State.ENDED
            and subscriber.prefix is None
            and subscriber.position >= self.log.next_seq
        )

    def _place(self, subscriber: Subscriber, last_event_id: str | None) -> Gap | None:
        log = self.log
        subscriber.position = log.next_seq
        if not last_event_id:
            return None
        known = ids.parse(last_event_id)
        if known is not None and known.epoch == log.epoch and known.seq < log.next_seq:
            if known.seq + 1 >= log.first_seq:
                subscriber.position = known.seq + 1
                return None
            return self._misplaced(subscriber, GapReason.EVICTED, last_event_id)
        if known is not None and known.source_id:
            place = log.find_source(known.source_id)
            if place is not None:
                subscriber.position = place + 1
                return None
            given_out = log.mint.has_made(known)
            if given_out and not self._opened and self.state is State.OPEN:
                self.resume_source_id = known.source_id
                return None
            if known.source_id == self.resume_source_id and (
                self._opened_at >= log.first_seq
            ):
                subscriber.position = self._opened_at
                return None
            if given_out and self._window is not None:
                subscriber.waiting_for = known.source_id
                return None
        return self._misplaced(subscriber, GapReason.UNKNOWN_ID, last_event_id)

    def _misplaced(
        self, subscriber: Subscriber, reason: GapReason, last_event_id: str
    ) -> Gap:
        if self.options.on_unknown_id == "oldest":
            subscriber.position = self.log.first_seq
        return Gap(reason, last_event_id)

    def _begin(self) -> None:
        """Open the upstream for the first subscriber."""
        opened = self._opened
        try:
            self._open()
            if self.on_first is not None:
                self.on_first()
        except BaseException:
            if not opened:
                self._opened = False
                self._stop_window()
            raise

    def _open(self) -> None:
        """The upstream is opened now: for a while, places may still appear."""
        if self._opened:
            return
        self._opened = True
        self._opened_at = self.log.next_seq
        self._window = self._clock.callLater(
            self.options.resume_window_ms / 1000.0, self._close_window
        )

    def _close_window(self) -> None:
        self._window = None
        self._fanout.find_none(self._opened_at)

    def _stop_window(self) -> None:
        window, self._window = self._window, None
        if window is not None:
            window.cancel()

    def pause(self, subscriber: Subscriber) -> None:
        """
        A subscriber's client is full.

        :param subscriber: attached.
        """
        self._fanout.pause(subscriber)

    def resume(self, subscriber: Subscriber) -> None:
        """
        A subscriber's client takes more.

        :param subscriber: attached.
        """
        self._fanout.resume(subscriber)

    def detach(self, subscriber: Subscriber) -> None:
        """
        A subscriber is gone; harmless the second time.

        :param subscriber: once attached.
        """
        if subscriber.channel is not self:
            return
        subscriber.channel = None
        self._fanout.leave(subscriber)
        self._count -= 1
        if not self._count and self.on_last is not None:
            self.on_last()

    def end(self) -> None:
        """The source has nothing more to give: subscribers get what is left."""
        self.flush()
        self.state = State.ENDED
        self._stop_window()
        self._close_window()
        self._fanout.finish()

    def refuse(self, refusal: SourceRefusal) -> None:
        """
        Report a refusal of the source to the subscribers, which end.

        The channel stays open, and its source may be called again.

        :param refusal: the status and the reason.
        """
        self.flush()
        self.verdict.refuse(refusal)
        self._fanout.refuse(refusal)

    def close(self) -> None:
        """
        End all subscribers: the channel was replaced, or is not needed any more.

        No callback and no timer of the channel acts from then on.
        """
        self.on_first = self.on_last = None
        self.flush()
        self.state = State.CLOSED
        self._stop_window()
        self._fanout.close()
