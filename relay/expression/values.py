"""The values that expressions work on, and nothing beside them."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeAlias

from relay.expression.errors import EvaluationFailed

LONGEST_TEXT = 1_048_576
"""Characters of a text that an expression may make."""


class Lookup:
    """Values by names that are looked up when they are asked for, such as headers."""

    __slots__ = ()

    def get(self, name: str) -> Value:
        """Give a value; None when there is none."""
        raise NotImplementedError

    def names(self) -> list[str]:
        """Give all names."""
        raise NotImplementedError


class Fields(Lookup):
    """A thing with a fixed set of members, such as the request."""

    __slots__ = ()

    def names(self) -> list[str]:
        """Its members are known beforehand; there is nothing to list."""
        return []


Value: TypeAlias = (
    "bool | int | float | str | Sequence[Value] | Mapping[str, Value] | Lookup | None"
)


def is_true(value: Value) -> bool:
    """
    Take a value for a yes or no; nothing is a no.

    :param value: what was found.
    :raises EvaluationFailed: for what is neither.
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
    Write a value as text.

    :param value: any value.
    :raises EvaluationFailed: for what has no text.
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
        return bounded(f"[{', '.join([text_of(one) for one in value])}]")
    if isinstance(value, Mapping):
        return bounded(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    raise EvaluationFailed(f"{name_of(value)} cannot be written as text")


def bounded(text: str) -> str:
    """
    Give a text back, unless it is too long.

    :raises EvaluationFailed: when it is.
    """
    if len(text) > LONGEST_TEXT:
        raise EvaluationFailed(f"a text is longer than {LONGEST_TEXT} characters")
    return text


def name_of(value: Value) -> str:
    """
    Name the kind of a value; the value itself may be a secret.

    :param value: any value.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object"


def frozen(value: Value) -> Hashable:
    """
    Give what is equal for equal values, and can be a key.

    :param value: any value.
    """
    if isinstance(value, list | tuple):
        return ("list", _frozen_all(value))
    if isinstance(value, Mapping):
        pairs = sorted(value.items())
        return ("map", tuple((name, frozen(one)) for name, one in pairs))
    # 1, 1.0 and true are equal to Python.
    return (type(value).__name__, value)


def _frozen_all(values: Iterable[Value]) -> tuple[Hashable, ...]:
    return tuple(frozen(one) for one in values)
