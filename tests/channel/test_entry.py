"""Tests of :mod:`relay.channel.entry`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import NOT_JSON, PLACE_BYTES, Entry, Gap, GapReason
from relay.channel.message import Message
from relay.json_text import JsonTooLarge


def entry(message: Message | None) -> Entry:
    """Make an entry that arrived at 1000 ms; without a message it is a gap."""
    gap = Gap(GapReason.EVICTED, "e-6") if message is None else None
    return Entry(7, "e-7", message, gap, 1000)


class SizeTests(SynchronousTestCase):
    """The size of an entry, which counts against the bounds of a log."""

    def test_event(self) -> None:
        """Memory by the texts held, data by the length of the text."""
        message = Message("x" * 100)
        one = entry(message)
        self.assertEqual(one.size, PLACE_BYTES + message.held_bytes)
        self.assertEqual(one.data_bytes, 164)

    def test_gap(self) -> None:
        """A gap has a place and no text."""
        one = entry(None)
        self.assertEqual((one.size, one.data_bytes), (PLACE_BYTES, 64))


class ContentTests(SynchronousTestCase):
    """An entry as filters and entrypoints read it."""

    def test_the_id_of_the_source(self) -> None:
        """The source's id is used if it is unique and can be sent in a header."""
        for source_id, expected in (
            ("11", "11"),
            ("ä 1", "ä 1"),
            ("x" * 4096, "x" * 4096),
            ("", "e-7"),
            ("x" * 4097, "e-7"),
            ("a\tb", "e-7"),
            (" 1", "e-7"),
        ):
            self.assertEqual(entry(Message("a", id=source_id)).source_id, expected)
        self.assertEqual(entry(None).source_id, "e-7")
        repeated = entry(Message("a", id="11"))
        repeated.repeats_id = True
        self.assertEqual(repeated.source_id, "e-7")

    def test_timestamp(self) -> None:
        """The time that the publisher states precedes the time of arrival."""
        self.assertEqual(entry(Message("a")).timestamp_ms, 1000)
        self.assertEqual(entry(Message("a", timestamp_ms=0)).timestamp_ms, 0)
        self.assertEqual(entry(None).timestamp_ms, 1000)

    def test_parsed_once(self) -> None:
        """The data as JSON is kept until the memo is dropped."""
        one = entry(Message('{"a": [1]}'))
        first = one.parsed()
        self.assertEqual(first, {"a": [1]})
        self.assertIs(one.parsed(), first)
        one.memo = None
        self.assertIsNot(one.parsed(), first)

    def test_not_json(self) -> None:
        """``null`` is JSON; other texts and gaps are not."""
        for text in ("", "a", "{", "[1"):
            self.assertIs(entry(Message(text)).parsed(), NOT_JSON, text)
        self.assertIs(entry(None).parsed(), NOT_JSON)
        self.assertIsNone(entry(Message("null")).parsed())

    def test_too_many_values(self) -> None:
        """A text with more values, or deeper ones, than may be read is an error, each
        time."""
        for text in ("[" + "1," * 1_000_000 + "1]", "[" * 40_000):
            one = entry(Message(text))
            self.assertRaises(JsonTooLarge, one.parsed)
            self.assertRaises(JsonTooLarge, one.parsed)

    def test_as_json(self) -> None:
        """Binary data has a name of its own."""
        message = Message("aGk=", "order", "17", "news", 5, binary=True)
        self.assertEqual(
            entry(message).as_json(),
            {
                "id": "e-7",
                "type": "order",
                "dataBase64": "aGk=",
                "topic": "news",
                "timestamp": 5,
            },
        )
        self.assertEqual(entry(Message("hi")).as_json()["data"], "hi")
