"""Paths with ``?``, ``*`` and ``**``, as Ant writes them."""

from __future__ import annotations

from relay.expression.patterns import Pattern

_STANDS_FOR = {"?": "[^/]", "*": "[^/]*", "**": ".*"}


def ant_pattern(path: str) -> Pattern:
    """
    Read a path.

    :param path: ``?`` stands for one character of a segment, ``*`` for any number of
        them, ``**`` for any number of segments.
    :raises BadPattern: when it is too long.
    """
    # A trailing slash makes no difference, neither here nor in the path.
    text = f"/{path.strip('/')}"
    pieces: list[str] = []
    at = 0
    while at < len(text):
        if text.startswith("/**", at) and text[at + 3 : at + 4] in ("", "/"):
            # Any number of segments, zero included, with the slash before them.
            pieces.append("(?:/.*)?")
            at += 3
        elif text.startswith("**", at):
            pieces.append(_STANDS_FOR["**"])
            at += 2
        elif text[at] in _STANDS_FOR:
            pieces.append(_STANDS_FOR[text[at]])
            at += 1
        else:
            pieces.append(_escaped(text[at]))
            at += 1
    return Pattern(f"(?s){''.join(pieces)}")


def _escaped(letter: str) -> str:
    return letter if letter.isalnum() or letter in "/_-" else f"\\x{{{ord(letter):x}}}"
