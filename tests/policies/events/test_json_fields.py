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
        """A path may begin with ``$.``."""
        for text in ("items.*.price", "$.items.*.price"):
            self.assertEqual(read_path(text), ("items", "*", "price"))
        self.assertEqual(read_path("0"), ("0",))

    def test_refused(self) -> None:
        """Paths with empty segments, without segments, or with too many are refused."""
        long = ".".join("a" * (MOST_SEGMENTS + 1))
        for text in ("", "$", "$.", "a..b", ".a", "a.", "$.$.a", long):
            with self.assertRaises(ValueError, msg=text):
                read_path(text)
        self.assertEqual(len(read_path(long[2:])), MOST_SEGMENTS)


class ChangeTests(SynchronousTestCase):
    """:func:`change` on a document."""

    def changed(self, path: str, new: Any, create: bool = False) -> Any:
        """Return the document with fields replaced by a value, or what a function
        makes of the old one."""
        document = copy.deepcopy(ORDER)
        function = new if callable(new) else lambda old: new
        change(document, read_path(path), function, create)
        return document

    def test_one_field(self) -> None:
        """A field of an object, or an item of a list, is changed."""
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
        """A field of an object, and all items of a list, are removed."""
        self.assertEqual(self.changed("buyer.card", REMOVED)["buyer"], {"name": "n"})
        items = self.changed("items.*.tags.*", REMOVED)["items"]
        self.assertEqual([one["tags"] for one in items], [[], []])
        items = self.changed("items.0", REMOVED)["items"]
        self.assertEqual([one["price"] for one in items], [7])

    def test_what_is_not_there(self) -> None:
        """A missing field is added only if ``create`` is set; lists do not grow."""
        for path in ("none", "buyer.none", "items.2", "items.x", "id.a", "items.-1"):
            self.assertEqual(self.changed(path, 1), ORDER, path)
        made = self.changed("a.b", lambda old: (old, "new"), create=True)
        self.assertEqual(made["a"], {"b": (None, "new")})
        self.assertEqual(self.changed("items.2", 1, create=True), ORDER)
        self.assertEqual(self.changed("id.a", 1, create=True), ORDER)
        self.assertEqual(self.changed("items.*.x", 1, create=True)["items"][0]["x"], 1)


class ParseTests(SynchronousTestCase):
    """The JSON of an event."""

    def test_objects_and_lists(self) -> None:
        """Only objects and lists are parsed, since other values have no fields."""
        self.assertEqual(parse_object(Message('{"a": 1}')), {"a": 1})
        self.assertEqual(parse_object(Message("[1]")), [1])
        for data in ("1", '"text"', "null", "no JSON"):
            self.assertIsNone(parse_object(Message(data)), data[:10])
        self.assertIsNone(parse_object(Message("[1]", binary=True)))

    def test_more_than_is_read(self) -> None:
        """A document beyond the limits is a failure, and not one without fields."""
        for data in (f"[{'0,' * MOST_VALUES}0]", "[" * 10_000):
            with self.assertRaises(EvaluationFailed):
                parse_object(Message(data))
