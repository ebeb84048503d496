"""Comparison, arithmetic and ``matches``."""

from __future__ import annotations

import math
from collections.abc import Callable

from relay.expression.errors import EvaluationFailed
from relay.expression.patterns import BadPattern, pattern
from relay.expression.values import Value, bounded, is_true, name_of, text_of

LARGEST = 2**63
"""The bound of integers, as in Java."""


def equal(left: Value, right: Value) -> bool:
    """Whether two values are equal; values of different types never are."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    return left == right


def unequal(left: Value, right: Value) -> bool:
    """Whether two values differ."""
    return not equal(left, right)


def _order(compare: Callable[[int], bool]) -> Callable[[Value, Value], bool]:
    def ordered(left: Value, right: Value) -> bool:
        if left is None or right is None:
            # As in Gravitee's language: null is less than everything else.
            return compare((left is not None) - (right is not None))
        if isinstance(left, str) and isinstance(right, str):
            return compare((left > right) - (left < right))
        one, other = number(left), number(right)
        return compare((one > other) - (one < other))

    return ordered


less = _order(lambda order: order < 0)
at_most = _order(lambda order: order <= 0)
greater = _order(lambda order: order > 0)
at_least = _order(lambda order: order >= 0)


def matches(text: Value, regex: Value) -> bool:
    """Whether a regular expression matches the whole text."""
    if text is None:
        return False
    if isinstance(text, list | tuple):
        text = text_of(text)
    if not isinstance(text, str) or not isinstance(regex, str):
        raise EvaluationFailed(
            f"matches is for texts, not for {name_of(text)} and {name_of(regex)}"
        )
    try:
        return pattern(regex).matches(text)
    except BadPattern as error:
        raise EvaluationFailed(str(error)) from None


def negated(value: Value) -> bool:
    """Negate a boolean."""
    return not is_true(value)


def add(left: Value, right: Value) -> Value:
    """Add numbers, or concatenate texts."""
    if isinstance(left, str) or isinstance(right, str):
        return bounded(_shown(left) + _shown(right))
    return sound(number(left) + number(right))


def subtract(left: Value, right: Value) -> Value:
    """Subtract numbers."""
    return sound(number(left) - number(right))


def multiply(left: Value, right: Value) -> Value:
    """Multiply numbers."""
    return sound(number(left) * number(right))


def divide(left: Value, right: Value) -> Value:
    """Divide numbers; the quotient of integers is truncated."""
    one, other = number(left), number(right)
    if other == 0:
        raise EvaluationFailed("a division by zero")
    if isinstance(one, int) and isinstance(other, int):
        quotient = abs(one) // abs(other)
        return sound(quotient if (one < 0) is (other < 0) else -quotient)
    return sound(one / other)


def remainder(left: Value, right: Value) -> Value:
    """Compute the remainder of a division; it has the sign of the dividend."""
    one, other = number(left), number(right)
    if other == 0:
        raise EvaluationFailed("a division by zero")
    if isinstance(one, int) and isinstance(other, int):
        rest = abs(one) % abs(other)
        return rest if one >= 0 else -rest
    return sound(math.fmod(one, other))


def minus(value: Value) -> Value:
    """Change the sign."""
    return sound(-number(value))


def plus(value: Value) -> Value:
    """Return a number unchanged."""
    return number(value)


def number(value: Value) -> int | float:
    """
    Return a number.

    :raises EvaluationFailed: when the value is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise EvaluationFailed(f"{name_of(value)} is no number")
    return value


def whole(value: Value) -> int:
    """Convert a number to an integer; the fraction is cut off."""
    return int(sound(int(number(value))))


def sound(value: int | float) -> int | float:
    """
    Check the size of a number.

    :raises EvaluationFailed: when it exceeds 64 bits, or is not finite.
    """
    if isinstance(value, int):
        if not -LARGEST <= value < LARGEST:
            raise EvaluationFailed("a number is too large")
    elif not math.isfinite(value):
        raise EvaluationFailed("a number is not finite")
    return value


def _shown(value: Value) -> str:
    return "null" if value is None else text_of(value)


BINARY: dict[str, Callable[..., Value]] = {
    "==": equal,
    "eq": equal,
    "!=": unequal,
    "ne": unequal,
    "<": less,
    "lt": less,
    "<=": at_most,
    "le": at_most,
    ">": greater,
    "gt": greater,
    ">=": at_least,
    "ge": at_least,
    "matches": matches,
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "div": divide,
    "%": remainder,
    "mod": remainder,
}
UNARY: dict[str, Callable[..., Value]] = {
    "!": negated,
    "not": negated,
    "-": minus,
    "+": plus,
}
