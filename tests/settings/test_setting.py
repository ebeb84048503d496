"""Fields of sections with their documentation."""

from __future__ import annotations

from dataclasses import dataclass, fields

from twisted.trial.unittest import SynchronousTestCase

from relay.settings.setting import Doc, doc_of, required, setting


@dataclass(frozen=True)
class Section:
    """A section with two settings."""

    name: str = required("the name", example="a")
    size: int = setting(3, "the size", example=5)


class SettingTests(SynchronousTestCase):
    """How a field is declared."""

    def test_defaults(self) -> None:
        """The dataclass has the default, not the declaration."""
        self.assertEqual(Section("x").size, 3)
        self.assertRaises(TypeError, Section)

    def test_documentation(self) -> None:
        """It stays at the field."""
        name, size = fields(Section)
        self.assertEqual(doc_of(name), Doc("the name", "a"))
        self.assertEqual(doc_of(size), Doc("the size", 5))
