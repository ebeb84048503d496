"""
Regular expressions whose time is linear in the length of the text.

RE2 has neither look-around nor back-references: an engine with them cannot bound its
time. Linear may still be slow: a pattern with a counted repetition, such as
``a[ab]{500}c``, takes 10 µs for each character of a matching text, 10 s for 1 MiB. So a
long text is searched in parts first, and fails when the parts take too much CPU time.
"""

from __future__ import annotations

from functools import lru_cache
from time import thread_time
from typing import Any

import re2

from relay.expression.errors import EvaluationFailed
from relay.expression.values import LONGEST_TEXT

LONGEST_PATTERN = 1024
MEMORY_BYTES = 1 << 20
PART_CHARS = 4_096
"""The longest text that is not searched in parts first, in characters."""
MOST_CPU_S = 0.05
"""The CPU time that the search in parts may take, in seconds."""
MOST_MATCHES = 5_000
"""The largest number of matches in one text that are replaced, or split at."""
MATCH_S = 50e-6
"""The additional CPU time for each match, in seconds."""


class BadPattern(ValueError):
    """A pattern is no regular expression, or not supported by RE2."""


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY_BYTES
    return options


_OPTIONS = _options()


class Pattern:
    """
    A regular expression.

    :param text: in the syntax of RE2.
    :raises BadPattern: when it is invalid.
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PATTERN:
            raise BadPattern(f"the pattern is longer than {LONGEST_PATTERN} characters")
        try:
            self._compiled = re2.compile(text, _OPTIONS)
        except (re2.error, UnicodeError) as error:
            reason = error.args[0] if error.args else "it cannot be read"
            if isinstance(reason, bytes):
                reason = reason.decode("utf-8", "replace")
            raise BadPattern(
                f"the pattern is no regular expression: {reason}"
            ) from None
        self.groups: int = self._compiled.groups

    def matches(self, text: str) -> bool:
        """Whether the pattern matches the whole text."""
        return self._compiled.fullmatch(self._bearable(text)) is not None

    def capture(self, text: str) -> tuple[str, ...] | None:
        """
        Match the whole text and return the groups.

        :return: the text, then each group, empty when it did not participate; None
            without a match.
        """
        match = self._compiled.fullmatch(self._bearable(text))
        if match is None:
            return None
        return (match.group(0), *(group or "" for group in match.groups()))

    def named(self, groups: tuple[str, ...]) -> dict[str, str]:
        """
        Select the named groups.

        :param groups: the result of :meth:`capture`.
        """
        names: dict[str, int] = self._compiled.groupindex
        return {name: groups[number] for name, number in names.items()}

    def found_in(self, text: str) -> bool:
        """Whether the pattern matches a part of the text."""
        return self._compiled.search(self._bearable(text)) is not None

    def replace(
        self, text: str, by: str, most: int = 0, literally: bool = False
    ) -> str:
        """
        Replace matches.

        :param by: the replacement; ``$1`` stands for the first group.
        :param most: the largest number of matches; 0 for all.
        :param literally: whether ``$1`` is not replaced by the group.
        :raises EvaluationFailed: when the result is too long, or the pattern matches
            too often.
        """
        pieces: list[str] = []
        size = end = 0
        for count, match in enumerate(self._compiled.finditer(self._bearable(text)), 1):
            filled = by if literally else _filled(by, match)
            pieces += [text[end : match.start()], filled]
            size += len(pieces[-1]) + len(pieces[-2])
            end = match.end()
            if size > LONGEST_TEXT:
                raise EvaluationFailed("a replacement makes too long a text")
            _check_count(count)
            if count == most:
                break
        return "".join([*pieces, text[end:]])

    def split(self, text: str) -> list[str]:
        """
        Split a text at each match; trailing empty pieces are omitted, as in Java.

        :raises EvaluationFailed: when the pattern matches too often.
        """
        pieces: list[str] = []
        end = 0
        for count, match in enumerate(self._compiled.finditer(self._bearable(text)), 1):
            _check_count(count)
            if match.end() == match.start():
                if 0 < match.start() < len(text):
                    pieces.append(text[end : match.start()])
                    end = match.end()
                continue
            pieces.append(text[end : match.start()])
            end = match.end()
        pieces.append(text[end:])
        while len(pieces) > 1 and not pieces[-1]:
            pieces.pop()
        return pieces

    def _bearable(self, text: str) -> str:
        """Return the text, unless searching it takes too much CPU time."""
        _sound(text)
        if len(text) > PART_CHARS:
            begun_s, matches = thread_time(), 0
            for at in range(0, len(text), PART_CHARS):
                for _ in self._compiled.finditer(text[at : at + PART_CHARS]):
                    matches += 1
                    if matches > MOST_MATCHES:
                        return text
                if thread_time() - begun_s > MOST_CPU_S + matches * MATCH_S:
                    raise EvaluationFailed("a pattern takes too long on a text")
        return text


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """
    Compile a pattern; compiled patterns are cached.

    :param text: in the syntax of RE2.
    :raises BadPattern: when it is invalid.
    """
    return Pattern(text)


def _check_count(matches: int) -> None:
    if matches > MOST_MATCHES:
        raise EvaluationFailed(f"a pattern matches more than {MOST_MATCHES} times")


def _filled(by: str, match: Any) -> str:
    pieces: list[str] = []
    at = 0
    while (dollar := by.find("$", at)) >= 0:
        digit = by[dollar + 1 : dollar + 2]
        pieces.append(by[at:dollar])
        at = dollar + 2
        if not (digit.isascii() and digit.isdigit()):
            pieces.append("$" + digit)
        elif int(digit) <= match.re.groups:
            pieces.append(match.group(int(digit)) or "")
    pieces.append(by[at:])
    return "".join(pieces)


def _sound(text: str) -> str:
    if len(text) > LONGEST_TEXT:
        raise EvaluationFailed(
            f"a text is longer than {LONGEST_TEXT} characters, too long for a pattern"
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        raise EvaluationFailed("a text is no valid Unicode") from None
    return text
