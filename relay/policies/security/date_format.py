"""Dates in the formats of Java's ``SimpleDateFormat``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

LONGEST = 64
"""The most characters of a date."""
_MONTHS = "january february march april may june july august september october november december".split()  # noqa: E501, SIM905
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()  # noqa: SIM905
_RANGES = {
    "M": (1, 12),
    "d": (1, 31),
    "H": (0, 23),
    "k": (1, 24),
    "K": (0, 11),
    "h": (1, 12),
    "m": (0, 59),
    "s": (0, 59),
    "S": (0, 999),
}
_VALUED = frozenset({"y", "E", *_RANGES})
"""The fields whose values have to be checked."""
_OFFSET = r"(?:Z|[+-][0-9]{2}[0-5][0-9])"
_ISO_OFFSETS = (
    r"(?:Z|[+-][0-9]{2})",
    _OFFSET,
    r"(?:Z|[+-][0-9]{2}:[0-5][0-9])",
)
"""By the number of letters, less one."""
_PIECE = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|[^A-Za-z']")
LETTERS = "y M d H k K h m s S a E Z X"


def date_check(form: str) -> Callable[[str], bool]:
    """
    Return the check whether a text is a date in a format.

    :param form: such as ``yyyy-MM-dd'T'HH:mm:ss.SSSZ``.
    :raises ValueError: when the format is not supported.
    """
    pieces = list(_PIECE.finditer(form))
    if "".join([piece[0] for piece in pieces]) != form:
        raise ValueError("the format has a quote that is not closed")
    pattern = ""
    fields: list[str] = []
    for place, piece in enumerate(pieces):
        letter = piece[2]
        if piece[0] == "T":
            # Many write the letter between date and time without quotes.
            pattern += "T"
            continue
        if letter is None:
            text = piece[0] if piece[1] is None else piece[1].replace("''", "'") or "'"
            pattern += re.escape(text)
            continue
        following = pieces[place + 1][2] if place + 1 < len(pieces) else None
        adjacent = following == "y" or following in _RANGES
        found = _field(piece[0], adjacent)
        if found is None:
            raise ValueError(f"the format can have the letters {LETTERS} only")
        pattern += found
        if letter in _VALUED:
            fields.append(letter)
    compiled = re.compile(pattern, re.ASCII | re.IGNORECASE)

    def is_date(value: str) -> bool:
        match = compiled.fullmatch(value) if len(value) <= LONGEST else None
        return match is not None and _is_possible(fields, match.groups())

    return is_date


def _field(letters: str, adjacent: bool) -> str | None:
    """
    Return the pattern of a field, with a group if its value has to be checked.

    :param adjacent: whether another number follows: the field has exactly as many
        digits as letters.
    :return: None for an unknown field.
    """
    letter = letters[0]
    if letter == "M" and len(letters) >= 3:
        return f"({'|'.join(_MONTHS + [name[:3] for name in _MONTHS])})"
    if letter == "E":
        return f"({'|'.join(_DAYS + [name[:3] for name in _DAYS])})"
    if letter == "a":
        return "(?:am|pm)"
    if letter == "Z":
        return _OFFSET
    if letter == "X" and len(letters) <= len(_ISO_OFFSETS):
        return _ISO_OFFSETS[len(letters) - 1]
    if letter == "y" or letter in _RANGES:
        return f"([0-9]{{{len(letters)}}})" if adjacent else "([0-9]{1,9})"
    return None


def _is_possible(fields: list[str], values: tuple[str, ...]) -> bool:
    year, month, day = 1970, 1, 1
    weekday: int | None = None
    for field, text in zip(fields, values, strict=True):
        if field == "E":
            weekday = [name[:3] for name in _DAYS].index(text[:3].lower())
            continue
        if field == "M" and not text.isdecimal():
            month = [name[:3] for name in _MONTHS].index(text[:3].lower()) + 1
            continue
        number = int(text)
        if field == "y":
            year = number
        else:
            least, most = _RANGES[field]
            if not least <= number <= most:
                return False
        if field == "M":
            month = number
        elif field == "d":
            day = number
    try:
        # The calendar repeats every 400 years; dates know the years up to 9999.
        found = date(year % 400 + 2000, month, day)
    except ValueError:
        return False
    return weekday is None or found.weekday() == weekday
