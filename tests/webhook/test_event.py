"""Events as they leave."""

from __future__ import annotations

import base64
import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.message import Message
from relay.webhook.event import BYTES, JSON, TEXT, EventFraming, OutgoingEvent


def told(message: Message) -> dict[str, Any]:
    """Give what is told of an event."""
    line = EventFraming().encode(Entry(7, "abc-7", message, None, 5))
    read: dict[str, Any] = json.loads(line)
    return read


class EventTests(SynchronousTestCase):
    """Bodies and their types."""

    def test_bodies(self) -> None:
        """The data as it is, with the type that fits it."""
        raw = base64.b64encode(b"\x00\xff").decode()
        for message, content_type, body in (
            (Message('{"a": 1}'), JSON, b'{"a": 1}'),
            (Message("[1]"), JSON, b"[1]"),
            (Message("42"), TEXT, b"42"),
            (Message("h\u00e4\nb"), TEXT, "h\u00e4\nb".encode()),
            (Message(""), TEXT, b""),
            (Message("\ud800"), TEXT, b"?"),
            (Message(raw, binary=True), BYTES, b"\x00\xff"),
        ):
            event = OutgoingEvent.read(told(message)["event"])
            self.assertEqual((event.content_type, event.body), (content_type, body))

    def test_what_is_told(self) -> None:
        """Place, id, type and topic; it can be read again from a list."""
        read = told(Message("x", type="greet", topic="news", timestamp_ms=3))
        self.assertEqual(read["seq"], 7)
        event = OutgoingEvent.read(json.loads(json.dumps(read["event"])))
        self.assertEqual(
            (event.id, event.type, event.topic), ("abc-7", "greet", "news")
        )
        self.assertEqual(event.told["timestamp"], 3)

    def test_gaps(self) -> None:
        """Gaps of the log and of a reader look alike."""
        gap = Gap(GapReason.EVICTED, "abc-1")
        framing = EventFraming()
        line = framing.encode(Entry(7, "abc-7", None, gap, 5))
        self.assertEqual(line, framing.encode_gap(gap))
        expected = {"gap": {"reason": "evicted", "after": "abc-1"}}
        self.assertEqual(json.loads(line), expected)

    def test_one_line_for_all(self) -> None:
        """A thousand webhooks are one group, which has one line of an event made."""
        self.assertEqual(EventFraming().key, EventFraming().key)
