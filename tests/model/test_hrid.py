"""Tests of :mod:`relay.model.hrid`."""

from __future__ import annotations

from hypothesis import given, strategies as st
from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.hrid import LONGEST, Identity, derived, is_hrid, unused


class HridTests(SynchronousTestCase):
    """Human-readable ids."""

    def test_well_formed(self) -> None:
        """Letters, digits and, within, dots, hyphens and underscores."""
        for text in ("a", "7", "my-api", "My_Api.v2", "a--b", "a" * LONGEST):
            self.assertTrue(is_hrid(text), text)
            self.assertEqual(Identity.read({"hrid": text, "name": 1}).hrid, text)
        long = "a" * (LONGEST + 1)
        for text in ("", "-a", "a-", ".", "..", "a b", "a/b", "ä", "a\n", long):
            self.assertFalse(is_hrid(text), text)
            with self.assertRaises(ValidationError):
                Identity.read({"hrid": text})

    def test_absent(self) -> None:
        """A body without a hrid, or with null."""
        for body in ({}, {"hrid": None}, {"name": "n"}):
            self.assertIsNone(Identity.read(body).hrid)
        wrongs: tuple[object, ...] = (7, ["a"], {})
        for wrong in wrongs:
            with self.assertRaises(ValidationError):
                Identity.read({"hrid": wrong})

    def test_derived(self) -> None:
        """From the letters and digits of the name."""
        for name, hrid in (
            ("My API (v2)", "my-api-v2"),
            ("  Événements  ", "evenements"),
            ("日本", "shared-policy-group"),
            ("", "shared-policy-group"),
            ("x" * 63 + " y", "x" * 63),
        ):
            self.assertEqual(derived(name, "shared policy group"), hrid)

    def test_unused(self) -> None:
        """The base, then the base with the first number that is free."""
        taken = {"api", "api-2", "api-4"}
        self.assertEqual(unused("other", taken), "other")
        self.assertEqual(unused("api", taken), "api-3")

    @given(st.text(), st.lists(st.text(max_size=3), max_size=20))
    def test_every_name_has_one(self, name: str, others: list[str]) -> None:
        """Derived hrids are well-formed, and unique."""
        taken: set[str] = set()
        for one in (name, *others):
            hrid = unused(derived(one, "API"), taken)
            self.assertTrue(is_hrid(hrid), hrid)
            self.assertNotIn(hrid, taken)
            taken.add(hrid)
