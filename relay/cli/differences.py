"""Differences of documents as text."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_MARKS = {"add": ("+", "green"), "remove": ("-", "red"), "replace": ("~", "yellow")}
_LONGEST = 200
"""Characters of a value in a line; longer ones are cut."""
_NUMBER = re.compile(r"/(\d+)(?=/|$)")


def difference_line(change: Mapping[str, Any]) -> tuple[str, str]:
    """
    Return the line of a difference, and its style.

    Both values of a replacement are equal if they differ in a masked secret only: the
    line has the value once.

    :param change: the ``path``, ``op``, ``before`` and ``after`` that the server lists.
    """
    mark, style = _MARKS[change["op"]]
    before, after = change.get("before"), change.get("after")
    if mark == "+":
        values = _value(after)
    elif mark == "-":
        values = _value(before)
    elif before == after:
        text = _value(after)
        values = f"{text[1:-1] if isinstance(after, str) else text} (changed)"
    else:
        values = f"{_value(before)} -> {_value(after)}"
    return f"{mark} {_place(change['path'])}: {values}", style


def _place(pointer: str) -> str:
    """Write a JSON Pointer (RFC 6901) as the path of a member."""
    place = _NUMBER.sub(r"[\1]", pointer).lstrip("/").replace("/", ".")
    return place.replace("~1", "/").replace("~0", "~")


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
