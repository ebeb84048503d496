"""Strict parsing of JSON bodies (RFC 8259), within limits."""

from __future__ import annotations

import json
import math
from typing import NoReturn

from relay.management.http.errors import BadRequest
from relay.model.schema.errors import Invalid
from relay.model.schema.json_limits import find_unstorable


def parse(content: bytes) -> object:
    """Parse a body that must be one JSON value in UTF-8.

    Refused, because parsers treat them in different ways or cannot store them: a byte
    order mark, duplicate members, ``NaN`` and infinities, and values that
    :func:`~relay.model.schema.json_limits.find_unstorable` finds.

    :param content: the whole body, of bounded length.
    :raises BadRequest: when it is not JSON.
    :raises Invalid: when it is JSON that cannot be stored.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _not_json(f"byte {error.start} is not UTF-8") from None
    if text.startswith("\ufeff"):
        raise _not_json("a byte order mark must not precede it")
    try:
        value: object = _decoder.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise _not_json(f"{error.msg} at {where}") from None
    except RecursionError:
        raise _not_json("it has too many levels") from None
    except ValueError as error:
        # From the hooks of this module, or a number with too many digits.
        raise _not_json(_first_sentence(error)) from None
    if problems := find_unstorable(value):
        raise Invalid(problems)
    return value


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the member {json.dumps(name[:100])} is given twice")
            seen.add(name)
    return members


def _constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _number(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError("a number is out of range")
    return value


_decoder = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_constant, parse_float=_number
)


def _first_sentence(error: ValueError) -> str:
    return str(error).partition(";")[0].partition(": value has")[0]


def _not_json(reason: str) -> BadRequest:
    return BadRequest(f"The body is not acceptable JSON: {reason}", "json.invalid")
