"""The scalar types of definitions: strict, so that ``"true"`` is not true."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BeforeValidator, Field, Strict

from relay.model.schema.errors import Invalid
from relay.model.schema.json_limits import find_unstorable
from relay.model.schema.types.keywords import MS

LONGEST_MS = 2**31 - 1
"""The largest duration in a definition, just under 25 days."""

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A method or the name of a header (RFC 9110, 5.6.2)."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_REFERENCE = re.compile(r"\{#.*?\}|\[\[.*?\]\]", re.DOTALL)


def _instant(value: object) -> object:
    try:
        moment = datetime.fromisoformat(value if isinstance(value, str) else "")
        if moment.tzinfo is None:
            raise ValueError
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        raise ValueError(
            "must be a date and time (RFC 3339), such as 2026-01-31T12:00:00Z"
        ) from None


def _integral(value: object) -> object:
    # JSON Schema calls 1.0 an integer, and some JSON writers produce it.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        # Clients of Gravitee write numbers as text, too.
        return int(value)
    return value


def _upper_snake(value: object) -> object:
    return value.replace("-", "_").upper() if isinstance(value, str) else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value


def _literal(value: str) -> str:
    if _REFERENCE.search(value):
        raise ValueError(
            "expressions {#...} and secret references [[...]] are not supported yet"
        )
    return value


def _blank_is_absent(value: object) -> object:
    return None if value == "" else value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def decoded(value: object) -> object:
    """Read a configuration that may come as a JSON-encoded string.

    :param value: the configuration as it was sent.
    :returns: the decoded string, or the value itself if it is no string.
    :raises ValueError: for a string that is not JSON.
    """
    if not isinstance(value, str):
        return value
    try:
        value = json.loads(value, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ValueError("must be an object, or a string that encodes one") from None
    if problems := find_unstorable(value):
        raise ValueError(str(Invalid(problems)))
    return value


def _decoded_or_empty(value: object) -> object:
    value = decoded(value)
    return {} if value is None else value


Instant = Annotated[int, BeforeValidator(_instant)]
"""A date and time in JSON, milliseconds since the Unix epoch in Python."""
Flag = Annotated[bool, Strict()]
Integral = BeforeValidator(_integral)
"""The last annotation of an ``int``, so that its bounds reach the JSON Schema."""
Milliseconds = Annotated[int, Strict(), Field(ge=1, le=LONGEST_MS), Integral, MS]
MillisecondsOrOff = Annotated[int, Strict(), Field(ge=0, le=LONGEST_MS), Integral, MS]
Name = Annotated[str, AfterValidator(_not_blank)]
Literally = Annotated[str, AfterValidator(_literal)]
"""A string that is used literally: expressions in it are refused."""
LiterallyOrAbsent = Annotated[Literally | None, BeforeValidator(_blank_is_absent)]
"""A literal string or None; forms send an empty string for None."""
Upper = BeforeValidator(_upper_snake)
"""Converts ``http`` and ``round-robin`` to ``HTTP`` and ``ROUND_ROBIN``."""
Configuration = Annotated[dict[str, Any], BeforeValidator(_decoded_or_empty)]
"""An object, a string that encodes one, or ``null`` for an empty one."""
SharedObject = Annotated[dict[str, Any] | None, BeforeValidator(decoded)]
"""An object, a string that encodes one, or ``null`` for none."""
