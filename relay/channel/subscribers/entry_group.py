"""Subscribers of a channel that take the same entries."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from relay.channel.entry import Entry, Gap
from relay.channel.log import Log
from relay.channel.subscribers.group import PIECE_BYTES, Group
from relay.channel.subscribers.jmes_path import TooCostly
from relay.channel.subscribers.subscriber import EntrySubscriber, Event, State


class EntryGroup(Group[EntrySubscriber]):
    """Subscribers that take the same entries, each of them at its own position."""

    def __init__(self, first: EntrySubscriber, position: int) -> None:
        super().__init__(first, position)
        self._live: dict[EntrySubscriber, None] = {}

    @property
    def live(self) -> Collection[EntrySubscriber]:
        """Subscribers that have read the log to its end."""
        return self._live.keys()

    def admit(self, subscriber: EntrySubscriber) -> bool:
        """Make a subscriber live; it does not depend on the position of the group."""
        self.lagging.discard(subscriber)
        self._live[subscriber] = None
        return True

    def place(self, subscriber: EntrySubscriber) -> int:
        """Return the subscriber's own position."""
        return subscriber.position

    def withdraw(self, subscriber: EntrySubscriber) -> None:
        """Turn a live subscriber into a lagging one, at its own position."""
        if subscriber in self._live:
            del self._live[subscriber]
            self.lagging.add(subscriber)

    def write(
        self, entries: list[Entry], now_s: float
    ) -> Iterator[Collection[EntrySubscriber]]:
        """Move the position; the live subscribers read the entries themselves."""
        if entries:
            self.position = entries[-1].seq + 1
        return iter(())

    def wake(self) -> Collection[EntrySubscriber]:
        """Return the live subscribers, which read the new entries."""
        awake = tuple(self._live)
        for subscriber in awake:
            self.withdraw(subscriber)
            subscriber.change(Event.READ_ON)
        return awake

    def read(self, subscriber: EntrySubscriber, log: Log) -> Sequence[Entry]:
        """Deliver entries to a subscriber one by one, as long as it takes them."""
        entries = log.entries(subscriber.position, PIECE_BYTES)
        for entry in entries:
            subscriber.position = after = entry.seq + 1
            self._give(subscriber, entry)
            # It may have been paused, or have read on already.
            if subscriber.state is not State.CATCHING_UP or (
                subscriber.position != after
            ):
                break
        return entries

    def give(
        self,
        subscriber: EntrySubscriber,
        gaps: Sequence[Gap],
        entries: Sequence[Entry],
    ) -> None:
        """Deliver all given gaps and entries to a subscriber."""
        for gap in gaps:
            subscriber.reader.missed(gap)
        for entry in entries:
            self._give(subscriber, entry)

    def _give(self, subscriber: EntrySubscriber, entry: Entry) -> None:
        if entry.gap is not None:
            subscriber.reader.missed(entry.gap)
            return
        try:
            selected = self._select(entry)
        except TooCostly:
            raise
        except Exception as error:
            subscriber.reader.missed(self._undeliverable(entry, error))
            return
        if selected is not None:
            subscriber.reader.take(selected)

    def _select(self, entry: Entry) -> Entry | None:
        """Select an entry once for all subscribers, as long as its memo is kept."""
        key = self.selection.key
        if entry.memo is not None and key in entry.memo:
            known: Entry | None = entry.memo[key]
            return known
        selected = self.selection.select(entry)
        if entry.memo is not None:
            entry.memo[key] = selected
        return selected
