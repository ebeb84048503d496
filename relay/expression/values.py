"""The types of values in expressions."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import NoReturn, TypeAlias

from relay.expression.errors import EvaluationFailed

LONGEST_TEXT = 1_048_576
"""The longest text that an expression may produce, in characters."""


class Lookup:
    """A mapping whose values are looked up on demand, such as headers."""

    __slots__ = ()

    def get(self, name: str) -> Value:
        """Return a value; None if there is none."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """List all names."""
        raise NotImplementedError


class Fields(Lookup):
    """An object with a fixed set of members, such as the request."""

    __slots__ = ()

    def names(self) -> list[str]:
        """Return nothing: the members are fixed, and are not listed."""
        return []


class Codec:
    """
    An object that only has methods: an encoder or a decoder.

    :param name: for messages, with its article.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class Moment:
    """
    A time, as a ``java.util.Date`` is.

    :param at_ms: milliseconds since the Unix epoch.
    """

    __slots__ = ("at_ms",)

    def __init__(self, at_ms: int) -> None:
        self.at_ms = at_ms


Value: TypeAlias = (
    "bool | int | float | str | bytes | Sequence[Value] | Mapping[str, Value] | Lookup"
    " | Codec | Moment | None"
)


def is_true(value: Value) -> bool:
    """
    Convert a value to a boolean; null is false.

    :raises EvaluationFailed: when the value is no boolean.
    """
    if value is None:
        return False
    if isinstance(value, bool):
        return value
    if value == "true" or value == "false":
        return value == "true"
    raise EvaluationFailed(f"{name_of(value)} is neither true nor false")


def text_of(value: Value) -> str:
    """
    Convert a value to text; the items of a list are joined with commas.

    :raises EvaluationFailed: when the value has no text.
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, list | tuple):
        return bounded(",".join([text_of(one) for one in value]))
    if isinstance(value, Mapping):
        return bounded(
            json.dumps(
                value, ensure_ascii=False, separators=(",", ":"), default=_no_text
            )
        )
    _no_text(value)


def _no_text(value: Value) -> NoReturn:
    raise EvaluationFailed(f"{name_of(value)} cannot be written as text")


def bounded(text: str) -> str:
    """
    Check the length of a text.

    :raises EvaluationFailed: when it is longer than :data:`LONGEST_TEXT`.
    """
    if len(text) > LONGEST_TEXT:
        raise EvaluationFailed(f"a text is longer than {LONGEST_TEXT} characters")
    return text


def name_of(value: Value) -> str:
    """
    Name the type of a value, for messages: the value may be a secret.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, bytes):
        return "a value of bytes"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, Moment):
        return "a time"
    return value.name if isinstance(value, Codec) else "an object"


def frozen(value: Value) -> Hashable:
    """
    Make a hashable key that is equal for equal values.
    """
    if isinstance(value, list | tuple):
        return ("list", _frozen_all(value))
    if isinstance(value, Mapping):
        pairs = sorted(value.items())
        return ("map", tuple((name, frozen(one)) for name, one in pairs))
    # In Python 1, 1.0 and True are equal.
    return (type(value).__name__, value)


def _frozen_all(values: Iterable[Value]) -> tuple[Hashable, ...]:
    return tuple(frozen(one) for one in values)
