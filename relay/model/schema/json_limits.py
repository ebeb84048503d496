"""The limits of all JSON that is stored.

:func:`json.loads` accepts what cannot be encoded again: ``NaN``, half of a surrogate
pair, nesting as deep as the stack. NUL is valid in JSON, but not in a database text.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from relay.model.schema.errors import Issue, join

DEEPEST = 50
"""The levels of nesting that are allowed; definitions need about ten."""


def find_unstorable(body: object) -> list[Issue]:
    """List the parts of a decoded JSON value that cannot be stored."""
    return list(_unsound(body, "", 0))


def _unsound(value: object, at: str, depth: int) -> Iterator[Issue]:
    if depth > DEEPEST:
        yield Issue(f"is nested more than {DEEPEST} levels deep", at)
    elif isinstance(value, str):
        if problem := _text_problem(value):
            yield Issue(problem, at)
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield Issue("must be a finite number", at)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _unsound(item, join(at, position), depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            if problem := _text_problem(key):
                yield Issue(f"a key {problem}", at)
            else:
                yield from _unsound(item, join(at, key), depth + 1)


def _text_problem(text: str) -> str | None:
    if "\0" in text:
        return "must not contain NUL"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "must be valid Unicode"
    return None
