"""One limit of work for an evaluation, however many expressions it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from relay.expression.nodes import Node, Scope
from relay.expression.values import Value

MOST_CPU_S = 0.2
"""The CPU time of an evaluation, in seconds."""
LARGEST_VALUE = 32_768
"""The largest value of a node, in characters and items: it bounds the time of the
function that is applied to it."""


class TooCostly(Exception):
    """An evaluation takes more work than is allowed."""


class Budget:
    """
    The work that one evaluation may take.

    :param cpu_s: returns the CPU time of this thread, in seconds.
    """

    def __init__(self, cpu_s: Callable[[], float]) -> None:
        self._cpu_s = cpu_s
        self._end_s = cpu_s() + MOST_CPU_S

    def check(self, value: Value) -> None:
        """
        Check the work until now, and the size of a value.

        :raises TooCostly: when either is too large.
        """
        if _exceeds(value, LARGEST_VALUE):
            raise TooCostly(
                f"a value in the evaluation is larger than {LARGEST_VALUE} characters"
            )
        if self._cpu_s() > self._end_s:
            raise TooCostly(
                f"the evaluation takes more than {MOST_CPU_S} s of CPU time"
            )


@dataclass(frozen=True, slots=True)
class Metered(Node):
    """
    A node whose value is checked before another node uses it.
    """

    budget: Budget = field(kw_only=True)

    def evaluate(self, scope: Scope) -> Value:
        """Evaluate the node, and check the budget."""
        value = self.children[0].evaluate(scope)
        self.budget.check(value)
        return value


def metered(node: Node, budget: Budget) -> Node:
    """
    Return a tree with the same value, each node of which is checked.

    :param budget: shared by all nodes.
    """
    children = tuple(metered(child, budget) for child in node.children)
    return Metered((replace(node, children=children),), budget=budget)


def _exceeds(value: Value, most: int) -> bool:
    waiting, size = [value], 0
    while waiting and size <= most:
        one = waiting.pop()
        if isinstance(one, str | bytes):
            size += len(one)
        elif isinstance(one, list | tuple):
            size += len(one)
            waiting += one
        elif isinstance(one, Mapping):
            size += len(one)
            waiting += [*one.keys(), *one.values()]
    return size > most
