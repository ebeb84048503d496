"""The append-only, bounded log of a channel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from relay.channel import ids
from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.lines import Lines
from relay.channel.message import Message
from relay.model.api.messages.channel_options import HistoryOptions

COMPACT_AT = 256


class Log:
    """
    Entries in order, the oldest of which are dropped by count, bytes and age.

    :param history: the bounds.
    :param epoch: names the log; a new one if None.
    :param mint: makes the ids of the entries; None for one of this process.
    """

    def __init__(
        self,
        history: HistoryOptions,
        epoch: str | None = None,
        mint: ids.Mint | None = None,
    ) -> None:
        self._history = history
        self.mint = mint or ids.Mint()
        self._lines = Lines(epoch or ids.new_epoch())
        self._entries: list[Entry] = []
        self._start = 0
        self._sources: dict[str, int] = {}
        """The newest event of each id of the source."""
        self._repeated: set[str] = set()
        """The ids of the source that several events have."""
        # There is a place before the first, for a reader that has nothing yet.
        self.first_seq = 1
        """The place of the oldest entry that is kept."""
        self.next_seq = 1
        """The place of the next entry."""
        self._held_bytes = 0
        self._end = 0
        self._begin = 0
        self.on_gap: Callable[[GapReason], object] = lambda reason: None
        """Told of each gap that is staged."""

    @property
    def epoch(self) -> str:
        """The epoch of the next entry."""
        return self._lines.current

    def epoch_of(self, seq: int) -> str:
        """Return the epoch of a place."""
        return self._lines.of(seq)

    def holds(self, epoch: str, seq: int) -> bool:
        """Whether a place of an epoch is one of this log, kept or dropped."""
        return seq < self.next_seq and self._lines.of(seq) == epoch

    @property
    def last_event_id(self) -> str | None:
        """The id of the newest event; None when none is kept."""
        for index in range(len(self._entries) - 1, self._start - 1, -1):
            if self._entries[index].message is not None:
                return self._entries[index].id
        return None

    def stage(
        self,
        items: Sequence[Message | GapReason],
        at_ms: int,
        arrived_s: float,
        before: Sequence[Entry] = (),
    ) -> list[Entry]:
        """
        Make entries that are to be added next; the log stays as it is.

        :param items: events, and gaps between them.
        :param at_ms: now, in milliseconds since the Unix epoch.
        :param arrived_s: when they came, of the monotonic clock, in seconds.
        :param before: the staged entries that will be added before them.
        """
        for item in items:
            if isinstance(item, GapReason):
                self.on_gap(item)
        staged = [entry.id for entry in before if entry.message is not None]
        last = staged[-1] if staged else self.last_event_id
        seq = self.next_seq + len(before)
        return self.numbered(self.epoch, seq, items, at_ms, arrived_s, last)

    def numbered(
        self,
        epoch: str,
        seq: int,
        items: Iterable[Message | GapReason],
        at_ms: int,
        arrived_s: float,
        last: str | None,
    ) -> list[Entry]:
        """
        Make entries of items whose places are known; the log stays as it is.

        :param seq: the place of the first.
        :param at_ms: when they were added, in milliseconds since the Unix epoch.
        :param arrived_s: when they came, of the monotonic clock, in seconds.
        :param last: the id of the event before them; None for none.
        """
        entries: list[Entry] = []
        for place, item in enumerate(items, seq):
            if isinstance(item, GapReason):
                gap = Gap(item, last)
                event_id = ids.place(epoch, place)
                entries.append(Entry(place, event_id, None, gap, at_ms, arrived_s))
            else:
                last = self.mint.make(epoch, place, item.id)
                entries.append(Entry(place, last, item, None, at_ms, arrived_s))
        return entries

    def add(self, entries: Iterable[Entry]) -> None:
        """
        Add entries that were staged.

        :param entries: in order, the first at :attr:`next_seq`.
        """
        for entry in entries:
            self._add(entry)

    def restore(self, entries: Sequence[Entry]) -> None:
        """
        Take over what an earlier process kept of the log.

        :param entries: in order, without holes, at least one.
        """
        self.first_seq = self.next_seq = entries[0].seq
        self.add(entries)

    def turn(self, epoch: str) -> None:
        """Let an epoch hold from the next place on."""
        self._lines.turn(self.next_seq, epoch)

    def cut(self, seq: int) -> None:
        """
        Drop the newest entries: other processes have others in their places, or none.

        :param seq: the place of the next entry from now on.
        """
        kept = [entry for entry in self._entries[self._start :] if entry.seq < seq]
        self._lines.cut(seq)
        self._clear(kept[0].seq if kept else seq)
        self.add(kept)

    def begin(self, seq: int, epochs: Sequence[tuple[int, str]]) -> None:
        """
        Drop all entries, and go on at another place.

        :param seq: the place of the next entry.
        :param epochs: those up to this place, each with its first place; at least one.
        """
        self._lines = Lines(epochs[0][1])
        for first, epoch in epochs[1:]:
            self._lines.turn(first, epoch)
        self._clear(seq)

    @property
    def epochs(self) -> list[tuple[int, str]]:
        """The epochs, each with its first place; the last is that of the next entry."""
        return self._lines.all

    def _clear(self, seq: int) -> None:
        self._entries, self._start = [], 0
        self._sources, self._repeated = {}, set()
        self._held_bytes = self._end = self._begin = 0
        self.first_seq = self.next_seq = seq

    def _add(self, entry: Entry) -> None:
        self._held_bytes += entry.size
        self._end += entry.data_bytes
        entry.end = self._end
        self._entries.append(entry)
        self.next_seq = entry.seq + 1
        if entry.message is not None and (source_id := entry.message.id):
            if source_id in self._sources:
                entry.repeats_id = True
                self._repeated.add(source_id)
            self._sources[source_id] = entry.seq
        while (
            len(self._entries) - self._start > self._history.max_events
            or self._held_bytes > self._history.max_bytes
        ) and len(self._entries) - self._start > 1:
            self._drop_oldest()

    @property
    def held_bytes(self) -> int:
        """How much memory its entries take, roughly."""
        return self._held_bytes

    @property
    def free_bytes(self) -> int:
        """How much of ``history.maxBytes`` its entries leave for copies of them."""
        return self._history.max_bytes - self._held_bytes

    @property
    def holds_any(self) -> bool:
        """Whether any entry is kept."""
        return self.first_seq < self.next_seq

    def evict(self, now_ms: int) -> None:
        """
        Drop entries that are too old.

        :param now_ms: milliseconds since the Unix epoch.
        """
        oldest_ms = now_ms - self._history.max_age_ms
        while (
            self._start < len(self._entries)
            and self._entries[self._start].at_ms < oldest_ms
        ):
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        entry = self._entries[self._start]
        self._entries[self._start] = None  # type: ignore[call-overload]
        self._start += 1
        self.first_seq = entry.seq + 1
        self._begin = entry.end
        self._held_bytes -= entry.size
        message = entry.message
        if message is not None and self._sources.get(message.id) == entry.seq:
            del self._sources[message.id]
            self._repeated.discard(message.id)
        if self._start >= COMPACT_AT and self._start * 2 >= len(self._entries):
            del self._entries[: self._start]
            self._start = 0

    def entries(self, from_seq: int, max_bytes: int) -> list[Entry]:
        """
        Read some entries.

        :param from_seq: where to begin; not before :attr:`first_seq`.
        :param max_bytes: the approximate size of the result, which has at least one
            entry.
        """
        index = self._start + from_seq - self.first_seq
        found: list[Entry] = []
        left = max_bytes
        while index < len(self._entries) and (left > 0 or not found):
            entry = self._entries[index]
            found.append(entry)
            left -= entry.data_bytes
            index += 1
        return found

    def cursor(self, seq: int) -> str:
        """
        Return the id of a place, whether or not its entry is kept.

        :param seq: the place.
        """
        return ids.place(self._lines.of(seq), seq)

    def find(self, seq: int) -> Entry | None:
        """
        Find an entry by its place.

        :return: None when it is not kept, or not there yet.
        """
        if not self.first_seq <= seq < self.next_seq:
            return None
        return self._entries[self._start + seq - self.first_seq]

    def find_source(self, source_id: str) -> int | None:
        """
        Find an event by the source's own id.

        :return: the place of the newest such event, None when none is kept.
        """
        return self._sources.get(source_id)

    def find_named(self, source_id: str) -> int | None:
        """
        Find the only event that has an id of the source.

        :param source_id: as :attr:`Entry.source_id` shows it.
        :return: its place, None when none is kept, or several are.
        """
        return None if source_id in self._repeated else self._sources.get(source_id)

    def bytes_behind(self, seq: int) -> int:
        """
        Compute how much data a reader lacks, in characters.

        :param seq: the place that the reader reads next.
        """
        if seq >= self.next_seq:
            return 0
        if seq <= self.first_seq:
            return self._end - self._begin
        return self._end - self._entries[self._start + seq - self.first_seq - 1].end
