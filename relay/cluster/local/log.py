"""The log of one channel in a hub."""

from __future__ import annotations

from collections.abc import Sequence

from relay.channel.ids import new_epoch
from relay.cluster.epochs import MOST_EPOCHS, epochs_of
from relay.cluster.link import Appended, Snapshot, Stored
from relay.cluster.local.messages import Bounds

ENTRY_BYTES = 190
"""What an entry takes beside its item (measured with tracemalloc, CPython 3.11)."""
COMPACT_AT = 256


class HubLog:
    """
    Entries in order, of which the oldest are dropped by count, bytes and age.

    :param bounds: of the channel's history.
    :param copy: from which the log is restored.
    :param is_exact: whether nothing can be missing at the end of the copy. If not, the
        entries of the copy keep their epochs, and the next ones have another.
    """

    def __init__(
        self, bounds: Bounds, copy: Snapshot | None = None, *, is_exact: bool = False
    ) -> None:
        self.bounds = bounds
        self.epoch = copy.epoch if copy is not None and is_exact else new_epoch()
        self.state = b""
        """What the leader announced last."""
        self._entries: list[Stored] = []
        self._start = 0
        self.first_seq = 1
        """The number of the oldest entry that is kept."""
        self.next_seq = 1
        """The number of the next entry."""
        self.held_bytes = 0
        """How much memory the entries take, roughly."""
        self.epochs = [(0, self.epoch)]
        """The epochs, each with its first number."""
        if copy is not None:
            self.epochs = epochs_of(copy)
            if not is_exact:
                self.epochs.append((copy.next_seq, self.epoch))
            del self.epochs[:-MOST_EPOCHS]
            self.state = copy.state
            self.first_seq = self.next_seq = copy.next_seq
            if copy.entries:
                self.first_seq = self.next_seq = copy.entries[0].seq
            self.add(copy.entries)

    def append(self, items: Sequence[bytes], at_ms: int) -> Appended:
        """
        Append items.

        :param at_ms: now, in milliseconds since the Unix epoch.
        """
        first_seq = self.next_seq
        epoch = self.epoch
        self.add(
            [
                Stored(epoch, seq, at_ms, item)
                for seq, item in enumerate(items, first_seq)
            ]
        )
        return Appended(epoch, first_seq, at_ms, len(items))

    def add(self, entries: Sequence[Stored]) -> None:
        """
        Add entries.

        :param entries: consecutive, the first at :attr:`next_seq`.
        """
        if not entries:
            return
        self._entries += entries
        self.next_seq = entries[-1].seq + 1
        self.held_bytes += sum([len(one.item) + ENTRY_BYTES for one in entries])
        self.trim()

    def trim(self) -> None:
        """Drop what exceeds the bounds; the newest entry is kept."""
        bounds = self.bounds
        while self.next_seq - self.first_seq > 1 and (
            self.next_seq - self.first_seq > bounds.max_events
            or self.held_bytes > bounds.max_bytes
        ):
            self._drop_oldest()

    def evict(self, now_ms: int) -> None:
        """
        Drop entries that are too old.

        :param now_ms: milliseconds since the Unix epoch.
        """
        oldest_ms = now_ms - self.bounds.max_age_ms
        entries = self._entries
        while self._start < len(entries) and entries[self._start].at_ms < oldest_ms:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        entry = self._entries[self._start]
        self._entries[self._start] = None  # type: ignore[call-overload]
        self._start += 1
        self.first_seq = entry.seq + 1
        self.held_bytes -= len(entry.item) + ENTRY_BYTES
        if self._start >= COMPACT_AT and self._start * 2 >= len(self._entries):
            del self._entries[: self._start]
            self._start = 0

    def read(self, from_seq: int, max_bytes: int) -> list[Stored]:
        """
        Read some entries.

        :param from_seq: where to begin; not before :attr:`first_seq`.
        :param max_bytes: of the items; at least one entry is read if there is one.
        """
        begin = self._start + from_seq - self.first_seq
        end = begin
        left = max_bytes
        entries = self._entries
        while end < len(entries) and (left > 0 or end == begin):
            left -= len(entries[end].item)
            end += 1
        return entries[begin:end]
