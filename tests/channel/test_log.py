"""Tests of :mod:`relay.channel.log`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.log import COMPACT_AT, Log
from relay.channel.message import Message
from relay.model.api.messages.channel_options import HistoryOptions


class LogTests(SynchronousTestCase):
    """The bounded log of a channel."""

    def log(self, **bounds: Any) -> Log:
        """Make a log; bounds as in a definition."""
        return Log(HistoryOptions.read(bounds), "epoch")

    def add(
        self, log: Log, *items: Message | GapReason | str, at_ms: int = 0
    ) -> list[Entry]:
        """Add events, and gaps between them; a text is an event with an id."""
        made = [Message(i, id=i) if type(i) is str else i for i in items]
        entries = log.stage(made, at_ms, 0.0)  # type: ignore[arg-type]
        log.add(entries)
        return entries

    def texts(self, log: Log) -> list[str | None]:
        """Return the texts that are kept; None for a gap."""
        kept = log.entries(log.first_seq, 1 << 30)
        return [None if one.message is None else one.message.data for one in kept]

    def test_staged_entries(self) -> None:
        """
        Staged entries have consecutive numbers, and do not change the log until they
        are added.
        """
        log = self.log()
        first = log.stage([Message("a")], 0, 0.0)
        second = log.stage([GapReason.UPSTREAM_RECONNECT, Message("b")], 0, 0.0, first)
        self.assertEqual((log.first_seq, log.next_seq), (1, 1))
        self.assertFalse(log.holds_any)
        self.assertEqual([one.seq for one in [*first, *second]], [1, 2, 3])
        gap = Gap(GapReason.UPSTREAM_RECONNECT, first[0].id)
        self.assertEqual(second[0].gap, gap)
        log.add([*first, *second])
        self.assertEqual(self.texts(log), ["a", None, "b"])
        self.assertEqual(log.last_event_id, second[1].id)

    def test_bound_of_events(self) -> None:
        """The oldest are dropped, and cannot be found by the source's id."""
        log = self.log(maxEvents=2)
        self.add(log, "a", "b", "c")
        self.assertEqual((log.first_seq, log.next_seq), (2, 4))
        self.assertEqual(self.texts(log), ["b", "c"])
        self.assertEqual((log.find_source("a"), log.find_source("c")), (None, 3))

    def test_bound_of_bytes(self) -> None:
        """The newest event is kept, whatever its size."""
        log = self.log(maxBytes=65536)
        self.add(log, "a", "b")
        before = log.free_bytes
        (large,) = self.add(log, "x" * 70_000)
        self.assertEqual(self.texts(log), ["x" * 70_000])
        self.assertEqual(log.free_bytes, 65536 - large.size)
        self.assertGreater(before, 0)
        self.add(log, "c")
        self.assertEqual(self.texts(log), ["c"])

    def test_bound_of_age(self) -> None:
        """An event is dropped when it is older than the bound, not at the bound."""
        log = self.log(maxAgeMs=1000)
        self.add(log, "a", at_ms=0)
        self.add(log, "b", at_ms=500)
        log.evict(1000)
        self.assertEqual(self.texts(log), ["a", "b"])
        log.evict(1001)
        self.assertEqual(self.texts(log), ["b"])
        log.evict(5000)
        self.assertFalse(log.holds_any)
        self.assertIsNone(log.last_event_id)

    def test_newest_of_equal_ids(self) -> None:
        """An id that the source uses twice stands for the newer event, also when the
        older one is dropped."""
        log = self.log(maxEvents=2)
        self.add(log, "a", "a", "b")
        self.assertEqual(log.find_source("a"), 2)

    def test_the_only_event_of_an_id(self) -> None:
        """An id that two events have names neither, until both are dropped."""
        log = self.log(maxEvents=2)
        first, second = self.add(log, "a", "a")
        self.assertEqual((first.repeats_id, second.repeats_id), (False, True))
        self.assertIsNone(log.find_named("a"))
        self.add(log, "b")
        self.assertEqual((log.find_named("a"), log.find_named("b")), (None, 3))
        self.add(log, "c")
        self.assertIsNone(log.find_named("a"))
        (again,) = self.add(log, "a")
        self.assertEqual((log.find_named("a"), again.repeats_id), (5, False))

    def test_pieces(self) -> None:
        """A piece ends at the entry that exceeds its size, and is never empty."""
        log = self.log()
        self.add(log, "a" * 36, "b" * 36, "c" * 36)
        for size, count in ((0, 1), (1, 1), (100, 1), (101, 2), (300, 3)):
            self.assertEqual(len(log.entries(1, size)), count, size)
        self.assertEqual([one.seq for one in log.entries(3, 300)], [3])
        self.assertEqual(log.entries(4, 300), [])

    def test_bytes_behind(self) -> None:
        """The data from a place to the end; a place that is dropped counts as the
        oldest that is kept."""
        log = self.log(maxEvents=2)
        self.add(log, "a" * 36, "b" * 36, "c" * 36)
        places = [(1, 200), (2, 200), (3, 100), (4, 0), (9, 0)]
        for seq, count in places:
            self.assertEqual(log.bytes_behind(seq), count, seq)

    def test_many_dropped(self) -> None:
        """Places stay the same while dropped entries are removed from memory."""
        log = self.log(maxEvents=3)
        for number in range(COMPACT_AT * 3):
            self.add(log, str(number))
            (newest,) = log.entries(log.next_seq - 1, 1)
            self.assertEqual(newest.seq, number + 1)
        self.assertEqual(
            self.texts(log), [str(COMPACT_AT * 3 - left) for left in (3, 2, 1)]
        )

    def test_restored(self) -> None:
        """The places of an earlier process are continued."""
        earlier = self.log(maxEvents=2)
        self.add(earlier, "a", "b", "c")
        log = self.log()
        log.restore(earlier.entries(2, 1 << 20))
        self.assertEqual((log.first_seq, log.next_seq), (2, 4))
        self.assertEqual(self.texts(log), ["b", "c"])
        self.assertEqual(log.find_source("c"), 3)

    def test_another_epoch(self) -> None:
        """After a turn the numbers go on, and ids name the epoch of their place."""
        log = self.log()
        (before,) = self.add(log, "a")
        log.turn("other")
        (after,) = self.add(log, "b")
        self.assertEqual((before.seq, after.seq), (1, 2))
        self.assertTrue(after.id.startswith("other-"))
        self.assertTrue(log.holds("epoch", 1) and log.holds("other", 2))
        self.assertFalse(log.holds("epoch", 2) or log.holds("other", 1))
        self.assertEqual(log.cursor(1), "epoch-b")
        self.assertEqual(log.cursor(2), "other-c")

    def test_cut(self) -> None:
        """Dropped entries leave no trace: neither in bounds nor among the ids."""
        log = self.log(maxEvents=3)
        whole = self.log(maxEvents=3)
        self.add(log, "a", "b", "c", "c")
        self.add(whole, "a", "b")
        log.cut(3)
        self.assertEqual((log.first_seq, log.next_seq), (2, 3))
        self.assertEqual(self.texts(log), ["b"])
        self.assertIsNone(log.find_named("c"))
        log.turn("other")
        self.add(log, "c")
        self.assertEqual(log.find_named("c"), 3)
        self.assertEqual(log.held_bytes, whole.held_bytes)

    def test_cut_before_the_first(self) -> None:
        """A log all of whose entries are dropped goes on at the place."""
        log = self.log()
        self.add(log, "a", "b")
        log.cut(1)
        self.assertEqual((log.first_seq, log.next_seq), (1, 1))
        self.assertFalse(log.holds_any)
        self.assertEqual(log.held_bytes, 0)

    def test_begin(self) -> None:
        """A log can go on at any other place, with another epoch."""
        log = self.log()
        self.add(log, "a")
        log.begin(40, [(0, "former"), (30, "other")])
        self.assertEqual((log.first_seq, log.next_seq, log.epoch), (40, 40, "other"))
        (entry,) = self.add(log, "b")
        self.assertEqual(entry.seq, 40)
        self.assertTrue(log.holds("former", 29) and log.holds("other", 30))
        self.assertEqual(log.epochs, [(0, "former"), (30, "other")])
