"""Parses one interpolation."""

from __future__ import annotations

import re
from typing import NoReturn

from relay.expression.errors import BadExpression
from relay.expression.freemarker.nodes import (
    BUILT_INS,
    BuiltIn,
    Default,
    Expression,
    Literal,
    Path,
)

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<string>r?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>[0-9]{1,9})
      | (?P<sign>[.()\[\]!?}])
    )""",
    re.VERBOSE | re.DOTALL,
)
_GETTER = re.compile(r"get([A-Z])([A-Za-z]*)")
"""The method of a variable that returns a member: ``getContent``."""
MOST_BUILT_INS = 2
"""How many built-ins a value may have: each ``?json_string`` can double a text."""
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\", "{": "{"}


class Reader:
    """
    Parses one interpolation.

    :param text: the whole text.
    :param at: the position after its ``${``.
    """

    def __init__(self, text: str, at: int) -> None:
        self._source = text
        self.at = at
        self.paths: list[tuple[Path, int]] = []
        self._kind, self._token, self._begin = "", "", at
        self._advance()

    def read(self) -> Expression:
        """
        Parse to the closing brace; :attr:`at` is then the position after it.

        :raises BadExpression: when something is not supported.
        """
        value = self._value(0)
        if self._token != "}":
            self._refuse()
        return value

    def _advance(self) -> None:
        found = _TOKEN.match(self._source, self.at)
        if found is None:
            rest = self._source[self.at :]
            begin = self.at + len(rest) - len(rest.lstrip())
            self._kind, self._token, self._begin = "", "", begin
            self._refuse()
        self._kind = found.lastgroup or ""
        self._token = found[self._kind]
        self._begin, self.at = found.start(self._kind), found.end()

    def _take(self, sign: str) -> bool:
        if self._kind != "sign" or self._token != sign:
            return False
        if sign != "}":
            self._advance()
        return True

    def _value(self, depth: int) -> Expression:
        value: Expression
        whole = False
        if depth > 8:
            raise BadExpression("parentheses are nested too deeply", self._begin)
        if self._take("("):
            value, whole = self._value(depth + 1), True
            if not self._take(")"):
                self._refuse()
        elif self._kind == "string":
            value = Literal(self._string())
        else:
            value = self._path()
        built_ins = 0
        while self._take("?"):
            built_ins += 1
            if built_ins > MOST_BUILT_INS:
                raise BadExpression(
                    f"a value has more than {MOST_BUILT_INS} built-ins", self._begin
                )
            value = BuiltIn(self._built_in(), value)
        if self._take("!"):
            text = self._string() if self._kind == "string" else ""
            value = Default(value, text, whole)
        return value

    def _path(self) -> Path:
        if self._kind != "name":
            self._refuse()
        begin, root = self._begin, self._token
        end = self.at
        self._advance()
        steps: list[str | int] = []
        while self._kind == "sign" and self._token in ".[":
            step, end = self._member() if self._take(".") else self._index()
            if not steps and (call := self._call()):
                step, end = self._got(step), call
            steps.append(step)
        path = Path(root, tuple(steps), self._source[begin:end].strip())
        self.paths.append((path, begin))
        return path

    def _member(self) -> tuple[str | int, int]:
        """Parse a name; return it with its end."""
        if self._kind != "name":
            self._refuse()
        name, end = self._token, self.at
        self._advance()
        return name, end

    def _index(self) -> tuple[str | int, int]:
        """Parse a text or a number in brackets; return it with its end."""
        self._take("[")
        step: str | int
        if self._kind == "string":
            step = self._string()
        elif self._kind == "number":
            step = int(self._token)
            self._advance()
        else:
            self._refuse()
        end = self.at
        if not self._take("]"):
            self._refuse()
        return step, end

    def _call(self) -> int | None:
        """Parse the parentheses of a getter; return their end, None without them."""
        if not self._take("("):
            return None
        end = self.at
        if not self._take(")"):
            self._refuse()
        return end

    def _got(self, name: str | int) -> str:
        """Return the member that a getter returns."""
        getter = _GETTER.fullmatch(str(name))
        if getter is None:
            raise BadExpression(f"{name}() is not supported", self._begin)
        return getter[1].lower() + getter[2]

    def _built_in(self) -> str:
        if self._kind != "name" or self._token not in BUILT_INS:
            known = ", ".join(f"?{name}" for name in BUILT_INS)
            raise BadExpression(
                f"?{self._token} is not supported, only {known}", self._begin
            )
        name = self._token
        self._advance()
        return name

    def _string(self) -> str:
        token, begin = self._token, self._begin
        raw = token.startswith("r")
        inside = token[2:-1] if raw else token[1:-1]
        if not raw:
            if "${" in inside or "#{" in inside:
                raise BadExpression("interpolations in texts are not supported", begin)
            inside = re.sub(r"\\(.)", lambda one: _unescaped(one[1], begin), inside)
        self._advance()
        return inside

    def _refuse(self) -> NoReturn:
        if not self._source[self._begin : self._begin + 1]:
            raise BadExpression("the interpolation is not closed", self._begin)
        raise BadExpression(
            f"unexpected {self._source[self._begin]!r}: an interpolation is a path such"
            " as ${request.headers['X'][0]}",
            self._begin,
        )


def _unescaped(letter: str, at: int) -> str:
    if letter not in _ESCAPES:
        raise BadExpression(f"the escape \\{letter} is not supported", at)
    return _ESCAPES[letter]
