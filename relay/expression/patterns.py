"""
Regular expressions in time linear to the text, whoever wrote them.

RE2 has neither look-around nor back-references: no engine that has them can promise
an end. Linear may still be slow: a pattern that counts, such as ``a[ab]{500}c``, takes
10 µs for each character of a text that suits it, 10 s for a text of 1 MiB. So a long
text is searched in parts first, and given up when they take too much of the processor.
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
"""How long a text may be without being searched in parts first."""
MOST_CPU_S = 0.05
"""How much of the processor's time the search in parts may take."""
MOST_MATCHES = 5_000
"""How many places of one text are replaced, or cut at."""
MATCH_S = 50e-6
"""What one match may take in addition."""


class BadPattern(ValueError):
    """A pattern that is no regular expression, or one that RE2 has not."""


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MEMORY_BYTES
    return options


_OPTIONS = _options()


class Pattern:
    """
    A regular expression.

    :param text: in RE2's syntax, which has no look-around and no back-references.
    :raises BadPattern: when it cannot be used.
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PATTERN:
            raise BadPattern(f"the pattern is longer than {LONGEST_PATTERN} characters")
        try:
            self._compiled = re2.compile(text, _OPTIONS)
        except (re2.error, UnicodeError) as error:
            told = error.args[0] if error.args else "it cannot be read"
            if isinstance(told, bytes):
                told = told.decode("utf-8", "replace")
            raise BadPattern(f"the pattern is no regular expression: {told}") from None
        self.groups: int = self._compiled.groups

    def matches(self, text: str) -> bool:
        """Tell whether all of a text is as the pattern says."""
        return self._compiled.fullmatch(self._bearable(text)) is not None

    def capture(self, text: str) -> tuple[str, ...] | None:
        """
        Match all of a text and give what stands in the groups.

        :return: the whole first, then each group, empty where it took no part; None
            when it does not match.
        """
        match = self._compiled.fullmatch(self._bearable(text))
        if match is None:
            return None
        return (match.group(0), *(group or "" for group in match.groups()))

    def named(self, groups: tuple[str, ...]) -> dict[str, str]:
        """
        Give what stands in the groups that have names.

        :param groups: what :meth:`capture` gave.
        """
        names: dict[str, int] = self._compiled.groupindex
        return {name: groups[number] for name, number in names.items()}

    def found_in(self, text: str) -> bool:
        """Tell whether some part of a text is as the pattern says."""
        return self._compiled.search(self._bearable(text)) is not None

    def replace(
        self, text: str, by: str, most: int = 0, literally: bool = False
    ) -> str:
        """
        Put a text in the place of each match.

        :param text: where.
        :param by: what to put there; ``$1`` stands for the first group.
        :param most: how many matches; 0 for all.
        :param literally: whether ``$1`` stands for nothing but itself.
        :raises EvaluationFailed: when what comes of it is too long, or the pattern
            matches too often.
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
        Cut a text at each match; empty pieces at its end are left out, as in Java.

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
        """Return a text in which the pattern can be searched."""
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
    Give a pattern, made once.

    :param text: in RE2's syntax.
    :raises BadPattern: when it cannot be used.
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
