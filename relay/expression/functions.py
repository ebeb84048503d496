"""The functions of expressions that have a name of their own, and of Java's types."""

from __future__ import annotations

import json
import math
import random
import re
from collections.abc import Callable
from time import monotonic_ns, time_ns
from typing import NamedTuple
from urllib.parse import quote_plus, unquote_plus
from uuid import uuid4

from relay.expression.binary import (
    DECODER,
    ENCODER,
    URL_DECODER,
    URL_ENCODER,
    new_string,
)
from relay.expression.errors import EvaluationFailed
from relay.expression.formatting import format_text
from relay.expression.operators import number, sound
from relay.expression.values import Moment, Value, bounded, name_of, text_of


class Function(NamedTuple):
    """
    A function.

    :param run: is called with the arguments.
    :param least: the smallest number of arguments.
    :param most: the largest number of arguments.
    :param varies: whether the value differs from call to call.
    """

    run: Callable[..., Value]
    least: int
    most: int
    varies: bool = False


_UNFIT_FOR_XML = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]"
)
_XML = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}
)


def _joined(value: Value) -> str:
    if isinstance(value, list | tuple):
        return bounded(" ".join([text_of(one) for one in value]))
    return text_of(value)


def json_escape(value: Value) -> Value:
    """
    Escape a text for a JSON string; null remains null.

    :param value: the items of a list are joined with spaces.
    """
    if value is None:
        return None
    return bounded(json.dumps(_joined(value))[1:-1].replace("/", "\\/"))


def xml_escape(value: Value) -> Value:
    """
    Escape a text for XML 1.0, without characters that XML cannot contain; null remains
    null.

    :param value: the items of a list are joined with spaces.
    """
    if value is None:
        return None
    return bounded(_UNFIT_FOR_XML.sub("", _joined(value)).translate(_XML))


FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "jsonEscape": json_escape,
    "xmlEscape": xml_escape,
}
"""Functions of one value."""


def _now_ms() -> int:
    return time_ns() // 1_000_000


def _math(run: Callable[[float], float]) -> Function:
    def computed(value: Value) -> Value:
        try:
            return sound(run(number(value)))
        except (ValueError, OverflowError):
            raise EvaluationFailed("a number is out of range") from None

    return Function(computed, 1, 1)


def _power(base: Value, exponent: Value) -> Value:
    try:
        return sound(math.pow(number(base), number(exponent)))
    except (ValueError, OverflowError):
        raise EvaluationFailed("a number is out of range") from None


def _integer(text: Value, base: Value = 10) -> Value:
    digits = text_of(text)
    if type(base) is not int or not 2 <= base <= 36:
        raise EvaluationFailed("a base is from 2 to 36")
    if len(digits) > 65 or not re.fullmatch(r"[+-]?[0-9A-Za-z]+", digits, re.ASCII):
        raise EvaluationFailed(f"{name_of(text)} is no integer")
    try:
        return sound(int(digits, base))
    except ValueError:
        raise EvaluationFailed(f"{name_of(text)} is no integer") from None


def _decimal(text: Value) -> Value:
    if isinstance(text, int | float):
        return float(number(text))
    digits = text_of(text).strip()
    if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", digits):
        raise EvaluationFailed(f"{name_of(text)} is no number")
    return sound(float(digits))


def _shown(value: Value) -> Value:
    return "null" if value is None else text_of(value)


def _join(separator: Value, *values: Value) -> Value:
    first = values[0]
    items = first if isinstance(first, list | tuple) else values
    return bounded(text_of(separator).join([str(_shown(one)) for one in items]))


def _utf8(charset: Value) -> None:
    if not isinstance(charset, str) or charset.upper() not in ("UTF-8", "UTF8"):
        raise EvaluationFailed("the charset must be UTF-8")


def _encode(text: Value, charset: Value) -> Value:
    _utf8(charset)
    encoded = quote_plus(text_of(text), safe="*", errors="replace")
    return bounded(encoded.replace("~", "%7E"))


def _decode(text: Value, charset: Value) -> Value:
    _utf8(charset)
    return unquote_plus(text_of(text))


_COMPARED = {
    "max": Function(lambda one, other: max(number(one), number(other)), 2, 2),
    "min": Function(lambda one, other: min(number(one), number(other)), 2, 2),
}
_WHOLE = {
    **_COMPARED,
    "valueOf": Function(_integer, 1, 2),
    "toString": Function(text_of, 1, 1),
}
STATIC: dict[str, dict[str, Function]] = {
    "java.lang.Math": {
        **_COMPARED,
        "abs": _math(abs),
        "ceil": _math(lambda value: float(math.ceil(value))),
        "floor": _math(lambda value: float(math.floor(value))),
        "round": _math(lambda value: math.floor(value + 0.5)),
        "sqrt": _math(math.sqrt),
        "pow": Function(_power, 2, 2),
        "random": Function(random.random, 0, 0, varies=True),
    },
    "java.lang.String": {
        "valueOf": Function(_shown, 1, 1),
        "join": Function(_join, 2, 16),
        "format": Function(format_text, 1, 16),
    },
    "java.lang.Integer": {**_WHOLE, "parseInt": Function(_integer, 1, 2)},
    "java.lang.Long": {**_WHOLE, "parseLong": Function(_integer, 1, 2)},
    "java.lang.Double": {
        **_COMPARED,
        "valueOf": Function(_decimal, 1, 1),
        "parseDouble": Function(_decimal, 1, 1),
    },
    "java.util.Base64": {
        "getEncoder": Function(lambda: ENCODER, 0, 0),
        "getUrlEncoder": Function(lambda: URL_ENCODER, 0, 0),
        "getDecoder": Function(lambda: DECODER, 0, 0),
        "getUrlDecoder": Function(lambda: URL_DECODER, 0, 0),
    },
    "java.lang.System": {
        "currentTimeMillis": Function(_now_ms, 0, 0, varies=True),
        "nanoTime": Function(monotonic_ns, 0, 0, varies=True),
    },
    "java.util.UUID": {"randomUUID": Function(lambda: str(uuid4()), 0, 0, varies=True)},
    "java.net.URLEncoder": {"encode": Function(_encode, 2, 2)},
    "java.net.URLDecoder": {"decode": Function(_decode, 2, 2)},
}
"""The static methods by their types; ``java.lang.`` may be omitted."""
CONSTRUCTORS: dict[str, Function] = {
    "java.lang.String": Function(new_string, 0, 2),
    "java.util.Date": Function(lambda: Moment(_now_ms()), 0, 0, varies=True),
}
"""The constructors by their types; ``java.lang.`` may be omitted."""
