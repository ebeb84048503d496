"""``#jsonPath``: select parts of a JSON text (RFC 9535), within limits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError
from jsonpath.match import JSONPathMatch
from jsonpath.parse import Parser
from jsonpath.segments import (
    JSONPathChildSegment,
    JSONPathRecursiveDescentSegment,
    JSONPathSegment,
)
from jsonpath.selectors import Filter, KeysFilter
from jsonpath.stream import TokenStream

from relay.expression.errors import EvaluationFailed
from relay.expression.values import LONGEST_TEXT, Value
from relay.json_text import JsonTooLarge, read_json

LONGEST_PATH = 512
MOST_STEPS = 10_000
"""Limit of the steps of one search; a step takes about a microsecond."""
READ_CHARS = 2_048
"""Characters of text that are compared in one step."""
MOST = {
    "TOKEN_DDOT": (1, ".."),
    "TOKEN_FILTER": (4, "filters"),
    "TOKEN_COMMA": (8, "commas"),
}
"""The limits of the parts of a path that multiply its work."""


class BadPath(ValueError):
    """A path is invalid."""


class _TooCostly(Exception):
    """A search takes more steps than are allowed."""


class _Node(JSONPathMatch):
    """A node that was reached, without the path to it."""

    def new_child(self, obj: object, key: int | str) -> _Node:
        """Make the node of a member or an element, which costs a step."""
        _ENVIRONMENT.spend(1 + _members(obj) // 4)
        return _Node(
            filter_context={}, obj=obj, parent=None, parts=(), path="", root=self.root
        )

    def add_child(self, *children: JSONPathMatch) -> None:
        """Do nothing: nodes do not keep their children."""


def _reached(node: JSONPathMatch) -> _Node:
    """Make the node at which a path, or the path of a condition, begins."""
    if isinstance(node, _Node):
        return node
    _ENVIRONMENT.spend(1 + _members(node.obj) // 4)
    return _Node(
        filter_context={}, obj=node.obj, parent=None, parts=(), path="", root=node.root
    )


class _Child(JSONPathChildSegment):
    def resolve(self, nodes: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
        """Select members or elements."""
        return super().resolve(map(_reached, nodes))


class _Descent(JSONPathRecursiveDescentSegment):
    def resolve(self, nodes: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
        """Select all descendants."""
        return super().resolve(map(_reached, nodes))


class _Filter(Filter):
    """Evaluates its condition for each member or element, which costs steps."""

    def resolve(self, node: JSONPathMatch) -> Iterable[JSONPathMatch]:
        """Select the nodes for which the condition holds."""
        weight = 2 + len(str(self.expression)) // 16
        _ENVIRONMENT.spend(weight * _members(node.obj))
        return super().resolve(node)


class _Parser(Parser):
    def parse_query(self, stream: TokenStream) -> Iterable[JSONPathSegment]:
        """Parse the segments of a path."""
        for one in super().parse_query(stream):
            kind = _Child if isinstance(one, JSONPathChildSegment) else _Descent
            yield kind(env=one.env, token=one.token, selectors=one.selectors)

    def parse_filter_selector(
        self, stream: TokenStream, *, keys: bool = False
    ) -> Filter | KeysFilter:
        """Parse a condition."""
        read = super().parse_filter_selector(stream, keys=keys)
        if isinstance(read, KeysFilter):
            return read
        return _Filter(env=self.env, token=read.token, expression=read.expression)


class _Environment(JSONPathEnvironment):
    parser_class = _Parser
    steps_left = 0

    def setup_function_extensions(self) -> None:
        """Omit ``match`` and ``search``, whose time is not bounded."""
        super().setup_function_extensions()
        del self.function_extensions["match"]
        del self.function_extensions["search"]

    def compare(self, left: object, operator: str, right: object) -> bool:
        """Compare two values deeply."""
        self._weigh(left)
        self._weigh(right)
        return super().compare(left, operator, right)

    def spend(self, steps: int) -> None:
        """
        Count steps.

        :raises _TooCostly: when more than the remaining steps are needed.
        """
        self.steps_left -= steps
        if self.steps_left < 0:
            raise _TooCostly

    def _weigh(self, value: object) -> None:
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                self.spend(len(one) // READ_CHARS)
            elif isinstance(one, Mapping):
                self.spend(1 + len(one))
                waiting += one.values()
            elif isinstance(one, list):
                self.spend(1 + len(one))
                waiting += one


def _members(obj: object) -> int:
    return len(obj) if isinstance(obj, dict | list) else 0


_ENVIRONMENT = _Environment(strict=True)


class JsonPath:
    """
    A compiled path.

    :param text: such as ``$.order.items[0].price``.
    :raises BadPath: when it is invalid, or takes too much work.
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PATH:
            raise BadPath(f"the path is longer than {LONGEST_PATH} characters")
        try:
            path = _ENVIRONMENT.compile(text)
            kinds = Counter(one.kind for one in _ENVIRONMENT.lexer.tokenize(text))
        except (JSONPathError, RecursionError) as error:
            lines = str(error).strip().splitlines()
            raise BadPath(
                f"the path is no JSONPath: {lines[0] if lines else 'it is too deep'}"
            ) from None
        assert isinstance(path, JSONPath)
        for kind, (most, name) in MOST.items():
            if kinds[kind] > most:
                raise BadPath(f"the path has more than {most} {name}")
        self._path = path
        self._single = path.singular_query()

    def find(self, document: Value) -> Value:
        """
        Find the values at the path.

        :param document: a JSON text, or its parsed value.
        :return: the value, None when there is none; a list for a path that can have
            several values.
        :raises EvaluationFailed: when the text is no JSON, or too many values are
            found.
        """
        if isinstance(document, str):
            document = parse_json(document)
        if not isinstance(document, dict | list):
            return (
                document if str(self._path) == "$" else (None if self._single else [])
            )
        _ENVIRONMENT.steps_left = MOST_STEPS
        try:
            _ENVIRONMENT.spend(_members(document) // 4)
            found: list[Any] = [match.obj for match in self._path.finditer(document)]
        except _TooCostly:
            raise EvaluationFailed(
                f"the path takes more than {MOST_STEPS} steps"
            ) from None
        except (JSONPathError, RecursionError, TypeError, ValueError) as error:
            raise EvaluationFailed(f"the path fails: {type(error).__name__}") from None
        if self._single:
            return found[0] if found else None
        return found


def parse_json(text: str) -> Value:
    """
    Parse JSON.

    :raises EvaluationFailed: when the text is no JSON, or too long.
    """
    if len(text) > LONGEST_TEXT:
        raise EvaluationFailed(f"a JSON text is longer than {LONGEST_TEXT} characters")
    try:
        value: Value = read_json(text)
    except JsonTooLarge as error:
        raise EvaluationFailed(f"a JSON text {error}") from None
    except (ValueError, RecursionError):
        raise EvaluationFailed("a text is no JSON") from None
    return value
