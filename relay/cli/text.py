"""Texts of servers, files and streams, as a terminal may be sent them."""

from __future__ import annotations

import json
import re
from typing import Any

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ud800-\udfff]"
)
"""Characters with which a text could change the terminal, or the order of its text; and
those that cannot be written in UTF-8, such as of the names of files."""


def shown(text: str) -> str:
    """Return a text with its control characters escaped."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_text(value: Any, indent: int | None = None) -> str:
    """Return a JSON document, whose values are the same with the characters escaped."""
    return shown(json.dumps(value, indent=indent, ensure_ascii=False))
