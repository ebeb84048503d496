"""Tests of :mod:`relay.model.schema.types.scalars`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import TypeAdapter, ValidationError
from twisted.trial.unittest import SynchronousTestCase

from relay.model.schema.types.scalars import (
    LONGEST_MS,
    Configuration,
    Flag,
    Literally,
    LiterallyOrAbsent,
    Milliseconds,
    MillisecondsOrOff,
    Name,
    SharedObject,
    Upper,
)


class ScalarTests(SynchronousTestCase):
    """Types that say exactly what they take."""

    def check(self, kind: Any, good: dict[Any, Any], bad: list[Any]) -> None:
        """Check what a type makes of values, and which it refuses."""
        adapter: TypeAdapter[Any] = TypeAdapter(kind)
        for value, expected in good.items():
            found = adapter.validate_python(value)
            self.assertEqual(found, expected)
            self.assertIs(type(found), type(expected))
        for value in bad:
            with self.assertRaises(ValidationError, msg=repr(value)):
                adapter.validate_python(value)

    def test_flags(self) -> None:
        """A flag is true or false, not something like it."""
        self.check(Flag, {True: True, False: False}, [0, 1, "true", "yes", None])

    def test_durations(self) -> None:
        """A duration is a whole number in whatever way JSON writes it."""
        self.check(Milliseconds, {1: 1, 5.0: 5, LONGEST_MS: LONGEST_MS}, [0, -1, 1.5])
        self.check(MillisecondsOrOff, {0.0: 0}, [-1, LONGEST_MS + 1, 1e300])
        self.check(
            Milliseconds, {"5000": 5000}, ["0", "05", " 5", "5.0", "5s", "", "-"]
        )
        self.check(Milliseconds, {}, [True, None, float("inf")])

    def test_names(self) -> None:
        """A name has something to read."""
        self.check(Name, {" a ": " a "}, ["", " ", "\t", 1, None])

    def test_upper(self) -> None:
        """Enums are read in the spelling of the gateway, too."""
        kind = Annotated[Literal["ROUND_ROBIN"], Upper]
        self.check(kind, {"round-robin": "ROUND_ROBIN"}, ["round robin", 1, None])

    def test_expressions(self) -> None:
        """Expressions and secret references are not taken for text."""
        bad = ["{#request.headers['x']}", "a{#b\n}c", "[[ secret `a/b` ]]"]
        self.check(Literally, {"a{b}": "a{b}", "{#": "{#", "[a]]": "[a]]"}, bad)
        self.check(LiterallyOrAbsent, {"": None, None: None, "a": "a"}, bad)

    def test_configurations(self) -> None:
        """Objects come as they are or encoded in a string."""
        configuration: TypeAdapter[Any] = TypeAdapter(Configuration)
        shared: TypeAdapter[Any] = TypeAdapter(SharedObject)
        objects: list[object] = [{"a": 1}, '{"a": 1}']
        for value in objects:
            self.assertEqual(configuration.validate_python(value), {"a": 1})
            self.assertEqual(shared.validate_python(value), {"a": 1})
        for nothing in (None, "null"):
            self.assertEqual(configuration.validate_python(nothing), {})
            self.assertIsNone(shared.validate_python(nothing))
        self.assertEqual(configuration.validate_python("{}"), {})
        others: list[object] = [[], 1, "", "{", "[]", "1", "[" * 9999]
        for value in (*others, '{"a": NaN}', '{"a": 1e999}'):
            for adapter in (configuration, shared):
                with self.assertRaises(ValidationError, msg=repr(value)):
                    adapter.validate_python(value)
