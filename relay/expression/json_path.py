"""``#jsonPath``: a part of a JSON text (RFC 9535), within bounds."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from typing import Any

from jsonpath import JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from relay.expression.errors import EvaluationFailed
from relay.expression.values import LONGEST_TEXT, Value

LONGEST_PATH = 512
MOST_FOUND = 10_000
MOST = {
    "TOKEN_DDOT": (1, ".."),
    "TOKEN_FILTER": (4, "filters"),
    "TOKEN_COMMA": (8, "commas"),
}
"""Each of these multiplies the work; so many of them a path may have."""


class BadPath(ValueError):
    """A path that cannot be used."""


class _Environment(JSONPathEnvironment):
    def setup_function_extensions(self) -> None:
        """Leave out ``match`` and ``search``: their engine has no bound."""
        super().setup_function_extensions()
        del self.function_extensions["match"]
        del self.function_extensions["search"]


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
        try:
            found: list[Any] = [
                match.obj
                for match in islice(self._path.finditer(document), MOST_FOUND + 1)
            ]
        except (JSONPathError, RecursionError, TypeError, ValueError) as error:
            raise EvaluationFailed(f"the path fails: {type(error).__name__}") from None
        if len(found) > MOST_FOUND:
            raise EvaluationFailed(f"the path leads to more than {MOST_FOUND} places")
        if self._single:
            return found[0] if found else None
        return found


def parse_json(text: str) -> Value:
    """
    Read JSON.

    :param text: the text.
    :raises EvaluationFailed: when it is none, or too long.
    """
    if len(text) > LONGEST_TEXT:
        raise EvaluationFailed(f"a JSON text is longer than {LONGEST_TEXT} characters")
    try:
        value: Value = json.loads(text)
    except (ValueError, RecursionError):
        raise EvaluationFailed("a text is no JSON") from None
    return value
