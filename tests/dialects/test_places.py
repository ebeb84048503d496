"""Tests of `relay.dialects.places`."""

from __future__ import annotations

from typing import Any

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.places import (
    Survivors,
    in_order,
    is_within,
    parent,
    remove,
    write_as_text,
)


class PlaceTests(SynchronousTestCase):
    """Members and list items by their locations."""

    def test_remove(self) -> None:
        """Keys with dots and brackets are found, too."""
        value: Any = {"a": [{"b.c[0]": {"d": 1}}, 2], "a[1]": 3}
        self.assertTrue(remove(value, "a[0].b.c[0].d"))
        self.assertTrue(remove(value, "a[1]"))
        self.assertEqual(value, {"a": [{"b.c[0]": {}}, 2]})
        self.assertTrue(remove(value, "a[1]"))
        self.assertEqual(value, {"a": [{"b.c[0]": {}}]})
        for place in ("", "b", "a[1]", "a[0].x", "a[x]", "a.b"):
            self.assertFalse(remove(value, place), place)

    def test_write_as_text(self) -> None:
        """Numbers and booleans become what JSON writes; nothing else changes."""
        value: Any = {"a": [1, 1.5, True, "x", None]}
        changed = [write_as_text(value, f"a[{number}]") for number in range(5)]
        self.assertEqual(changed, [True, True, True, False, False])
        self.assertEqual(value, {"a": ["1", "1.5", "true", "x", None]})

    def test_is_within(self) -> None:
        """A location is within itself and what it is a part of."""
        for place in ("plans", "plans.open", "plans[0].name"):
            self.assertTrue(is_within(place, "plans"), place)
        for place in ("", "plan", "plansOf", "api.plans"):
            self.assertFalse(is_within(place, "plans"), place)

    def test_parent(self) -> None:
        """A list item belongs to its list, a member to its object."""
        self.assertEqual(parent("a[0].b"), "a[0]")
        self.assertEqual(parent("a[0]"), "a")
        self.assertEqual(parent("a"), "")

    def test_order(self) -> None:
        """List items sort by number."""
        places = ["a[10]", "a[9].b", "a[9]", "a"]
        self.assertEqual(sorted(places, key=in_order), ["a", "a[9]", "a[9].b", "a[10]"])

    @given(st.data())
    def test_survivors(self, data: st.DataObject) -> None:
        """The original location is known after any removals."""
        value = [[(row, column) for column in range(4)] for row in range(4)]
        survivors = Survivors()
        for _ in range(data.draw(st.integers(0, 10))):
            row = data.draw(st.integers(0, 3))
            place = f"[{row}]" + data.draw(st.sampled_from(["", "[0]", "[1]", "[3]"]))
            original = survivors.original(place)
            if remove(value, place):
                survivors.remove(place)
                self.assertNotIn(original, _originals(value))
            for position, items in enumerate(value):
                for number, (first, second) in enumerate(items):
                    self.assertEqual(
                        survivors.original(f"[{position}][{number}]"),
                        f"[{first}][{second}]",
                    )


def _originals(value: list[list[tuple[int, int]]]) -> list[str]:
    return [f"[{first}][{second}]" for items in value for first, second in items]
