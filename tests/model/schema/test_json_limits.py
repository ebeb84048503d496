"""Tests of :mod:`relay.model.schema.json_limits`."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.errors import Issue
from relay.model.schema.json_limits import DEEPEST, find_unstorable
from tests.model.bodies import json_values


class SoundnessTests(SynchronousTestCase):
    """The limits of JSON documents."""

    @given(json_values)
    def test_sound(self, value: Any) -> None:
        """Ordinary JSON has nothing to find, and can be written."""
        self.assertEqual(find_unstorable(value), [])
        self.assertEqual(json.loads(json.dumps(value, allow_nan=False)), value)

    def test_unsound(self) -> None:
        """Every bad number, text and key is found where it stands."""
        self.assertEqual(
            find_unstorable(
                {
                    "a": [1, float("nan"), {"b": float("-inf")}],
                    "c": "x\0",
                    "d": "\ud800",
                    "e": {"\0": 1, "\udfff": 2},
                }
            ),
            [
                Issue("must be a finite number", "a[1]"),
                Issue("must be a finite number", "a[2].b"),
                Issue("must not contain NUL", "c"),
                Issue("must be valid Unicode", "d"),
                Issue("a key must not contain NUL", "e"),
                Issue("a key must be valid Unicode", "e"),
            ],
        )

    def test_depth(self) -> None:
        """Deep nesting is one issue, long before the stack is exhausted."""
        value: list[Any] = []
        for _ in range(900):
            value = [value]
        (issue,) = find_unstorable({"a": value})
        self.assertEqual(issue.message, f"is nested more than {DEEPEST} levels deep")
        self.assertTrue(issue.location.startswith("a[0][0]"))
