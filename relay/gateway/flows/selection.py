"""Which calls a flow is for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from relay.expression.nodes import Scope
from relay.expression.template import Condition
from relay.gateway.flows.paths import PathPattern, Rank
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
    What selectors look at.

    :param method: the request's.
    :param path: the segments that follow the context-path.
    :param operations: of the entrypoint: ``SUBSCRIBE``, ``PUBLISH`` or both.
    :param entrypoint: the id of its kind.
    :param scope: for conditions.
    """

    method: str
    path: Sequence[str]
    operations: frozenset[str]
    entrypoint: str
    scope: Scope


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
        Match a call.

        :return: the parameters of the path; None when the call does not match.
        :raises EvaluationFailed: when a condition has no value.
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
        if all(condition.holds(asked.scope) for condition in self._conditions):
            return parameters
        return None


def selected(
    selections: Iterable[Selection], asked: Asked, best: bool
) -> list[tuple[int, dict[str, str]]]:
    """
    Choose the flows of one level.

    :param selections: of its flows, in order.
    :param best: whether only the best match is returned.
    :return: numbers of flows with the parameters of their paths.
    :raises EvaluationFailed: when a condition has no value.
    """
    found: list[tuple[int, dict[str, str]]] = []
    ranks: list[Rank] = []
    for number, selection in enumerate(selections):
        parameters = selection.match(asked)
        if parameters is not None:
            found.append((number, parameters))
            ranks.append(selection.pattern.rank)
    if best and found:
        # max() returns the first of equal ranks.
        return [found[max(range(len(found)), key=ranks.__getitem__)]]
    return found


def _known(method: str) -> str:
    return method if method in METHODS else "OTHER"
