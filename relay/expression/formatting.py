"""``String.format`` of Java, for the conversions that texts need."""

from __future__ import annotations

import re
from collections.abc import Iterator

from relay.expression.errors import EvaluationFailed
from relay.expression.values import Value, bounded, name_of, text_of

MOST_PLACES = 1_000
"""The largest width and precision, in characters."""
_FIELD = re.compile(
    r"%(?:(?P<index>[1-9]\d{0,2})\$)?(?P<flags>[-0+ ,]*)(?P<width>\d{1,6})?"
    r"(?:\.(?P<precision>\d{1,6}))?(?P<kind>[a-zA-Z%])"
)


def format_text(pattern: Value, *arguments: Value) -> str:
    """
    Format values, as ``java.util.Formatter`` does in the root locale.

    :param pattern: text with ``%s``, ``%S``, ``%d``, ``%x``, ``%X``, ``%f``, ``%b``,
        ``%n`` and ``%%``, which may have an index, flags, a width and a precision.
    :param arguments: the values; a single list stands for its items.
    :raises EvaluationFailed: when the pattern is invalid, or a value does not fit it.
    """
    if not isinstance(pattern, str):
        raise EvaluationFailed(f"a format is a text, not {name_of(pattern)}")
    if len(arguments) == 1 and isinstance(arguments[0], list | tuple):
        arguments = tuple(arguments[0])
    values = iter(arguments)
    pieces: list[str] = []
    size = end = 0
    for found in _FIELD.finditer(pattern):
        pieces += [_literal(pattern[end : found.start()])]
        pieces += [_field(found, arguments, values)]
        size += len(pieces[-1]) + len(pieces[-2])
        end = found.end()
        if size > len(pattern) + 16 * MOST_PLACES:
            bounded("".join(pieces))
    return bounded("".join([*pieces, _literal(pattern[end:])]))


def _literal(text: str) -> str:
    if "%" in text:
        raise EvaluationFailed("a format has a % that begins no conversion")
    return text


def _field(
    found: re.Match[str], arguments: tuple[Value, ...], values: Iterator[Value]
) -> str:
    kind, flags = found["kind"], found["flags"]
    width, precision = int(found["width"] or 0), found["precision"]
    if width > MOST_PLACES or int(precision or 0) > MOST_PLACES:
        raise EvaluationFailed(f"a format has more than {MOST_PLACES} places")
    if kind == "n":
        return "\n"
    if kind == "%":
        text = "%"
    else:
        text = _shown(kind, flags, precision, _value(found, arguments, values))
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and kind in "dxXf":
        sign = text[: len(text) - len(text.lstrip(" +-"))]
        return sign + text[len(sign) :].zfill(width - len(sign))
    return text.rjust(width)


def _value(
    found: re.Match[str], arguments: tuple[Value, ...], values: Iterator[Value]
) -> Value:
    try:
        if found["index"]:
            return arguments[int(found["index"]) - 1]
        return next(values)
    except (IndexError, StopIteration):
        raise EvaluationFailed("a format has more conversions than values") from None


def _shown(kind: str, flags: str, precision: str | None, value: Value) -> str:
    if kind in "sS":
        text = _java_text(value)
        text = text if precision is None else text[: int(precision)]
        return text.upper() if kind == "S" else text
    if kind == "b":
        return "false" if value is None or value is False else "true"
    if value is None:
        return "null"
    if isinstance(value, bool):
        raise EvaluationFailed(f"%{kind} is not for a boolean")
    sign = "+" if "+" in flags else " " if " " in flags else ""
    if kind in "dxX" and isinstance(value, int) and precision is None:
        if kind == "d":
            return f"{value:{sign}{',' if ',' in flags else ''}d}"
        # Java shows the two's complement of a negative number.
        return f"{value if value >= 0 else value + 2**64:{kind}}"
    if kind == "f" and isinstance(value, float):
        places = 6 if precision is None else int(precision)
        return f"{value:{sign}{',' if ',' in flags else ''}.{places}f}"
    raise EvaluationFailed(f"%{kind} is not for {name_of(value)}")


def _java_text(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, list | tuple):
        return f"[{', '.join([_java_text(one) for one in value])}]"
    return text_of(value)
