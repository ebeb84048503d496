"""Paths into JSON, within bounds."""

from __future__ import annotations

import json
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.expression.errors import EvaluationFailed
from relay.expression.json_path import MOST_STEPS, JsonPath, parse_json
from relay.json_text import MOST_VALUES
from tests.work import counted

USERS: Any = [
    {"id": n, "tags": ["a", "b"], "address": {"city": "x"}} for n in range(5000)
]

STEP_CALLS = 50
"""Limit of the calls of functions that one step makes."""


class JsonPathTests(SynchronousTestCase):
    """The results of paths, and the bounds of their evaluation."""

    def test_found(self) -> None:
        """A path that can lead to one place gives it, any other a list."""
        document: Any = {"a": [{"b": 1, "c": "x"}, {"b": 2}, {"c": [3]}], "d": {"b": 4}}
        for path, expected in (
            ("$", document),
            ("$.a[0].b", 1),
            ("$.a[5].b", None),
            ("$.a[*].b", [1, 2]),
            ("$..b", [1, 2, 4]),
            ("$.a[?@.b > 1].b", [2]),
            ("$.a[?@.b == $.a[1].b]", [{"b": 2}]),
            ("$.a[?@.c[?@ == 3]]", [{"c": [3]}]),
            ("$.a[0:2].b", [1, 2]),
            ("$.a[?length(@.c) == 1].c", ["x", [3]]),
            ("$.a[?count(@.*) == 2].b", [1]),
        ):
            self.assertEqual(JsonPath(path).find(document), expected, path)

    def test_steps(self) -> None:
        """The work of every path is bounded, whatever is in the document."""
        for path in (
            "$..none",
            "$[*].tags[*]",
            "$[?@.none]",
            "$[?$[?@.none]]",
            "$[?@ == $[0]]",
            "$..[?@.none]",
            "$[?@.tags == $[4999].tags]",
        ):
            documents: list[Any] = [USERS, [0] * 1_000_000, [[[]]] * 100_000]
            for document in documents:
                compiled = JsonPath(path)
                with counted() as calls, self.assertRaises(EvaluationFailed, msg=path):
                    compiled.find(document)
                self.assertLess(calls.count, MOST_STEPS * STEP_CALLS, path)

    def test_one_place_in_a_large_document(self) -> None:
        """Costs no more than in a small one."""
        self.assertEqual(JsonPath("$[4999].id").find(USERS), 4999)

    def test_a_text_of_too_many_values(self) -> None:
        """A text with too many values is not parsed."""
        with self.assertRaisesRegex(EvaluationFailed, "values"):
            parse_json(json.dumps([[]] * MOST_VALUES))
        self.assertEqual(parse_json(json.dumps(["," * 10])), ["," * 10])
