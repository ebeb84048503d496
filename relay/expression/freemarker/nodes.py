"""The values of interpolations: paths, texts, defaults and built-ins."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from relay.expression.errors import EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.values import Lookup, Value, name_of


def _json_string(value: Value) -> str:
    if not isinstance(value, str):
        raise EvaluationFailed(f"{name_of(value)} is no text for ?json_string")
    return json.dumps(value)[1:-1].replace("<", "\\u003C").replace(">", "\\u003E")


def _computer(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    raise EvaluationFailed(f"{name_of(value)} is no number and no boolean for ?c")


BUILT_INS: Mapping[str, Callable[[Value], str]] = {
    "c": _computer,
    "json_string": _json_string,
}
"""The supported built-ins: numbers and booleans as in programs, and texts as the inside
of JSON strings."""


class Absent(EvaluationFailed):
    """A value that a path leads to does not exist."""


@dataclass(frozen=True, slots=True)
class Path:
    """
    A variable, and the way from it to a value.

    :param text: as it was written, for messages.
    """

    root: str
    steps: tuple[str | int, ...]
    text: str

    def evaluate(self, scope: Scope) -> Value:
        """
        Follow the path; None when its last step leads nowhere.

        :raises Absent: when an earlier step leads nowhere.
        """
        value = scope.get(self.root)
        for step in self.steps:
            if value is None:
                raise Absent(f"{self.text} does not exist")
            value = self._step(value, step)
        return value

    def _step(self, value: Value, step: str | int) -> Value:
        if isinstance(step, str):
            if isinstance(value, Lookup | Mapping):
                return value.get(step)
        elif isinstance(value, Sequence):
            return value[step] if step < len(value) else None
        raise EvaluationFailed(f"{self.text}: {name_of(value)} has no [{step}]")


@dataclass(frozen=True, slots=True)
class Literal:
    """A text."""

    value: str

    def evaluate(self, scope: Scope) -> str:
        """Return the text."""
        return self.value


@dataclass(frozen=True, slots=True)
class Default:
    """
    A value, or a text in its place when it does not exist.

    :param whole: whether the text also replaces a value whose path ends too early.
    """

    value: Expression
    text: str
    whole: bool

    def evaluate(self, scope: Scope) -> Value:
        """Evaluate the value, or return the text."""
        try:
            value = self.value.evaluate(scope)
        except Absent:
            if not self.whole:
                raise
            return self.text
        return self.text if value is None else value


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in function of a value."""

    name: str
    value: Expression

    def evaluate(self, scope: Scope) -> str:
        """Evaluate the value, and apply the function."""
        value = self.value.evaluate(scope)
        if value is None:
            raise Absent(f"the value for ?{self.name} does not exist")
        return BUILT_INS[self.name](value)


Expression = Path | Literal | Default | BuiltIn


def depends(expression: Expression, root: str) -> bool:
    """Whether the value of an expression depends on a variable."""
    while isinstance(expression, Default | BuiltIn):
        expression = expression.value
    return isinstance(expression, Path) and expression.root == root


def text_of(expression: Expression, scope: Scope) -> str:
    """
    Evaluate an expression to text.

    :raises EvaluationFailed: when its value does not exist, or is no text and no
        number.
    """
    value = expression.evaluate(scope)
    if isinstance(value, str):
        return value
    if value is None:
        named = expression.text if isinstance(expression, Path) else "a value"
        raise Absent(f"{named} does not exist")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    raise EvaluationFailed(f"{name_of(value)} cannot be written as text")
