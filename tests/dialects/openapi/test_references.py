"""Tests of `relay.dialects.openapi.references`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.dialects.members import Found
from relay.dialects.openapi.references import References

_DOCUMENT = {
    "parts": {
        "a/b": {"type": "x"},
        "two": {"$ref": "#/parts/a~1b"},
        "self": {"$ref": "#/parts/self"},
    }
}


class ReferenceTests(SynchronousTestCase):
    """References within a description are followed."""

    def _resolved(self, value: Any) -> Found:
        return References(_DOCUMENT, "[1]").resolved(Found(value, "here"))

    def test_none(self) -> None:
        """A part without a reference is itself."""
        self.assertEqual(self._resolved({"type": "y"}), Found({"type": "y"}, "here"))
        self.assertEqual(self._resolved(3), Found(3, "here"))

    def test_followed(self) -> None:
        """Through another one, with the location of the last."""
        self.assertEqual(
            self._resolved({"$ref": "#/parts/two"}),
            Found({"type": "x"}, "[1].parts.a/b"),
        )

    def test_not_followed(self) -> None:
        """To other files, to nothing, and in circles."""
        for reference in ("other.yaml#/a", "#/parts/none", "#/parts/self", 3):
            with self.assertRaises(LookupError):
                self._resolved({"$ref": reference})
