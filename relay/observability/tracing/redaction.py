"""What is left out of the attributes of spans before they are exported."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

Value = str | int | float | bool
Attributes = dict[str, Value]

REDACTED = "[redacted]"
MOST_CHARACTERS = 1024
"""Longer values are cut: a client chooses some of them."""


class Redaction:
    """
    Redacts attributes by their names.

    :param patterns: names of attributes; ``*`` stands for any characters.
    """

    def __init__(self, patterns: Iterable[str] = ()) -> None:
        self._patterns = tuple(patterns)
        self._known: dict[str, bool] = {}

    def applied(self, attributes: dict[str, Value | None]) -> Attributes:
        """
        Redact the values that a pattern names, and cut long ones.

        :param attributes: those without a value are left out.
        """
        found: Attributes = {}
        for name, value in attributes.items():
            if value is None:
                continue
            if self._patterns and self._hides(name):
                value = REDACTED
            elif isinstance(value, str) and len(value) > MOST_CHARACTERS:
                value = value[:MOST_CHARACTERS]
            found[name] = value
        return found

    def _hides(self, name: str) -> bool:
        # The names are those of this program, so there is a bounded number of them.
        known = self._known.get(name)
        if known is None:
            known = any(fnmatchcase(name, one) for one in self._patterns)
            self._known[name] = known
        return known
