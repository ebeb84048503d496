"""Tests of :mod:`relay.connectors.polling.form`."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.message import Message
from relay.connectors.polling.form import Page, RelayForm

EVENT = {"type": "message", "topic": "t", "timestamp": 1000}


class RelayFormTests(SynchronousTestCase):
    """Relay's own answers to polls."""

    def test_items(self) -> None:
        """Headers and metadata only where they are wanted; binary data as base64."""
        message = Message("x", topic="t", headers={"a": "1"}, metadata={"b": "2"})
        entry = Entry(7, "e-7", message, None, 1000)
        expected = {"id": "e-7", "data": "x", **EVENT}
        self.assertEqual(RelayForm(False, False).item(entry), expected)
        expected |= {"headers": {"a": "1"}, "metadata": {"b": "2"}}
        self.assertEqual(RelayForm(True, True).item(entry), expected)
        binary = Entry(7, "e-7", Message("eA==", topic="t", binary=True), None, 1000)
        shown = RelayForm(False, False).item(binary)
        self.assertEqual(shown, {"id": "e-7", "dataBase64": "eA==", **EVENT})

    def test_body(self) -> None:
        """Gaps are a member only if there are any."""
        form = RelayForm(False, False)
        page = Page([], [], "e-9", "e-1", "2", False)
        self.assertEqual(form.body(page), b'{"items":[],"cursor":"e-9"}')
        gap = Gap(GapReason.EVICTED, "e-1")
        shown = json.loads(form.body(page._replace(gaps=[gap])))
        self.assertEqual(shown["gaps"], [{"reason": "evicted", "after": "e-1"}])
