"""The methods of values, by their names in Java and Gravitee."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from relay.expression.binary import decode, encode, encode_to_string, encoded_text
from relay.expression.errors import EvaluationFailed
from relay.expression.operators import equal, matches, number, whole
from relay.expression.patterns import BadPattern, Pattern, pattern
from relay.expression.values import (
    LONGEST_TEXT,
    Codec,
    Lookup,
    Moment,
    Value,
    bounded,
    name_of,
    text_of,
)


class Method(NamedTuple):
    """
    A method.

    :param run: is given the value and the arguments.
    :param least: the smallest number of arguments.
    :param most: the largest number of arguments.
    """

    run: Callable[..., Value]
    least: int
    most: int


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise EvaluationFailed(f"a text is needed, not {name_of(value)}")
    return value


def _place(value: Value, longest: int) -> int:
    if type(value) is not int or not 0 <= value <= longest:
        raise EvaluationFailed("a place is outside of the text")
    return value


def _substring(text: str, begin: Value, end: Value = None) -> str:
    last = len(text) if end is None else _place(end, len(text))
    return text[_place(begin, last) : last]


def _replace(text: str, old: Value, new: Value) -> str:
    before, after = _text(old), _text(new)
    size = len(text) + text.count(before) * (len(after) - len(before))
    if size > LONGEST_TEXT:
        raise EvaluationFailed("a replacement makes too long a text")
    return text.replace(before, after)


def _pattern(text: Value) -> Pattern:
    try:
        return pattern(_text(text))
    except BadPattern as error:
        raise EvaluationFailed(str(error)) from None


def _equals_ignore_case(text: str, other: Value) -> bool:
    return isinstance(other, str) and text.lower() == other.lower()


_STRING: dict[str, Method] = {
    "length": Method(lambda t: len(t), 0, 0),
    "isEmpty": Method(lambda t: not t, 0, 0),
    "isBlank": Method(lambda t: not t.strip(), 0, 0),
    "toUpperCase": Method(lambda t: bounded(t.upper()), 0, 0),
    "toLowerCase": Method(lambda t: bounded(t.lower()), 0, 0),
    "trim": Method(lambda t: t.strip(), 0, 0),
    "strip": Method(lambda t: t.strip(), 0, 0),
    "contains": Method(lambda t, part: _text(part) in t, 1, 1),
    "startsWith": Method(lambda t, part: t.startswith(_text(part)), 1, 1),
    "endsWith": Method(lambda t, part: t.endswith(_text(part)), 1, 1),
    "equals": Method(equal, 1, 1),
    "equalsIgnoreCase": Method(_equals_ignore_case, 1, 1),
    "indexOf": Method(lambda t, part: t.find(_text(part)), 1, 1),
    "lastIndexOf": Method(lambda t, part: t.rfind(_text(part)), 1, 1),
    "charAt": Method(lambda t, at: t[_place(at, len(t) - 1)], 1, 1),
    "substring": Method(_substring, 1, 2),
    "concat": Method(lambda t, other: bounded(t + _text(other)), 1, 1),
    "replace": Method(_replace, 2, 2),
    "replaceAll": Method(lambda t, p, by: _pattern(p).replace(t, _text(by)), 2, 2),
    "replaceFirst": Method(lambda t, p, by: _pattern(p).replace(t, _text(by), 1), 2, 2),
    "matches": Method(matches, 1, 1),
    "split": Method(lambda t, p: _pattern(p).split(t), 1, 1),
    "toString": Method(lambda t: t, 0, 0),
    "getBytes": Method(encoded_text, 0, 1),
}


def _in(items: Sequence[Value], wanted: Value) -> bool:
    return any(equal(item, wanted) for item in items)


def _at(items: list[Value], place: Value) -> Value:
    return items[_place(place, len(items) - 1)]


def _index(items: list[Value], wanted: Value) -> int:
    return next((n for n, item in enumerate(items) if equal(item, wanted)), -1)


_LIST: dict[str, Method] = {
    "size": Method(lambda items: len(items), 0, 0),
    "isEmpty": Method(lambda items: not items, 0, 0),
    "contains": Method(_in, 1, 1),
    "get": Method(_at, 1, 1),
    "indexOf": Method(_index, 1, 1),
    "equals": Method(equal, 1, 1),
    "toString": Method(lambda items: f"[{', '.join(map(text_of, items))}]", 0, 0),
}


def _names(value: Mapping[str, Value] | Lookup) -> list[str]:
    return value.names() if isinstance(value, Lookup) else list(value)


def _get(value: Mapping[str, Value] | Lookup, name: Value) -> Value:
    return value.get(_text(name))


def _first(value: Mapping[str, Value] | Lookup, name: Value) -> Value:
    found = value.get(_text(name))
    if isinstance(found, list | tuple):
        return found[0] if found else None
    return found


def _all(value: Mapping[str, Value] | Lookup, name: Value) -> Value:
    return value.get(_text(name)) or []


def _or_default(
    value: Mapping[str, Value] | Lookup, name: Value, other: Value
) -> Value:
    found = value.get(_text(name))
    return other if found is None else found


def _has(value: Mapping[str, Value] | Lookup, name: Value) -> bool:
    return value.get(_text(name)) is not None


def _has_all(value: Mapping[str, Value] | Lookup, names: Value) -> bool:
    if not isinstance(names, list | tuple):
        raise EvaluationFailed(f"a list is needed, not {name_of(names)}")
    return all(_has(value, name) for name in names)


def _singles(value: Mapping[str, Value] | Lookup) -> Value:
    return {name: _first(value, name) for name in _names(value)}


def _values(value: Mapping[str, Value] | Lookup) -> list[Value]:
    return [value.get(name) for name in _names(value)]


_MAP: dict[str, Method] = {
    "get": Method(_get, 1, 1),
    "getFirst": Method(_first, 1, 1),
    "getAll": Method(_all, 1, 1),
    "getOrDefault": Method(_or_default, 2, 2),
    "contains": Method(_has, 1, 1),
    "containsKey": Method(_has, 1, 1),
    "containsAllKeys": Method(_has_all, 1, 1),
    "containsValue": Method(lambda value, one: _in(_values(value), one), 1, 1),
    "toSingleValueMap": Method(_singles, 0, 0),
    "values": Method(_values, 0, 0),
    "size": Method(lambda value: len(_names(value)), 0, 0),
    "isEmpty": Method(lambda value: not _names(value), 0, 0),
    "keySet": Method(_names, 0, 0),
    "names": Method(_names, 0, 0),
}
_SCALAR: dict[str, Method] = {
    "intValue": Method(whole, 0, 0),
    "longValue": Method(whole, 0, 0),
    "doubleValue": Method(lambda value: float(number(value)), 0, 0),
    "toString": Method(text_of, 0, 0),
    "equals": Method(equal, 1, 1),
}
_CODEC: dict[str, Method] = {
    "encode": Method(encode, 1, 1),
    "encodeToString": Method(encode_to_string, 1, 1),
    "decode": Method(decode, 1, 1),
}
_MOMENT: dict[str, Method] = {"getTime": Method(lambda moment: moment.at_ms, 0, 0)}
_BYTES: dict[str, Method] = {"equals": Method(equal, 1, 1)}
_TABLES = (_STRING, _LIST, _MAP, _SCALAR, _CODEC, _MOMENT, _BYTES)
NAMES = frozenset().union(*_TABLES)
"""The names of all methods."""


def call(name: str, value: Value, *arguments: Value) -> Value:
    """
    Call a method of a value.

    :raises EvaluationFailed: when the value has no such method, or the method fails.
    """
    if isinstance(value, str):
        methods = _STRING
    elif isinstance(value, list | tuple):
        methods = _LIST
    elif isinstance(value, Lookup | Mapping):
        methods = _MAP
    elif isinstance(value, Codec):
        methods = _CODEC
    elif isinstance(value, Moment):
        methods = _MOMENT
    elif isinstance(value, bytes):
        methods = _BYTES
    elif value is None:
        raise EvaluationFailed(f"{name}() is called on null")
    else:
        methods = _SCALAR
    method = methods.get(name)
    if method is None:
        raise EvaluationFailed(f"{name_of(value)} has no method {name}()")
    if not method.least <= len(arguments) <= method.most:
        raise EvaluationFailed(f"{name}() takes another number of arguments")
    return method.run(value, *arguments)


def takes(name: str, count: int) -> bool:
    """
    Whether a method of any type takes a number of arguments.
    """
    return any(
        table[name].least <= count <= table[name].most
        for table in _TABLES
        if name in table
    )


def caller(name: str) -> Callable[..., Value]:
    """Make a function that calls a method."""
    return partial(call, name)
