"""Where the keys of a TOML document are."""

from __future__ import annotations

import re
from collections.abc import Iterator

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|'
    + r"'''.*?'''+|"
    + r'"(?:[^"\\\n]|\\.)*"|'
    + r"'[^'\n]*'",
    re.DOTALL,
)
_OTHER = re.compile(r"[^\s,\]}#]+(?: [^\s,\]}#]+)?")
"""A number, a boolean, or a date, in which a space may be."""


class Lines:
    """
    The lines of the keys of a document.

    :param text: valid TOML; of another text, the keys before the mistake are known.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._found: dict[str, int] = {}
        self._lists: dict[str, int] = {}
        """How many tables each list of tables has so far."""
        for name, at in self._keys():
            self._found.setdefault(name, 1 + text.count("\n", 0, at))

    def of(self, name: str) -> int | None:
        """
        Return the line of a key, or of the table around a key that is missing.

        :param name: dotted; members of lists of tables have numbers, from 0:
            ``gateway.listeners[0].id``.
        :return: from 1; None when the document has no such key and no such table.
        """
        while name:
            if name in self._found:
                return self._found[name]
            name = re.sub(r"(?:^|\.)[^.\[]*$|\[\d+\]$", "", name)
        return None

    def _keys(self) -> Iterator[tuple[str, int]]:
        table = ""
        while self._skip():
            begun = self._at
            if self._text[self._at] == "[":
                many = self._text.startswith("[[", self._at)
                self._at += 2 if many else 1
                table = self._table(self._dotted(), many)
                if not self._text.startswith("]]" if many else "]", self._at):
                    return
                self._at += 2 if many else 1
                yield table, begun
                continue
            yield from self._pair(table)
            if self._at == begun:
                return

    def _table(self, parts: list[str], many: bool) -> str:
        """Return the name of a table, with the number of each list in it."""
        name = ""
        for place, part in enumerate(parts):
            name = f"{name}.{part}" if name else part
            if many and place == len(parts) - 1:
                self._lists[name] = self._lists.get(name, 0) + 1
            if name in self._lists:
                name += f"[{self._lists[name] - 1}]"
        return name

    def _pair(self, table: str) -> Iterator[tuple[str, int]]:
        begun = self._at
        name = table
        for part in self._dotted():
            name = f"{name}.{part}" if name else part
            yield name, begun
        self._skip()
        if self._text.startswith("=", self._at):
            self._at += 1
            yield from self._value(name)

    def _value(self, name: str) -> Iterator[tuple[str, int]]:
        self._skip()
        sign = self._text[self._at : self._at + 1]
        if sign not in ("[", "{"):
            found = (_TEXT if sign in ("'", '"') else _OTHER).match(
                self._text, self._at
            )
            self._at = found.end() if found else len(self._text)
            return
        self._at += 1
        number = 0
        while self._skip() and self._text[self._at] not in "]}":
            begun = self._at
            if self._text[self._at] == ",":
                self._at += 1
            elif sign == "{":
                yield from self._pair(name)
            else:
                item = f"{name}[{number}]"
                number += 1
                yield item, begun
                yield from self._value(item)
            if self._at == begun:
                return
        self._at += 1

    def _dotted(self) -> list[str]:
        parts: list[str] = []
        while True:
            self._skip()
            found = _KEY.match(self._text, self._at)
            if found is None:
                return parts
            parts.append(found[0].strip("\"'"))
            self._at = found.end()
            self._skip()
            if not self._text.startswith(".", self._at):
                return parts
            self._at += 1

    def _skip(self) -> bool:
        """Skip blanks and comments, and return whether there is more."""
        found = _BLANK.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return self._at < len(self._text)
