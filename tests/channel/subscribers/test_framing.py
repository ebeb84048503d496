"""Tests of :mod:`relay.channel.subscribers.framing`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.message import Message
from relay.channel.subscribers.framing import (
    GraviteeSseFraming,
    SseFraming,
    retry_block,
    with_retry,
)


def entry(message: Message) -> Entry:
    """Make the entry of a message that arrived at 1000 ms."""
    return Entry(7, "e-7", message, None, 1000)


TYPED = entry(
    Message("a\nb", "order", id="11", headers={"h": "1"}, metadata={"m": "2\n3"})
)


class SseTests(SynchronousTestCase):
    """Relay's form of an event stream."""

    def test_event(self) -> None:
        """Its type is that of the source; comments follow the data."""
        self.assertEqual(
            SseFraming(True, True, True, 0).encode(TYPED),
            b"id: e-7\nevent: order\ndata: a\ndata: b\n:m: 2 3\n:h: 1\n\n",
        )
        plain = SseFraming(False, False, True, 0).encode(entry(Message("a")))
        self.assertEqual(plain, b"id: e-7\ndata: a\n\n")

    def test_gap(self) -> None:
        """A gap is an event without an id, or is omitted."""
        gap = Gap(GapReason.EVICTED, "e-1")
        self.assertEqual(
            SseFraming(False, False, True, 0).encode_gap(gap),
            b'event: relay.gap\ndata: {"reason": "evicted", "after": "e-1"}\n\n',
        )
        self.assertEqual(SseFraming(False, False, False, 0).encode_gap(gap), b"")

    def test_retry(self) -> None:
        """The reconnection time is part of an event, or a block without one."""
        self.assertEqual(with_retry(b"data: a\n\n", 5), b"retry: 5\ndata: a\n\n")
        self.assertEqual(retry_block(5), b"retry: 5\n\n")


class GraviteeTests(SynchronousTestCase):
    """Gravitee's form of an event stream."""

    def test_event(self) -> None:
        """It has the id of the source and the type ``message``."""
        framing = GraviteeSseFraming(False, False, True, 0)
        expected = b"id: 11\nevent: message\ndata: a\ndata: b\n\n"
        self.assertEqual(framing.encode(TYPED), expected)
        expected = b"id: e-7\nevent: message\ndata: a\n\n"
        self.assertEqual(framing.encode(entry(Message("a"))), expected)

    def test_comments(self) -> None:
        """The time of the event is the first of its metadata."""
        for options, comments in (
            ((True, True), b":sourceTimestamp: 1000\n:m: 2 3\n:h: 1\n"),
            ((True, False), b":sourceTimestamp: 1000\n:m: 2 3\n"),
            ((False, True), b":h: 1\n"),
        ):
            encoded = GraviteeSseFraming(*options, True, 0).encode(TYPED)
            expected = b"id: 11\nevent: message\ndata: a\ndata: b\n" + comments + b"\n"
            self.assertEqual(encoded, expected)
        stated = entry(Message("a", timestamp_ms=5))
        encoded = GraviteeSseFraming(True, False, True, 0).encode(stated)
        self.assertIn(b":sourceTimestamp: 5\n", encoded)

    def test_clients_of_each_form_are_a_group(self) -> None:
        """No client is written bytes of the other form."""
        options = (False, False, True, 5000)
        keys = {SseFraming(*options).key, GraviteeSseFraming(*options).key}
        self.assertEqual(len(keys), 2)
        self.assertIn(GraviteeSseFraming(*options).key, keys)
