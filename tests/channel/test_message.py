"""Tests of :mod:`relay.channel.message`."""

from __future__ import annotations

import base64
from dataclasses import replace
from sys import getsizeof

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message


class ContentBytesTests(SynchronousTestCase):
    """The size of a content."""

    def test_content(self) -> None:
        """A text counts in UTF-8, and base64 as the bytes that it encodes."""
        self.assertEqual(Message("h\u00e4").content_bytes, 3)
        for size in range(6):
            data = base64.b64encode(bytes(size)).decode()
            self.assertEqual(Message(data, binary=True).content_bytes, size)


class HeldBytesTests(SynchronousTestCase):
    """The memory that a message is counted with."""

    def test_text_alone(self) -> None:
        """The usual event is counted with its text."""
        self.assertEqual(Message("abc").held_bytes, getsizeof("abc"))

    def test_every_text_counts(self) -> None:
        """Each optional member adds its texts; pairs also their place in a map."""
        plain = Message("abc")
        for members, more in (
            ({"type": "order"}, getsizeof("order")),
            ({"id": "17"}, getsizeof("17")),
            ({"topic": "a/b"}, getsizeof("a/b")),
            ({"metadata": {"k": "v"}}, getsizeof("k") + getsizeof("v") + 64),
            ({"headers": {"k": "v"}}, getsizeof("k") + getsizeof("v") + 64),
            ({"timestamp_ms": 5, "binary": True}, 0),
            ({"metadata": {}, "headers": {}}, 0),
        ):
            message = replace(plain, **members)
            self.assertEqual(message.held_bytes - plain.held_bytes, more, members)
