"""JSON of other sides, read within bounds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

MOST_VALUES = 50_000
"""How many values, or so, a text may hold. What is read in one go holds up every other
client: up to about 20 ms for as many values, where 1 MiB of them would take half a
second."""


class JsonTooLarge(ValueError):
    """A JSON text that holds too many values."""

    def __init__(self) -> None:
        super().__init__(f"holds more than {MOST_VALUES} values")


def read_json(text: str, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """
    Read JSON.

    :param text: the text; its length is the caller's to bound.
    :param parse_constant: called for ``NaN`` and the infinities, which are no JSON;
        None takes them.
    :raises JsonTooLarge: when it holds more than :data:`MOST_VALUES` values; commas and
        brackets are counted, those within strings, too.
    :raises ValueError: when it is no JSON.
    :raises RecursionError: when it is nested too deeply.
    """
    if len(text) > MOST_VALUES and (
        text.count(",") + text.count("[") + text.count("{") > MOST_VALUES
    ):
        raise JsonTooLarge
    return json.loads(text, parse_constant=parse_constant)
