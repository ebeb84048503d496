"""``#jsonPath``: a part of a JSON text (RFC 9535), within bounds."""

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
"""What one search may take: a step is about a microsecond."""
READ_CHARS = 2_048
"""How much text a step compares."""
MOST = {
    "TOKEN_DDOT": (1, ".."),
    "TOKEN_FILTER": (4, "filters"),
    "TOKEN_COMMA": (8, "commas"),
}
"""Each of these multiplies the work; so many of them a path may have."""


class BadPath(ValueError):
    """A path that cannot be used."""


class _TooCostly(Exception):
    """A search takes more steps than it may."""


class _Node(JSONPathMatch):
    """A place that was reached; of the way to it nothing is noted."""

    def new_child(self, obj: object, key: int | str) -> _Node:
        """Reach a member or an element, for a step."""
        _ENVIRONMENT.spend(1 + _members(obj) // 4)
        return _Node(
            filter_context={}, obj=obj, parent=None, parts=(), path="", root=self.root
        )

    def add_child(self, *children: JSONPathMatch) -> None:
        """Hold nothing that was reached from here."""


def _reached(node: JSONPathMatch) -> _Node:
    """Begin at the root of a document, or at what a condition is asked of."""
    if isinstance(node, _Node):
        return node
    _ENVIRONMENT.spend(1 + _members(node.obj) // 4)
    return _Node(
        filter_context={}, obj=node.obj, parent=None, parts=(), path="", root=node.root
    )


class _Child(JSONPathChildSegment):
    def resolve(self, nodes: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
        """Reach members or elements."""
        return super().resolve(map(_reached, nodes))


class _Descent(JSONPathRecursiveDescentSegment):
    def resolve(self, nodes: Iterable[JSONPathMatch]) -> Iterable[JSONPathMatch]:
        """Reach all that is below."""
        return super().resolve(map(_reached, nodes))


class _Filter(Filter):
    """Asks its condition of each member or element, for some steps."""

    def resolve(self, node: JSONPathMatch) -> Iterable[JSONPathMatch]:
        """Reach those for which the condition holds."""
        weight = 2 + len(str(self.expression)) // 16
        _ENVIRONMENT.spend(weight * _members(node.obj))
        return super().resolve(node)


class _Parser(Parser):
    def parse_query(self, stream: TokenStream) -> Iterable[JSONPathSegment]:
        """Read the segments of a path."""
        for one in super().parse_query(stream):
            kind = _Child if isinstance(one, JSONPathChildSegment) else _Descent
            yield kind(env=one.env, token=one.token, selectors=one.selectors)

    def parse_filter_selector(
        self, stream: TokenStream, *, keys: bool = False
    ) -> Filter | KeysFilter:
        """Read a condition."""
        read = super().parse_filter_selector(stream, keys=keys)
        if isinstance(read, KeysFilter):
            return read
        return _Filter(env=self.env, token=read.token, expression=read.expression)


class _Environment(JSONPathEnvironment):
    parser_class = _Parser
    steps_left = 0

    def setup_function_extensions(self) -> None:
        """Leave out ``match`` and ``search``: their engine has no bound."""
        super().setup_function_extensions()
        del self.function_extensions["match"]
        del self.function_extensions["search"]

    def compare(self, left: object, operator: str, right: object) -> bool:
        """Compare two values, in depth."""
        self._weigh(left)
        self._weigh(right)
        return super().compare(left, operator, right)

    def spend(self, steps: int) -> None:
        """
        Count what is to be done.

        :param steps: how much.
        :raises _TooCostly: when it is more than is left.
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
    A path, compiled.

    :param text: such as ``$.order.items[0].price``.
    :raises BadPath: when it is none, or asks for too much work.
    """

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST_PATH:
            raise BadPath(f"the path is longer than {LONGEST_PATH} characters")
        try:
            path = _ENVIRONMENT.compile(text)
            kinds = Counter(one.kind for one in _ENVIRONMENT.lexer.tokenize(text))
        except (JSONPathError, RecursionError) as error:
            told = str(error).strip().splitlines()
            raise BadPath(
                f"the path is no JSONPath: {told[0] if told else 'it is too deep'}"
            ) from None
        assert isinstance(path, JSONPath)
        for kind, (most, name) in MOST.items():
            if kinds[kind] > most:
                raise BadPath(f"the path has more than {most} {name}")
        self._path = path
        self._single = path.singular_query()

    def find(self, document: Value) -> Value:
        """
        Give what the path leads to.

        :param document: a JSON text, or what was read from one.
        :return: the one value, None when there is none; a list for a path that can
            lead to several.
        :raises EvaluationFailed: when the text is no JSON, or too much is found.
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
    Read JSON.

    :raises EvaluationFailed: when it is none, or too long.
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
