"""
JMESPath within bounds of steps, and so of time and memory.

The expression comes from a client, the data from a source. A short expression can
double a list repeatedly, or compare it with itself. So each node that is visited, each
value that is copied or compared, and each piece of text that is read or made costs a
step, and one search may take :data:`MOST_STEPS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.visitor import TreeInterpreter

MOST_STEPS = 2_000
"""The most steps of one search; a step takes about a microsecond."""
READ_CHARS = 2_048
"""The characters of text that a step reads or copies."""
MADE_CHARS = 256
"""The characters of text that a step makes."""


_FAILURES = (JMESPathError, ArithmeticError, RecursionError, TypeError, ValueError)


class TooCostly(Exception):
    """A search takes more steps than it may."""

    def __init__(self) -> None:
        super().__init__(f"takes more than {MOST_STEPS} steps")


DEEP = frozenset(("to_string", "contains"))
"""The functions that look at all of their arguments."""


class BadJmesPath(ValueError):
    """An expression that is refused; the message gives the reason."""


class JmesPath:
    """
    An expression, compiled.

    :param text: the expression.
    :raises BadJmesPath: when it is none.
    """

    def __init__(self, text: str) -> None:
        try:
            self._tree = jmespath.compile(text).parsed
        except (JMESPathError, RecursionError) as error:
            reason = " ".join(str(error).split())
            raise BadJmesPath(f"is no JMESPath: {reason}") from None

    def search(self, data: Any) -> Any:
        """
        Evaluate the expression.

        :param data: a parsed JSON value.
        :return: the result; None when it cannot be evaluated on such data.
        :raises TooCostly: when that takes more than :data:`MOST_STEPS` steps.
        """
        try:
            return _Interpreter().visit(self._tree, data)
        except _FAILURES:
            return None

    def key(self, data: Any) -> str:
        """
        Evaluate the expression, and write the result as a key.

        :param data: a parsed JSON value.
        :return: a key, equal for equal values; empty when it cannot be evaluated.
        :raises TooCostly: when that takes more than :data:`MOST_STEPS` steps.
        """
        interpreter = _Interpreter()
        try:
            found = interpreter.visit(self._tree, data)
            interpreter.weigh(found)
            return repr(found)
        except _FAILURES:
            return ""


class _Interpreter(TreeInterpreter):
    """Counts the steps of each operation before it is executed."""

    def __init__(self) -> None:
        super().__init__()
        self._left = MOST_STEPS

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        """Visit a node of the expression."""
        self._left -= 1
        if self._left < 0:
            raise TooCostly
        return super().visit(node, *args, **kwargs)

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise TooCostly

    def visit_flatten(self, node: Any, value: Any) -> Any:
        """Join the lists within a list."""
        base = self.visit(node["children"][0], value)
        if not isinstance(base, list):
            return None
        self._spend(len(base))
        self._spend(sum([len(one) for one in base if isinstance(one, list)]))
        given: Any = {"children": [_given(base)]}
        return super().visit_flatten(given, value)

    def visit_slice(self, node: Any, value: Any) -> Any:
        """Copy a part of a list."""
        if isinstance(value, list):
            self._spend(len(value))
        return super().visit_slice(node, value)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        """Compare two values, in depth."""
        left, right = (self.visit(child, value) for child in node["children"])
        self.weigh(left)
        self.weigh(right)
        given: Any = {"value": node["value"], "children": [_given(left), _given(right)]}
        return super().visit_comparator(given, value)

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        """Call a function."""
        arguments = [self.visit(child, value) for child in node["children"]]
        for argument in arguments:
            self.weigh(argument, node["value"] in DEEP)
        if node["value"] == "join":
            self._spend(_joined_chars(arguments) // MADE_CHARS)
        elif node["value"] in ("reverse", "to_string", "to_number"):
            for argument in arguments:
                if isinstance(argument, str):
                    self._spend(len(argument) // MADE_CHARS)
        given: Any = {
            "value": node["value"],
            "children": [_given(one) for one in arguments],
        }
        return super().visit_function_expression(given, value)

    def visit_literal(self, node: Any, value: Any) -> Any:
        """Return a literal of the expression, or a value that was found already."""
        return node["value"]

    def weigh(self, value: Any, deeply: bool = True) -> None:
        """Count the steps to read a value: all of it, or its members only."""
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                self._spend(1 + len(one) // READ_CHARS)
            elif isinstance(one, Mapping):
                # Names are read, too, when it is written or compared.
                self._spend(1 + len(one))
                waiting += one.values() if deeply else ()
            elif isinstance(one, list):
                self._spend(1 + len(one))
                waiting += one if deeply else ()
            else:
                self._spend(1)


def _given(value: Any) -> Any:
    """Make a node whose value was found already."""
    return {"type": "literal", "value": value, "children": []}


def _joined_chars(arguments: list[Any]) -> int:
    if len(arguments) != 2 or not isinstance(arguments[1], list):
        return 0
    glue, pieces = arguments
    size = len(glue) * len(pieces) if isinstance(glue, str) else 0
    return size + sum([len(one) for one in pieces if isinstance(one, str)])
