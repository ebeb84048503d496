"""JSON of other sides, read within bounds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from typing import Any

MOST_VALUES = 50_000
"""How many values, or so, a text may hold. What is read in one go holds up every other
client: up to about 20 ms for as many values, where 1 MiB of them would take half a
second."""


class JsonTooLarge(ValueError):
    """
    A JSON text that is not read, though it may well be JSON.

    :param why: which bound it is beyond.
    """

    def __init__(self, why: str = f"holds more than {MOST_VALUES} values") -> None:
        super().__init__(why)


def read_json(text: str, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """
    Read JSON.

    :param text: the text; its length is the caller's to bound.
    :param parse_constant: called for ``NaN`` and the infinities, which are no JSON, and
        for a number that is so large that it would become one; None takes them.
    :raises JsonTooLarge: when it holds more than :data:`MOST_VALUES` values; commas and
        brackets are counted, those within strings, too; when it is nested too deeply,
        or a number of it has more digits than Python reads.
    :raises ValueError: when it is no JSON, or as ``parse_constant`` does.
    """
    if len(text) > MOST_VALUES and (
        text.count(",") + text.count("[") + text.count("{") > MOST_VALUES
    ):
        raise JsonTooLarge
    try:
        if parse_constant is None:
            return json.loads(text)
        number = partial(_number, parse_constant)
        return json.loads(text, parse_constant=parse_constant, parse_float=number)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise JsonTooLarge("is nested too deeply") from None
    except ValueError:
        if parse_constant is not None:
            raise
        # All that is left: CPython reads no whole number of more digits than
        # ``sys.get_int_max_str_digits()``.
        raise JsonTooLarge("holds a number of too many digits") from None


def _number(parse_constant: Callable[[str], Any], digits: str) -> Any:
    value = float(digits)
    return parse_constant(digits) if math.isinf(value) else value
