"""Events as they leave."""

from __future__ import annotations

import base64
import json

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import Entry
from relay.channel.message import Message
from relay.webhook.event import BYTES, JSON, TEXT, OutgoingEvent


def outgoing(message: Message) -> OutgoingEvent:
    """Make an event of the channel's entry."""
    return OutgoingEvent.of(Entry(7, "abc-7", message, None, 5))


class EventTests(SynchronousTestCase):
    """Bodies and their types."""

    def test_bodies(self) -> None:
        """The body is the data as it is, with a matching content type."""
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
            event = outgoing(message)
            self.assertEqual((event.content_type, event.body), (content_type, body))

    def test_what_is_told(self) -> None:
        """Id, type and topic; it can be read again from a dead-letter list."""
        told = outgoing(
            Message("x", type="greet", topic="news", timestamp_ms=3)
        ).content
        event = OutgoingEvent.read(json.loads(json.dumps(told)))
        self.assertEqual(
            (event.id, event.type, event.topic), ("abc-7", "greet", "news")
        )
        self.assertEqual(event.content["timestamp"], 3)
