"""Tests of :mod:`relay.model.api.properties`."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.properties import concealed, read
from relay.model.secrets import MASK

KEPT: list[dict[str, Any]] = [
    {"key": "a", "value": "1", "encrypted": True},
    {"key": "b", "value": "2"},
    {"key": "c", "value": "3", "encryptable": True},
]
ENCRYPTED = {**KEPT[2], "encrypted": True, "encryptable": False}
"""The last of them as it is stored when it is saved again."""


def problems(*sent: object, kept: Any = KEPT) -> dict[str, str]:
    """Return the messages about properties, by location."""
    return {one.location: one.message for one in read(list(sent), kept)[1]}


class ConcealedTests(SynchronousTestCase):
    """What responses show."""

    def test_concealed(self) -> None:
        """Values that are encrypted or are to be are masked, in a copy."""
        shown = concealed(KEPT)
        self.assertEqual([one["value"] for one in shown], [MASK, "2", MASK])
        self.assertEqual(KEPT[0]["value"], "1")
        for other in (None, {}, {"a": "1"}, "x", [], [1, {"encrypted": True}]):
            self.assertEqual(concealed(other), other)


class ReadTests(SynchronousTestCase):
    """The stored form of properties."""

    def test_masks_that_are_sent_back(self) -> None:
        """A mask stands for the stored value of its key, at any index."""
        sent = [*reversed(concealed(KEPT)), {"key": "d", "value": "4"}]
        expected = [ENCRYPTED, KEPT[1], KEPT[0], {"key": "d", "value": "4"}]
        self.assertEqual(read(sent, KEPT), (expected, []))
        self.assertEqual(read(None, KEPT), (None, []))
        self.assertEqual(read(KEPT, KEPT), ([*KEPT[:2], ENCRYPTED], []))

    def test_a_mask_reveals_nothing(self) -> None:
        """A property that is no longer concealed, renamed or new needs its value."""
        for one in (
            {"key": "a", "value": MASK},
            {"key": "a", "value": MASK, "encrypted": False},
            {"key": "x", "value": MASK, "encrypted": True},
            {"key": "b", "value": MASK, "encrypted": True},
        ):
            self.assertEqual(
                list(problems({"key": "z"}, one)), ["properties[1].value"], one
            )
        self.assertEqual(len(problems(*concealed(KEPT), kept=None)), 2)

    def test_encryptable(self) -> None:
        """A value to encrypt is stored as encrypted, also in place of another one."""
        for key in ("new", "a", "b"):
            sent = {"key": key, "value": "clear", "encryptable": True}
            stored = {**sent, "encrypted": True, "encryptable": False}
            self.assertEqual(read([sent], KEPT), ([stored], []))

    def test_a_value_that_another_gateway_has_encrypted(self) -> None:
        """Expressions would use the ciphertext."""
        for sent in ({"key": "a", "value": "c2Vl"}, {"key": "new", "value": "c2Vl"}):
            found = problems({**sent, "encrypted": True})
            self.assertEqual(list(found), ["properties[0].encrypted"])
            self.assertIn("encryptable instead of encrypted", str(found))

    def test_forms(self) -> None:
        """Numbers and booleans become text; other mistakes are reported."""
        sent = [
            {"key": "port", "value": 8080},
            {"key": "on", "value": True},
            {"key": "none", "value": None, "dynamic": True},
        ]
        stored = [
            {"key": "port", "value": "8080"},
            {"key": "on", "value": "true"},
            {"key": "none", "dynamic": True},
        ]
        self.assertEqual(read(sent, None), (stored, []))
        found = problems(
            1,
            {"value": "x"},
            {"key": "k", "value": {}},
            {"key": "m", "value": "x", "encrypted": "yes"},
            {"key": "n", "vlaue": "x"},
            {"key": "a"},
            {"key": "a"},
        )
        self.assertEqual(
            found,
            {
                "properties[0]": "must be an object",
                "properties[1].key": "is required",
                "properties[2].value": "must be a string",
                "properties[3].encrypted": "must be true or false",
                "properties[4].vlaue": "unknown field; did you mean value?",
                "properties[6].key": "[a] is used twice",
            },
        )
        (one,) = read({"a": "1"}, None)[1]
        self.assertEqual(one.message, "must be an array")
        self.assertEqual(one.location, "properties")
