"""The rules of the router: a variable part of a path is none of the words of others.

With a plain variable, ``/apis/_search`` is the path of an API, too: the methods of both
are allowed at it, and one of them looks for an API of this name.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from werkzeug.routing import BaseConverter, Map

_VARIABLE = re.compile(r"<(\w+)>")


class OtherThan(BaseConverter):
    """
    One segment of a path.

    :param words: the segments that it does not match.
    """

    part_isolating = True

    def __init__(self, map: Map, *words: str) -> None:
        super().__init__(map)
        self.regex = rf"(?!(?:{'|'.join(re.escape(word) for word in words)})\Z)[^/]+"


CONVERTERS: dict[str, Any] = {"other": OtherThan}
"""What the rules refer to."""


def rule(path: str, paths: Collection[str]) -> str:
    """
    Write the rule of a path.

    :param path: with variables such as ``<api_id>``.
    :param paths: all paths of the router.
    :returns: a werkzeug rule.
    """
    segments = path.split("/")
    shapes = [_VARIABLE.sub("<>", one).split("/") for one in paths]
    shape = _VARIABLE.sub("<>", path).split("/")
    for at, segment in enumerate(segments):
        found = _VARIABLE.fullmatch(segment)
        words = sorted(
            {
                other[at]
                for other in shapes
                if len(other) > at and other[:at] == shape[:at] and other[at] != "<>"
            }
        )
        if found is not None and words:
            listed = ", ".join(f'"{word}"' for word in words)
            segments[at] = f"<other({listed}):{found[1]}>"
    return "/".join(segments)
