"""Properties with hidden values."""

from __future__ import annotations

from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api.properties import concealed, revealed
from relay.model.secrets import MASK

KEPT: list[dict[str, Any]] = [
    {"key": "a", "value": "1", "encrypted": True},
    {"key": "b", "value": "2"},
    {"key": "c", "value": "3", "encryptable": True},
]


class PropertiesTests(SynchronousTestCase):
    def test_concealed(self) -> None:
        """Encrypted and encryptable values are masked in a copy."""
        shown = concealed(KEPT)
        self.assertEqual([one["value"] for one in shown], [MASK, "2", MASK])
        self.assertEqual(KEPT[0]["value"], "1")
        for other in (None, {}, {"a": "1"}, "x", [], [1, {"encrypted": True}]):
            self.assertEqual(concealed(other), other)

    def test_what_is_sent_back_as_shown_stays(self) -> None:
        """By its key, wherever it stands; what is new is taken."""
        sent = [*reversed(concealed(KEPT)), {"key": "d", "value": "4"}]
        expected = [*reversed(KEPT), {"key": "d", "value": "4"}]
        self.assertEqual(revealed(sent, KEPT), (expected, []))
        self.assertEqual(revealed(None, KEPT), (None, []))

    def test_a_mask_opens_nothing(self) -> None:
        """A property that is opened, renamed or new needs its value."""
        for one in (
            {"key": "a", "value": MASK},
            {"key": "a", "value": MASK, "encrypted": False},
            {"key": "x", "value": MASK, "encrypted": True},
            {"key": "b", "value": MASK, "encrypted": True},
        ):
            _, problems = revealed([{"key": "z"}, one], KEPT)
            places = [problem.location for problem in problems]
            self.assertEqual(places, ["properties[1].value"], one)
        self.assertEqual(len(revealed(concealed(KEPT), None)[1]), 2)

    def test_a_value_that_another_gateway_has_encrypted_is_refused(self) -> None:
        """Expressions would use the ciphertext; the stored value itself is taken."""
        for sent in ({"key": "a", "value": "c2Vl"}, {"key": "new", "value": "c2Vl"}):
            _, problems = revealed([{**sent, "encrypted": True}], KEPT)
            self.assertEqual(
                [one.location for one in problems], ["properties[0].value"]
            )
        self.assertEqual(revealed(KEPT, KEPT), (KEPT, []))
        to_encrypt = [{"key": "new", "value": "clear", "encryptable": True}]
        self.assertEqual(revealed(to_encrypt, KEPT), (to_encrypt, []))
