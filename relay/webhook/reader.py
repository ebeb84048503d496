"""A reader of a channel that takes one event at a time, and holds no other."""

from __future__ import annotations

from collections.abc import Callable

from relay.channel.channel import Channel
from relay.channel.entry import Entry, Gap
from relay.channel.subscribers.filter import Filter
from relay.channel.subscribers.subscriber import EntrySubscriber
from relay.channel.verdict import SourceRefusal
from relay.gateway.flows.events import ShapedChannel
from relay.model.outcome import Outcome
from relay.webhook.event import OutgoingEvent

PLACE_S = 0.1
"""The time, in seconds, until a place that is not known yet is looked for again."""


class Reader:
    """
    Reads a channel for one subscription.

    :param take: called with an event; the next one follows after :meth:`resume`.
    :param missed: called where events may be missing.
    :param lost: called when the channel is closed, or its place no longer kept; the
        reader is detached by then.
    """

    def __init__(
        self,
        take: Callable[[OutgoingEvent], None],
        missed: Callable[[Gap], None],
        lost: Callable[[], None],
    ) -> None:
        self._take = take
        self.missed = missed
        self._lost = lost
        self._channel: Channel | ShapedChannel | None = None
        self._subscriber: EntrySubscriber | None = None
        self._taken_at_ms: int | None = None
        """When the event that was taken arrived; None while none is held."""

    @property
    def attached(self) -> bool:
        """Whether it reads a channel."""
        return self._subscriber is not None

    @property
    def pending(self) -> int:
        """How many entries are not delivered: what was taken, and what follows."""
        return self.behind + (self._taken_at_ms is not None)

    @property
    def oldest_ms(self) -> int | None:
        """When the oldest of them arrived, in milliseconds since the Unix epoch."""
        if self._taken_at_ms is not None or not self.behind:
            return self._taken_at_ms
        subscriber, channel = self._subscriber, self._channel
        assert subscriber is not None and channel is not None
        position = max(subscriber.position, channel.log.first_seq)
        return channel.log.entries(position, 1)[0].at_ms

    @property
    def behind(self) -> int:
        """How many entries of the channel it has not taken."""
        subscriber, channel = self._subscriber, self._channel
        if subscriber is None or channel is None:
            return 0
        return channel.log.next_seq - max(subscriber.position, channel.log.first_seq)

    def attach(
        self, channel: Channel | ShapedChannel, position: str | None, client: str
    ) -> None:
        """
        Begin to read; events come with the first :meth:`resume`.

        :param position: the id of what was taken last; None for what is new only.
        :param client: whose share of the channel's groups it counts for.
        :raises TooManyFilters: when the channel has too many kinds of readers.
        """
        subscriber = EntrySubscriber(Filter(), self, client)
        channel.attach(subscriber, position)
        self._channel, self._subscriber = channel, subscriber

    @property
    def place(self) -> str | None:
        """The id of the place before the next event; None while this process does not
        know it."""
        subscriber, channel = self._subscriber, self._channel
        if subscriber is None or channel is None or subscriber.awaited is not None:
            return None
        return channel.log.cursor(subscriber.position - 1)

    def detach(self) -> None:
        """Read no more; harmless when nothing is read."""
        subscriber, self._channel, self._subscriber = self._subscriber, None, None
        if subscriber is not None:
            subscriber.leave()

    def pause(self) -> None:
        """Take nothing for now."""
        if self._subscriber is not None:
            self._subscriber.pause()

    def resume(self) -> None:
        """Take the next event, now or when it comes."""
        self._taken_at_ms = None
        if self._subscriber is not None:
            self._subscriber.resume()

    def take(self, entry: Entry) -> None:
        """Take an event, and no other before :meth:`resume`."""
        self.pause()
        self._taken_at_ms = entry.at_ms
        self._take(OutgoingEvent.of(entry))

    def cut(self, outcome: Outcome, key: str) -> None:
        """Handle a position that has left the history."""
        self.leave()

    def fail(self, outcome: Outcome) -> None:
        """Reading has failed: read again from the place."""
        self.leave()

    def refused(self, refusal: SourceRefusal) -> None:
        """The source refuses; deliveries continue when it no longer does."""

    def finish(self) -> None:
        """The source has ended."""

    def leave(self) -> None:
        """The channel is closed; there may be another."""
        self.detach()
        self._lost()
