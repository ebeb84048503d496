"""JSON of other sides."""

from __future__ import annotations

import json

from twisted.trial.unittest import SynchronousTestCase

from relay.json_text import MOST_VALUES, JsonTooLarge, read_json


class ReadTests(SynchronousTestCase):
    """Texts that are parsed, and texts that are not."""

    def test_bounds(self) -> None:
        """As many values as there may be, in any form; their length is no matter."""
        self.assertEqual(len(read_json(json.dumps([0] * MOST_VALUES))), MOST_VALUES)
        self.assertEqual(len(read_json(f'"{"x" * 10**6}"')), 10**6)
        for member in ("0,", "[],", "{},"):
            text = f"[{member * MOST_VALUES}0]"
            self.assertRaises(JsonTooLarge, read_json, text)

    def test_json_beyond_the_bounds_of_the_parser_is_not_taken_for_no_json(
        self,
    ) -> None:
        """JSON beyond the limits is an error, and not a text without JSON."""
        deep = '{"a":' + "[" * 100_000 + "]" * 100_000 + "}"
        for text in (deep, '{"a":1,"b":' + "9" * 5_000 + "}"):
            self.assertRaises(JsonTooLarge, read_json, text)

    def test_no_json(self) -> None:
        """Fails as ever."""
        self.assertRaises(ValueError, read_json, "{")

    def test_constants(self) -> None:
        """NaN and the infinities are refused on request."""

        def refuse(name: str) -> None:
            raise ValueError(name)

        for text in ("[NaN]", "[1e999]", "[-1e999]"):
            self.assertRaises(ValueError, read_json, text, refuse)
        self.assertEqual(read_json("[1e300, -0.5]", refuse), [1e300, -0.5])
        self.assertNotEqual(read_json("[NaN]"), [1])
