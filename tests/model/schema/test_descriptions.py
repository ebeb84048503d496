"""Descriptions of the members of a JSON Schema."""

from __future__ import annotations

from pydantic import Field
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.base import Value
from relay.model.schema.descriptions import attribute_docstrings, plain


class Inner(Value):
    """A value within another."""

    size: int
    """In bytes."""


class Base(Value):
    """A value with a member that is inherited."""

    idle_ms: int = 0
    """The time without events,
    in milliseconds."""


class Outer(Base):
    """A value whose members are described in each way."""

    inner: Inner | None = None
    """The value within."""
    only: Inner = Inner(size=1)
    """Exactly one value."""
    explicit: str = Field("a", description="Given by hand.")
    """Not used."""
    bare: str = "a"
    "".join(())
    later: str = "b"


class AttributeDocstringTests(SynchronousTestCase):
    """The string literals behind the attributes of a class."""

    def test_literals_behind_attributes(self) -> None:
        """A literal directly after an attribute is its description."""
        self.assertEqual(
            attribute_docstrings(Outer),
            {
                "inner": "The value within.",
                "only": "Exactly one value.",
                "explicit": "Not used.",
            },
        )
        self.assertEqual(
            attribute_docstrings(Base),
            {"idle_ms": "The time without events,\nin milliseconds."},
        )

    def test_class_in_a_function(self) -> None:
        """A class that is defined in an indented block is found."""

        class Local(Value):
            """A local class."""

            place: str
            """Where it is."""

        self.assertEqual(attribute_docstrings(Local), {"place": "Where it is."})

    def test_class_without_source(self) -> None:
        """A class that was made at run time has no docstrings of attributes."""
        self.assertEqual(attribute_docstrings(type("Made", (), {})), {})
        self.assertEqual(attribute_docstrings(int), {})


class PlainTests(SynchronousTestCase):
    """Docstrings as Markdown."""

    def test_lines_and_literals(self) -> None:
        """Lines are joined, and literals have single backticks."""
        self.assertEqual(plain("The ``type``,\n  or not."), "The `type`, or not.")


class JsonSchemaTests(SynchronousTestCase):
    """The descriptions in the JSON Schema of a value."""

    def setUp(self) -> None:
        """Make the schema, with the names of the JSON."""
        self.schema = Outer.model_json_schema(by_alias=True)
        self.members = self.schema["properties"]

    def test_own_and_inherited_members(self) -> None:
        """Own and inherited members are described."""
        described = {name: one.get("description") for name, one in self.members.items()}
        self.assertEqual(
            described,
            {
                "idleMs": "The time without events, in milliseconds.",
                "inner": "The value within.",
                "only": "Exactly one value.",
                "explicit": "Given by hand.",
                "bare": None,
                "later": None,
            },
        )
        self.assertEqual(self.members["only"]["$ref"], "#/$defs/Inner")

    def test_members_of_members(self) -> None:
        """A value that the schema refers to keeps its own descriptions."""
        inner = self.schema["$defs"]["Inner"]
        self.assertEqual(inner["properties"]["size"]["description"], "In bytes.")
        self.assertEqual(inner["description"], "A value within another.")
