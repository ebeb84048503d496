"""Histories that outlive the process."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.archive import Archive, ArchiveClosed, IdempotencyKey
from relay.channel.channel import Channel
from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.model.records import HistoryEntry, Publication
from tests.channel.readers import GAP, Moment, Reader, messages


class Memory:
    """Keeps histories when a test says so."""

    def __init__(self) -> None:
        self.rows: list[HistoryEntry] = []
        self.publications: list[Publication] = []
        self.batches: list[
            tuple[list[HistoryEntry], list[Publication], Deferred[None]]
        ] = []

    def load(self) -> Deferred[tuple[list[HistoryEntry], list[Publication]]]:
        """Give all at once."""
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
        archive = Archive(self.memory, self.moment.clock, self.moment.wall_ms)
        self.successResultOf(archive.load())
        self.archive = archive
        kept = archive.kept("c")
        channel = self.moment.channel()
        if kept is not None:
            channel = Channel(
                channel.options, self.moment.clock, self.moment.wall_ms, kept[0]
            )
            channel.log.restore(kept[1])
        channel.archive, channel.digest = archive, "c"
        return channel

    def flush(self) -> None:
        """Let the batch be written."""
        self.moment.clock.advance(0.02)

    def test_nothing_is_delivered_before_it_is_kept(self) -> None:
        """Neither to readers nor as an answer."""
        done = self.channel.submit(messages("a", "b"))
        self.flush()
        self.assertEqual(self.reader.seen, [])
        self.assertNoResult(done)
        self.memory.commit()
        self.assertEqual(self.reader.seen, ["a", "b"])
        self.assertEqual(len(self.successResultOf(done)), 2)

    def test_one_batch_at_a_time(self) -> None:
        """What comes meanwhile is the next batch; the order stays."""
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
        """The publisher is told; the next event takes its place."""
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
        """With the same epoch: a reader's id is good, and so are the places."""
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
        self.assertEqual(again.seen, ["b"])
        first = Reader(channel, f"{channel.log.epoch}-a").start()
        self.assertEqual(first.seen, ["a", "b"])
        restored = channel.log.entries(1, 1)[0]
        self.assertEqual(restored.message, message)

    def test_a_hole_is_the_beginning(self) -> None:
        """What stands before a missing place is not taken up."""
        self.memory.rows = [
            HistoryEntry("c", "aaaaaaaa", seq, 0, {"id": f"aaaaaaaa-{seq}"})
            for seq in (1, 2, 4, 5)
        ]
        channel = self.open()
        self.assertEqual((channel.log.first_seq, channel.log.next_seq), (4, 6))

    def test_closed(self) -> None:
        """Another process keeps the channel now."""
        waiting = self.channel.submit(messages("a"))
        self.archive.close()
        self.failureResultOf(waiting, ArchiveClosed)
        self.failureResultOf(self.channel.submit(messages("b")), ArchiveClosed)
