"""Selects the flows of a call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from relay.expression.nodes import Scope
from relay.expression.template import Condition
from relay.gateway.flows.paths import PathPattern
from relay.model.api.flow import (
    ChannelSelector,
    ConditionSelector,
    Flow,
    HttpSelector,
    Selector,
)

METHODS = frozenset(
    "CONNECT DELETE GET HEAD OPTIONS PATCH POST PUT TRACE".split()  # noqa: SIM905
)
EVERYWHERE = PathPattern("/", whole=False)


class Asked(NamedTuple):
    """
    The facts of a call that selectors match, besides conditions.

    :param method: the request's.
    :param path: the segments that follow the context-path.
    :param operations: of the entrypoint: ``SUBSCRIBE``, ``PUBLISH`` or both.
    :param entrypoint: the id of its kind.
    """

    method: str
    path: Sequence[str]
    operations: frozenset[str]
    entrypoint: str


class Selection:
    """
    The selectors of one flow.

    :param flow: its definition.
    """

    def __init__(self, flow: Flow) -> None:
        self._methods: frozenset[str] = frozenset()
        self._operations: frozenset[str] = frozenset()
        self._entrypoints: frozenset[str] = frozenset()
        self._patterns: list[PathPattern] = []
        self._conditions: list[Condition] = []
        for selector in flow.selectors:
            self._add(selector)

    def _add(self, selector: Selector) -> None:
        if isinstance(selector, HttpSelector):
            whole = selector.path_operator == "EQUALS"
            self._patterns.append(PathPattern(selector.path, whole))
            self._methods = frozenset(selector.methods)
        elif isinstance(selector, ChannelSelector):
            whole = selector.channel_operator == "EQUALS"
            self._patterns.append(PathPattern(selector.channel, whole))
            self._operations = frozenset(selector.operations)
            self._entrypoints = frozenset(selector.entrypoints)
        elif isinstance(selector, ConditionSelector):
            self._conditions.append(Condition.read(selector.condition))

    @property
    def pattern(self) -> PathPattern:
        """The path that counts when the best match is looked for."""
        return self._patterns[0] if self._patterns else EVERYWHERE

    def match(self, asked: Asked) -> dict[str, str] | None:
        """
        Match a call; conditions are not evaluated.

        :return: the parameters of the path; None when the call does not match.
        """
        if self._methods and _known(asked.method) not in self._methods:
            return None
        if self._operations and not self._operations & asked.operations:
            return None
        if self._entrypoints and asked.entrypoint not in self._entrypoints:
            return None
        parameters: dict[str, str] = {}
        for pattern in self._patterns:
            found = pattern.match(asked.path)
            if found is None:
                return None
            parameters |= found
        return parameters

    def holds(self, scope: Scope) -> bool:
        """
        Whether the conditions hold.

        :raises EvaluationFailed: when a condition has no value.
        """
        return all(condition.holds(scope) for condition in self._conditions)


def _known(method: str) -> str:
    return method if method in METHODS else "OTHER"
