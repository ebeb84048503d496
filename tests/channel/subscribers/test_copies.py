"""Encoded copies of entries, and what they may take."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import PLACE_BYTES, Entry
from relay.channel.message import Message
from relay.channel.subscribers.copies import COPY_BYTES, Copies, Room
from relay.channel.subscribers.filter import Filter
from tests.channel.readers import Moment, Reader, messages


class CopiesTests(SynchronousTestCase):
    """Copies of two groups in one room."""

    def setUp(self) -> None:
        """Have room for four copies of 40 bytes."""
        self.size = 4 * (40 + COPY_BYTES)
        self.free = self.size
        self.room = Room(lambda: self.free)
        self.copies, self.others = Copies(self.room), Copies(self.room)

    def fill(self, copies: Copies, *places: int, is_new: bool = True) -> None:
        """Keep a copy for each place."""
        for seq in places:
            copies.keep(seq, b"x" * 40, is_new)

    def held(self, copies: Copies) -> list[int]:
        """Return the places that have copies."""
        return [seq for seq in range(20) if copies.get(seq) is not None]

    def test_the_newest_stay(self) -> None:
        """A new copy takes the place of its own group's oldest, an old one of none."""
        self.fill(self.others, 1)
        self.fill(self.copies, 1, 2, 3, 4, 5)
        self.assertEqual(self.held(self.copies), [3, 4, 5])
        self.assertEqual(self.held(self.others), [1])
        self.fill(self.copies, 2, is_new=False)
        self.assertEqual(self.held(self.copies), [3, 4, 5])
        self.assertEqual(self.room.left_bytes, 0)

    def test_room_is_given_back(self) -> None:
        """Dropped entries, replaced copies and the end of a group free their memory."""
        self.fill(self.copies, 1, 2, 2, 3)
        self.copies.forget(3)
        self.assertEqual(self.held(self.copies), [3])
        self.fill(self.others, 1)
        self.copies.clear()
        self.others.clear()
        self.assertEqual(self.room.left_bytes, self.size)

    def test_entries_come_first(self) -> None:
        """The oldest copies are dropped when the entries of the log need memory."""
        self.fill(self.copies, 1, 2, 3)
        self.free = 40 + COPY_BYTES
        self.copies.make_room()
        self.assertEqual(self.held(self.copies), [3])
        self.assertEqual(self.room.left_bytes, 0)

    def test_what_does_not_fit(self) -> None:
        """A copy that is larger than the memory is not kept."""
        self.copies.keep(1, b"x" * 1000, True)
        self.assertEqual(self.held(self.copies), [])
        self.assertEqual(self.room.left_bytes, self.size)


class HeldTests(SynchronousTestCase):
    """``history.maxBytes`` counts what a channel holds."""

    def test_texts_beside_the_data(self) -> None:
        """Types, ids, topics, headers and metadata count as the data does."""
        long = "x" * 10_000
        for message in (
            Message(long),
            Message("", type=long),
            Message("", id=long),
            Message("", topic=long),
            Message("", headers={"a": long}),
            Message("", metadata={long: "a"}),
            Message("\u20ac" * 5_000),
        ):
            channel = Moment().channel(history={"maxBytes": 7 * 12_000})
            channel.publish([message] * 50)
            log = channel.log
            self.assertIn(log.next_seq - log.first_seq, (7, 8))

    def test_small_events(self) -> None:
        """The fixed size of an entry counts against the bound, besides its texts."""
        channel = Moment().channel(history={"maxBytes": 100_000})
        channel.publish(messages(*["x"] * 1000))
        held = channel.log.next_seq - channel.log.first_seq
        self.assertLess(held * PLACE_BYTES, 100_000)
        self.assertGreater(held, 50)

    def test_copies_die_with_their_readers(self) -> None:
        """
        The copies of a filter are dropped with the last reader that uses the filter.
        """
        channel = Moment().channel(history={"maxBytes": 80_000})
        channel.publish(messages(*["x" * 100] * 50))
        room = channel._fanout._room
        self.assertEqual(room.left_bytes, channel.log.free_bytes)
        stays = Reader(channel, channel.log.cursor(0)).start()
        for number in range(200):
            wanted = Filter.read(frozenset(["message", str(number)]), "")
            reader = Reader(channel, channel.log.cursor(0), wanted=wanted).start()
            self.assertEqual(len(reader.seen), 50)
            self.assertGreaterEqual(room.left_bytes, 0)
            channel.detach(reader.subscriber)
        channel.detach(stays.subscriber)
        self.assertEqual(room.taken_bytes, 0)
        log = channel.log
        self.assertTrue(all(one.memo is None for one in log.entries(1, 10**6)))

    def test_copies_are_shared(self) -> None:
        """Readers that reconnect at one time receive the same bytes, encoded once."""
        channel = Moment().channel()
        live, _ = (Reader(channel).start() for _ in range(2))
        channel.publish(messages("a", "b"))
        asked: list[int] = []
        framing = live.subscriber.framing
        make = framing.encode

        def encode(entry: Entry) -> bytes:
            asked.append(entry.seq)
            return make(entry)

        framing.encode = encode  # type: ignore[method-assign]
        first = channel.log.cursor(0)
        back = [Reader(channel, first).start() for _ in range(3)]
        self.assertEqual([one.seen for one in back], [["a", "b"]] * 3)
        self.assertEqual((asked, live.seen), ([], ["a", "b"]))
