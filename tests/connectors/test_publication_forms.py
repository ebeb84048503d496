"""Tests of :mod:`relay.connectors.publication_forms`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.connectors.publication import BadEvent
from relay.connectors.publication_forms import ContentBodies, EventBodies


class EventTests(SynchronousTestCase):
    """Bodies with events."""

    def test_bodies(self) -> None:
        """The content type says what a body is; there is a limit of events."""
        form = EventBodies(2)
        events = form.read("text/plain", b"a", "t", 9)
        self.assertEqual(events, [Message("a", topic="t")])
        many = b'[{"data": "a"}, {"data": "b"}, {"data": "c"}]'
        error = self.assertRaises(BadEvent, form.read, "application/json", many, "t", 9)
        self.assertEqual(error.status, 413)
        self.assertGreater(form.longest_body(9), 9 * 6)

    def test_answer(self) -> None:
        """It names the events."""
        answer = EventBodies(2).answer(["e-1"], True)
        self.assertEqual(answer, b'{"ids": ["e-1"], "durable": true}')


class ContentTests(SynchronousTestCase):
    """Bodies that are contents."""

    def test_bodies(self) -> None:
        """A body is one event, whatever its bytes; an empty body is none."""
        form = ContentBodies()
        for body, expected in (
            (b"[1", [Message("[1", topic="t")]),
            (b"\xff", [Message("/w==", topic="t", binary=True)]),
            (b"", []),
        ):
            self.assertEqual(form.read("application/json", body, "t", 9), expected)
        error = self.assertRaises(BadEvent, form.read, "", b"x" * 10, "t", 9)
        self.assertEqual(error.status, 413)
        self.assertEqual(form.longest_body(9), 9)

    def test_answer(self) -> None:
        """The response has no body."""
        self.assertEqual(ContentBodies().answer(["e-1"], True), b"")
