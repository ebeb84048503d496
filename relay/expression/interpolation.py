"""
Texts with FreeMarker interpolations: ``${request.headers['X'][0]}``.

Of FreeMarker only interpolations are supported, and in them paths, literals, the
default operator ``!``, parentheses, and the built-ins of :data:`BUILT_INS`. All else is
refused when the text is parsed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, Self

from relay.expression.errors import BadExpression, EvaluationFailed
from relay.expression.nodes import Scope
from relay.expression.values import Lookup, Value, name_of

MOST = 64
"""How many interpolations a text may have."""
LONGEST = 16_777_216
"""The longest text that interpolation may produce, in characters."""

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
        (?P<string>r?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'))
      | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
      | (?P<number>[0-9]{1,9})
      | (?P<sign>[.()\[\]!?}])
    )""",
    re.VERBOSE | re.DOTALL,
)
_SPECIAL = re.compile(r"\$\{|\#\{|</?[#@]|\{\#")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\", "{": "{"}


def _json_string(value: Value) -> str:
    if not isinstance(value, str):
        raise EvaluationFailed(f"{name_of(value)} is no text for ?json_string")
    return json.dumps(value)[1:-1].replace("<", "\\u003C").replace(">", "\\u003E")


def _computer(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    raise EvaluationFailed(f"{name_of(value)} is no number and no boolean for ?c")


BUILT_INS: Mapping[str, Callable[[Value], str]] = {
    "c": _computer,
    "json_string": _json_string,
}
"""The supported built-ins: numbers and booleans as in programs, and texts as the inside
of JSON strings."""


class Absent(EvaluationFailed):
    """A value that a path leads to does not exist."""


@dataclass(frozen=True, slots=True)
class Path:
    """
    A variable, and the way from it to a value.

    :param text: as it was written, for messages.
    """

    root: str
    steps: tuple[str | int, ...]
    text: str

    def evaluate(self, scope: Scope) -> Value:
        """
        Follow the path; None when its last step leads nowhere.

        :raises Absent: when an earlier step leads nowhere.
        """
        value = scope.get(self.root)
        for step in self.steps:
            if value is None:
                raise Absent(f"{self.text} does not exist")
            value = self._step(value, step)
        return value

    def _step(self, value: Value, step: str | int) -> Value:
        if isinstance(step, str):
            if isinstance(value, Lookup | Mapping):
                return value.get(step)
        elif isinstance(value, Sequence):
            return value[step] if step < len(value) else None
        raise EvaluationFailed(f"{self.text}: {name_of(value)} has no [{step}]")


@dataclass(frozen=True, slots=True)
class Literal:
    """A text."""

    value: str

    def evaluate(self, scope: Scope) -> str:
        """Return the text."""
        return self.value


@dataclass(frozen=True, slots=True)
class Default:
    """
    A value, or a text in its place when it does not exist.

    :param whole: whether the text also replaces a value whose path ends too early.
    """

    value: Expression
    text: str
    whole: bool

    def evaluate(self, scope: Scope) -> Value:
        """Evaluate the value, or return the text."""
        try:
            value = self.value.evaluate(scope)
        except Absent:
            if not self.whole:
                raise
            return self.text
        return self.text if value is None else value


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in function of a value."""

    name: str
    value: Expression

    def evaluate(self, scope: Scope) -> str:
        """Evaluate the value, and apply the function."""
        value = self.value.evaluate(scope)
        if value is None:
            raise Absent(f"the value for ?{self.name} does not exist")
        return BUILT_INS[self.name](value)


Expression = Path | Literal | Default | BuiltIn


class Interpolation:
    """
    A parsed text.

    :param parts: literal texts and expressions, in order.
    :param paths: the paths in the expressions, with their positions in the text.
    """

    __slots__ = ("_parts", "paths")

    def __init__(
        self, parts: tuple[str | Expression, ...], paths: tuple[tuple[Path, int], ...]
    ) -> None:
        self._parts = parts
        self.paths = paths

    @classmethod
    def read(cls, text: str) -> Self:
        """
        Parse a text.

        :raises BadExpression: when a part of it is not supported.
        """
        parts: list[str | Expression] = []
        paths: list[tuple[Path, int]] = []
        at = 0
        while found := _SPECIAL.search(text, at):
            if found[0] != "${":
                raise BadExpression(_unsupported(found[0]), found.start())
            parts.append(text[at : found.start()])
            reader = _Reader(text, found.end())
            parts.append(reader.read())
            paths += reader.paths
            at = reader.at
            if len(parts) > 2 * MOST:
                raise BadExpression(
                    f"the text has more than {MOST} interpolations", found.start()
                )
        parts.append(text[at:])
        return cls(tuple(parts), tuple(paths))

    def reads(self, root: str, *members: str) -> bool:
        """Whether an expression has a path to one of these members of a variable."""
        return any(
            path.root == root and path.steps[:1] and path.steps[0] in members
            for path, _ in self.paths
        )

    def reduced(self, root: str, scope: Scope) -> tuple[str | Expression, ...]:
        """
        Evaluate all expressions without a path to a variable.

        :raises EvaluationFailed: when such an expression has no text.
        """
        return tuple(
            one if isinstance(one, str) or _depends(one, root) else _text(one, scope)
            for one in self._parts
        )

    def render(self, scope: Scope) -> str:
        """
        Evaluate the expressions.

        :raises EvaluationFailed: when one of them has no text, or the whole is too
            long.
        """
        return rendered(self._parts, scope)


def rendered(parts: Sequence[str | Expression], scope: Scope) -> str:
    """
    Join texts and the values of expressions.

    :raises EvaluationFailed: as of :meth:`Interpolation.render`.
    """
    text = "".join(
        [one if isinstance(one, str) else _text(one, scope) for one in parts]
    )
    if len(text) > LONGEST:
        raise EvaluationFailed(f"a text is longer than {LONGEST} characters")
    return text


def _depends(expression: Expression, root: str) -> bool:
    while isinstance(expression, Default | BuiltIn):
        expression = expression.value
    return isinstance(expression, Path) and expression.root == root


def _text(expression: Expression, scope: Scope) -> str:
    value = expression.evaluate(scope)
    if isinstance(value, str):
        return value
    if value is None:
        named = expression.text if isinstance(expression, Path) else "a value"
        raise Absent(f"{named} does not exist")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    raise EvaluationFailed(f"{name_of(value)} cannot be written as text")


def _unsupported(begin: str) -> str:
    if begin == "{#":
        return "expressions {#...} are not evaluated here: write ${...}"
    if begin == "#{":
        return "#{...} is not supported: write ${...}"
    return "directives of FreeMarker are not supported, only interpolations ${...}"


class _Reader:
    """
    Parses one interpolation.

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
        while self._take("?"):
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
        while True:
            if self._take("."):
                if self._kind != "name":
                    self._refuse()
                steps.append(self._token)
                end = self.at
                self._advance()
            elif self._take("["):
                if self._kind == "string":
                    steps.append(self._string())
                elif self._kind == "number":
                    steps.append(int(self._token))
                    self._advance()
                else:
                    self._refuse()
                if self._token != "]":
                    self._refuse()
                end = self.at
                self._advance()
            else:
                break
        path = Path(root, tuple(steps), self._source[begin:end].strip())
        self.paths.append((path, begin))
        return path

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
