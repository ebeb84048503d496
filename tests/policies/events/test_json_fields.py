"""Fields of JSON documents by their paths."""

from __future__ import annotations

import copy
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.message import Message
from relay.expression.errors import EvaluationFailed
from relay.json_text import MOST_VALUES
from relay.policies.events.json_fields import (
    MOST_SEGMENTS,
    REMOVED,
    change,
    parse_object,
    read_path,
)

ORDER = {
    "id": 1,
    "items": [{"price": 5, "tags": ["a", "b"]}, {"price": 7, "tags": []}],
    "buyer": {"name": "n", "card": "c"},
}


class PathTests(SynchronousTestCase):
    """How a path is read."""

    def test_read(self) -> None:
        """With ``$.`` in front or without."""
        for text in ("items.*.price", "$.items.*.price"):
            self.assertEqual(read_path(text), ("items", "*", "price"))
        self.assertEqual(read_path("0"), ("0",))

    def test_refused(self) -> None:
        """What is empty somewhere, too long, or begins with ``$`` alone."""
        long = ".".join("a" * (MOST_SEGMENTS + 1))
        for text in ("", "$", "$.", "a..b", ".a", "a.", "$.$.a", long):
            with self.assertRaises(ValueError, msg=text):
                read_path(text)
        self.assertEqual(len(read_path(long[2:])), MOST_SEGMENTS)


class ChangeTests(SynchronousTestCase):
    """What :func:`change` does to a document."""

    def changed(self, path: str, new: Any, create: bool = False) -> Any:
        """Return the document with fields replaced by a value, or what a function
        makes of the old one."""
        document = copy.deepcopy(ORDER)
        function = new if callable(new) else lambda old: new
        change(document, read_path(path), function, create)
        return document

    def test_one_field(self) -> None:
        """Of an object, and of a list."""
        self.assertEqual(self.changed("buyer.card", "x")["buyer"]["card"], "x")
        items = self.changed("items.1.price", lambda old: old + 1)["items"]
        self.assertEqual([one["price"] for one in items], [5, 8])

    def test_all_fields(self) -> None:
        """``*`` stands for every member of an object or a list."""
        items = self.changed("items.*.price", 0)["items"]
        self.assertEqual([one["price"] for one in items], [0, 0])
        buyer = self.changed("buyer.*", "x")["buyer"]
        self.assertEqual(buyer, {"name": "x", "card": "x"})

    def test_removed(self) -> None:
        """From an object, and all of a list at once."""
        self.assertEqual(self.changed("buyer.card", REMOVED)["buyer"], {"name": "n"})
        items = self.changed("items.*.tags.*", REMOVED)["items"]
        self.assertEqual([one["tags"] for one in items], [[], []])
        items = self.changed("items.0", REMOVED)["items"]
        self.assertEqual([one["price"] for one in items], [7])

    def test_what_is_not_there(self) -> None:
        """Is left alone, unless it is to be made; a list grows by nothing."""
        for path in ("none", "buyer.none", "items.2", "items.x", "id.a", "items.-1"):
            self.assertEqual(self.changed(path, 1), ORDER, path)
        made = self.changed("a.b", lambda old: (old, "new"), create=True)
        self.assertEqual(made["a"], {"b": (None, "new")})
        self.assertEqual(self.changed("items.2", 1, create=True), ORDER)
        self.assertEqual(self.changed("id.a", 1, create=True), ORDER)
        self.assertEqual(self.changed("items.*.x", 1, create=True)["items"][0]["x"], 1)


class ParseTests(SynchronousTestCase):
    """What is read from an event."""

    def test_objects_and_lists(self) -> None:
        """And nothing else: there are no fields in it."""
        self.assertEqual(parse_object(Message('{"a": 1}')), {"a": 1})
        self.assertEqual(parse_object(Message("[1]")), [1])
        for data in ("1", '"text"', "null", "no JSON"):
            self.assertIsNone(parse_object(Message(data)), data[:10])
        self.assertIsNone(parse_object(Message("[1]", binary=True)))

    def test_more_than_is_read(self) -> None:
        """Is no absence of fields: what is to be hidden may be among them."""
        for data in (f"[{'0,' * MOST_VALUES}0]", "[" * 10_000):
            with self.assertRaises(EvaluationFailed):
                parse_object(Message(data))
