"""Tests of :mod:`relay.model.schema.errors`."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.errors import Invalid, Issue, join


class InvalidTests(SynchronousTestCase):
    """The error of an invalid body."""

    def test_names_everything(self) -> None:
        """The text names every issue with its location, but no value."""
        issues = [Issue("is required", "name"), Issue("must be an object", "", "x")]
        invalid = Invalid(issues)
        self.assertEqual(invalid.issues, tuple(issues))
        self.assertEqual(str(invalid), "name: is required; must be an object")

    def test_not_for_nothing(self) -> None:
        """Raising it without an issue is a mistake of the program."""
        self.assertRaises(TypeError, Invalid, [])


class JoinTests(SynchronousTestCase):
    """Locations."""

    def test_join(self) -> None:
        """Keys are joined by dots and positions stand in brackets."""
        self.assertEqual(join("", "a"), "a")
        self.assertEqual(join("a", 0, "b", "c", 1), "a[0].b.c[1]")
        self.assertEqual(join("a"), "a")
