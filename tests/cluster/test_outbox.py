"""Tests of :mod:`relay.cluster.outbox`."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.writer import ArchiveClosed
from relay.cluster.link import Appended, EngineLost, Fenced, Snapshot, Stored
from relay.cluster.outbox import MOST_ITEMS, Outbox


class OutboxTests(SynchronousTestCase):
    """What a leader has read, on its way to the engine."""

    def setUp(self) -> None:
        """Make one that appends to a list."""
        self.sent: list[tuple[list[bytes], int, Deferred[Appended]]] = []
        self.outbox = Outbox(self.append)

    def append(self, items: Sequence[bytes], first_seq: int) -> Deferred[Appended]:
        """Note an append."""
        done: Deferred[Appended] = Deferred()
        self.sent.append((list(items), first_seq, done))
        return done

    def answer(self) -> None:
        """Answer the newest append."""
        items, first_seq, done = self.sent[-1]
        done.callback(Appended("e", first_seq, 7, len(items)))

    def log(self, *items: bytes, next_seq: int) -> Snapshot:
        """Return a log that ends with some items."""
        first = next_seq - len(items)
        stored = [Stored("e", first + at, 7, one) for at, one in enumerate(items)]
        return Snapshot("e", next_seq, stored)

    def test_one_batch_at_a_time(self) -> None:
        """What is added while a batch is under way makes the next one."""
        self.outbox.open(5)
        one = self.outbox.add([b"a"])
        two, three = self.outbox.add([b"b", b"c"]), self.outbox.add([b"d"])
        self.assertEqual(self.sent[0][:2], ([b"a"], 5))
        self.assertEqual(len(self.sent), 1)
        self.answer()
        self.assertEqual(self.successResultOf(one), Appended("e", 5, 7, 1))
        self.assertEqual(self.sent[1][:2], ([b"b", b"c", b"d"], 6))
        self.answer()
        self.assertEqual(self.successResultOf(two), Appended("e", 6, 7, 2))
        self.assertEqual(self.successResultOf(three), Appended("e", 8, 7, 1))

    def test_bound_of_a_batch(self) -> None:
        """A batch has a bounded number of items, unless one addition has more."""
        self.outbox.add([b"x"] * (MOST_ITEMS + 1))
        self.outbox.add([b"y"])
        self.outbox.open(1)
        self.assertEqual(len(self.sent[0][0]), MOST_ITEMS + 1)
        self.answer()
        self.assertEqual(self.sent[1][:2], ([b"y"], MOST_ITEMS + 2))

    def test_what_follows(self) -> None:
        """An act comes after everything before it, and before what follows."""
        acts: list[int] = []
        self.outbox.open(1)
        self.outbox.add([b"a"])
        self.outbox.then(lambda: acts.append(len(self.sent)))
        self.outbox.add([b"b"])
        self.assertEqual(acts, [])
        self.answer()
        self.assertEqual(acts, [1])
        self.assertEqual(self.sent[1][:2], ([b"b"], 2))

    def test_an_answer_that_was_lost(self) -> None:
        """A batch that the log has is not sent again; one that it lacks is."""
        for log, again in (
            (self.log(b"z", b"a", b"b", next_seq=7), []),
            (self.log(b"z", next_seq=5), [b"a", b"b"]),
        ):
            self.sent.clear()
            self.outbox = Outbox(self.append)
            self.outbox.open(5)
            done = self.outbox.add([b"a", b"b"])
            self.sent[0][2].errback(EngineLost())
            self.outbox.add([b"c"])
            self.assertNoResult(done)
            self.assertTrue(self.outbox.settle(log))
            self.assertEqual(done.called, not again)
            self.outbox.open(log.next_seq)
            self.assertEqual(self.sent[1][:2], ([*again, b"c"], log.next_seq))

    def test_other_entries_in_the_place(self) -> None:
        """Nothing can follow when another leader has appended meanwhile."""
        for log in (
            self.log(b"x", next_seq=6),
            self.log(b"a", b"x", next_seq=7),
            self.log(next_seq=3),
        ):
            self.outbox = Outbox(self.append)
            self.outbox.open(5)
            self.outbox.add([b"a"])
            self.assertIsNone(self.outbox.settle(log))
        idle = Outbox(self.append)
        idle.open(5)
        self.assertTrue(idle.settle(self.log(next_seq=5)))
        self.assertIsNone(idle.settle(self.log(next_seq=6)))

    def test_fail(self) -> None:
        """After a refusal everything that waits fails, and nothing more is sent."""
        self.outbox.open(1)
        one, two = self.outbox.add([b"a"]), self.outbox.add([b"b"])
        self.outbox.then(lambda: self.fail("not called"))
        self.sent[0][2].errback(Fenced())
        self.failureResultOf(one, ArchiveClosed)
        self.failureResultOf(two, ArchiveClosed)
        self.outbox.add([b"c"])
        self.assertEqual(len(self.sent), 1)
