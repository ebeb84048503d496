"""Histories that outlive the process."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.archive import LINEAGE_MS, PRUNE_S, Archive
from relay.channel.channel import Channel
from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.channel.writer import ArchiveClosed, IdempotencyKey, NotKept
from relay.http.fanout import FanoutWriter
from relay.model.records import HistoryEntry, Publication
from relay.model.schema.errors import Unavailable
from tests.channel.readers import GAP, Moment, Reader, messages


class Memory:
    """A store of histories that completes a batch when the test says so."""

    def __init__(self) -> None:
        self.rows: list[HistoryEntry] = []
        self.publications: list[Publication] = []
        self.batches: list[
            tuple[list[HistoryEntry], list[Publication], Deferred[None]]
        ] = []
        self.oldest: dict[str, int] = {}

    def load(self) -> Deferred[tuple[list[HistoryEntry], list[Publication]]]:
        """Return all entries at once."""
        done: Deferred[tuple[list[HistoryEntry], list[Publication]]] = Deferred()
        done.callback((list(self.rows), list(self.publications)))
        return done

    def keep(
        self,
        entries: list[HistoryEntry],
        oldest: dict[str, int],
        publications: list[Publication],
    ) -> Deferred[None]:
        """Wait for :meth:`commit`."""
        done: Deferred[None] = Deferred()
        self.batches.append((entries, publications, done))
        self.oldest = oldest
        return done

    def commit(self) -> None:
        """Keep the oldest batch."""
        entries, publications, done = self.batches.pop(0)
        self.rows += entries
        self.publications += publications
        done.callback(None)

    def fail(self) -> None:
        """Lose the oldest batch."""
        self.batches.pop(0)[2].errback(OSError("the disk is full"))


class ArchiveTests(SynchronousTestCase):
    """Kept first, delivered then."""

    def setUp(self) -> None:
        """Make a durable channel with a reader."""
        self.moment = Moment()
        self.memory = Memory()
        self.channel = self.open()
        self.reader = Reader(self.channel).start()

    def open(self) -> Channel:
        """Open the channel as the process that comes next does."""
        self.archive = Archive(self.memory, self.moment.clock, self.moment.wall_ms)
        self.successResultOf(self.archive.load())
        return self.reopen()

    def reopen(self) -> Channel:
        """Open the channel again in the same process."""
        archive = self.archive
        kept = archive.kept("c")
        channel = self.moment.channel()
        if kept is not None:
            channel = Channel(
                channel.options,
                self.moment.clock,
                self.moment.wall_ms,
                FanoutWriter,
                kept[0],
            )
            channel.log.restore(kept[1])
        channel.writer, channel.digest = archive, "c"
        return channel

    def flush(self) -> None:
        """Advance the clock until the batch is written."""
        self.moment.clock.advance(0.02)

    def test_nothing_is_delivered_before_it_is_kept(self) -> None:
        """Neither the readers nor the publisher see an event before it is stored."""
        done = self.channel.submit(messages("a", "b"))
        self.flush()
        self.assertEqual(self.reader.seen, [])
        self.assertNoResult(done)
        self.memory.commit()
        self.assertEqual(self.reader.seen, ["a", "b"])
        self.assertEqual(len(self.successResultOf(done)), 2)

    def test_one_batch_at_a_time(self) -> None:
        """Events that come while a batch is written form the next batch, in order."""
        self.channel.submit(messages("a"))
        self.flush()
        self.channel.submit(messages("b"))
        self.channel.submit([GapReason.UPSTREAM_RECONNECT])
        self.flush()
        self.assertEqual(len(self.memory.batches), 1)
        self.memory.commit()
        self.flush()
        self.assertEqual(len(self.memory.batches[0][0]), 2)
        self.memory.commit()
        self.assertEqual(self.reader.seen, ["a", "b", GAP])
        self.assertEqual([row.seq for row in self.memory.rows], [1, 2, 3])
        self.assertEqual(
            self.reader.gaps[0]["after"], self.memory.rows[1].content["id"]
        )

    def test_what_cannot_be_kept_is_not_published(self) -> None:
        """
        The publisher receives the error, and the next event takes the number of the
        lost one.
        """
        lost = self.channel.submit(messages("lost"))
        self.flush()
        self.memory.fail()
        self.failureResultOf(lost, OSError)
        self.channel.submit(messages("kept"))
        self.flush()
        self.memory.commit()
        self.assertEqual(self.reader.seen, ["kept"])
        self.assertEqual([row.seq for row in self.memory.rows], [1])

    def test_the_next_process_goes_on(self) -> None:
        """The next process continues the epoch, so that ids and numbers stay valid."""
        message = Message("a", "t", "i", "topic", 5, True, {"m": "1"}, {"h": "2"})
        self.channel.submit([message], IdempotencyKey("topic", "key"))
        self.flush()
        self.memory.commit()
        last = self.reader.last_event_id
        channel = self.open()
        (published,) = self.archive.publications
        self.assertEqual((published.key, published.ids), ("key", (last,)))
        again = Reader(channel, last).start()
        channel.submit(messages("b"))
        self.flush()
        self.memory.commit()
        self.moment.clock.advance(0)
        self.assertEqual(again.seen, ["b"])
        first = Reader(channel, f"{channel.log.epoch}-a").start()
        self.assertEqual(first.seen, ["a", "b"])
        restored = channel.log.entries(1, 1)[0]
        self.assertEqual(restored.message, message)

    def test_a_hole_is_the_beginning(self) -> None:
        """The history begins after a missing number."""
        self.memory.rows = [
            HistoryEntry("c", "aaaaaaaa", seq, 0, {"id": f"aaaaaaaa-{seq}"})
            for seq in (1, 2, 4, 5)
        ]
        channel = self.open()
        self.assertEqual((channel.log.first_seq, channel.log.next_seq), (4, 6))

    def keep(self, channel: Channel, text: str) -> None:
        """Publish, and keep it."""
        done = channel.submit(messages(text))
        self.flush()
        self.memory.commit()
        self.successResultOf(done)

    def test_a_channel_that_is_opened_again(self) -> None:
        """Goes on with its epoch and places, in the process and in the next."""
        self.keep(self.channel, "a")
        last = self.reader.last_event_id
        again = self.reopen()
        reader = Reader(again, last).start()
        self.keep(again, "b")
        self.moment.clock.advance(0)
        self.assertEqual(reader.seen, ["b"])
        third = self.open()
        self.assertEqual(Reader(third, last).start().seen, ["b"])
        fourth = self.reopen()
        self.assertEqual(Reader(fourth, last).start().seen, ["b"])
        self.assertEqual([row.seq for row in self.memory.rows], [1, 2])
        self.assertEqual(len({row.epoch for row in self.memory.rows}), 1)

    def test_opened_again_after_everything_is_too_old(self) -> None:
        """The numbers continue, so that an old id never names another event."""
        self.keep(self.channel, "a")
        last = self.reader.last_event_id
        self.moment.clock.advance(121)
        self.channel.sweep()
        self.assertFalse(self.channel.log.holds_any)
        again = self.reopen()
        reader = Reader(again, last).start()
        self.keep(again, "b")
        self.moment.clock.advance(0)
        self.assertEqual(reader.seen, ["b"])
        self.assertEqual([row.seq for row in self.memory.rows], [1, 2])

    def test_what_is_on_its_way_holds_the_channel(self) -> None:
        """The archive holds the channel until each event is delivered or lost."""
        self.assertFalse(self.archive.holds(self.channel))
        self.channel.submit(messages("a"))
        self.channel.submit(messages("b"))
        self.assertTrue(self.archive.holds(self.channel))
        self.flush()
        self.assertTrue(self.archive.holds(self.channel))
        self.memory.commit()
        self.assertFalse(self.archive.holds(self.channel))
        lost = self.channel.submit(messages("c"))
        self.flush()
        self.memory.fail()
        self.failureResultOf(lost, OSError)
        self.assertFalse(self.archive.holds(self.channel))

    def test_quiet_channels_are_pruned(self) -> None:
        """
        Old events of a quiet channel are removed; the newest number stays for a day.
        """
        old_ms = self.moment.wall_ms()
        self.memory.rows = [
            HistoryEntry("quiet", "aaaaaaaa", seq, old_ms, {"id": f"aaaaaaaa-{seq}"})
            for seq in (1, 2, 3)
        ]
        channel = self.open()
        self.moment.clock.advance(120 + PRUNE_S)
        self.keep(channel, "a")
        self.assertEqual(self.memory.oldest["quiet"], 3)
        self.keep(channel, "b")
        self.assertNotIn("quiet", self.memory.oldest)
        kept = self.archive.kept("quiet")
        assert kept is not None
        self.assertEqual([entry.seq for entry in kept[1]], [3])
        self.moment.clock.advance(LINEAGE_MS / 1000)
        self.keep(channel, "c")
        self.assertEqual(self.memory.oldest["quiet"], 4)
        self.assertIsNone(self.archive.kept("quiet"))

    def test_channels_of_this_process_are_pruned(self) -> None:
        """The channels of this process are pruned like those of earlier processes."""
        self.keep(self.channel, "a")
        self.keep(self.channel, "b")
        other = self.moment.channel()
        other.writer, other.digest = self.archive, "d"
        self.moment.clock.advance(120 + PRUNE_S)
        self.keep(other, "x")
        self.assertEqual(self.memory.oldest["c"], 2)
        self.moment.clock.advance(LINEAGE_MS / 1000)
        self.keep(other, "y")
        self.assertEqual(self.memory.oldest["c"], 3)
        self.assertIsNone(self.archive.kept("c"))

    def test_a_batch_that_cannot_be_staged(self) -> None:
        """Fails for those whose it is; the next batch is kept."""

        def broken(*_: object) -> Deferred[None]:
            raise ZeroDivisionError

        keep = self.memory.keep
        self.memory.keep = broken  # type: ignore[method-assign,assignment]
        lost = self.channel.submit(messages("lost"))
        self.flush()
        self.failureResultOf(lost, ZeroDivisionError)
        self.memory.keep = keep  # type: ignore[method-assign]
        done = self.channel.submit(messages("a"))
        self.flush()
        self.memory.commit()
        self.assertEqual(len(self.successResultOf(done)), 1)
        self.assertEqual(self.reader.seen, ["a"])
        self.assertFalse(self.archive.holds(self.channel))

    def test_a_lease_that_is_lost_lets_go_of_what_waits(self) -> None:
        """
        Events that wait fail when the lease is lost, and the batch under way completes.
        """
        under_way = self.channel.submit(messages("a"))
        self.flush()
        waiting = self.channel.submit(messages("b"))
        self.archive.reset()
        self.failureResultOf(waiting, ArchiveClosed)
        self.memory.commit()
        self.flush()
        self.assertEqual(len(self.successResultOf(under_way)), 1)
        self.assertEqual(self.memory.batches, [])
        self.assertFalse(self.archive.holds(self.channel))

    def test_a_store_that_cannot_keep_answers_all_who_wait_and_logs_once(self) -> None:
        """
        A store that fails fails all waiting events, and is logged once until it works
        again.
        """
        with capturedLogs() as lines:
            for _ in range(2):
                first = self.channel.submit(messages("a"))
                self.flush()
                second = self.channel.submit(messages("b"))
                self.memory.batches.pop(0)[2].errback(Unavailable("locked"))
                self.failureResultOf(first, NotKept)
                self.failureResultOf(second, NotKept)
                self.flush()
            kept = self.channel.submit(messages("c"))
            self.flush()
            self.memory.commit()
        self.successResultOf(kept)
        self.assertEqual(self.reader.seen, ["c"])
        self.assertEqual([line["log_level"].name for line in lines], ["error", "info"])

    def test_closed(self) -> None:
        """A closed archive refuses waiting and later events."""
        waiting = self.channel.submit(messages("a"))
        self.archive.close()
        self.failureResultOf(waiting, ArchiveClosed)
        self.failureResultOf(self.channel.submit(messages("b")), ArchiveClosed)
