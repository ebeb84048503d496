"""Templates, which are texts with expressions, and conditions."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from typing import Self

from relay.expression.budget import Budget, metered
from relay.expression.compiler import compile_expression
from relay.expression.errors import BadExpression
from relay.expression.nodes import Constant, Node, Scope
from relay.expression.roots import BODIES
from relay.expression.values import Value, bounded, is_true, text_of

MOST_EXPRESSIONS = 64
_BEGIN = re.compile(r"\{ *(?:[#(]|T\(|T +\( *[A-Za-z_][A-Za-z0-9_.]* *\) *\.)")


class Template:
    """
    A parsed text with any number of ``{#...}``, ``{(...)}`` and ``{T(...)...}``.

    :param parts: literal texts, as constants, and expressions, in order.
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: tuple[Node, ...]) -> None:
        self._parts = parts

    @classmethod
    def read(cls, text: str, bodies: bool = False) -> Self:
        """
        Parse a template.

        :param text: such as ``Hello {#request.params['name'][0]}``.
        :param bodies: whether it may read the body of the request.
        :raises BadExpression: when an expression in it is invalid.
        """
        parts: list[Node] = []
        expressions = at = 0
        while (begin := _next(text, at)) >= 0:
            if begin > at:
                parts.append(Constant((), text[at:begin]))
            end = _end(text, begin)
            parts.append(compile_expression(text[begin + 1 : end], begin + 1, bodies))
            at = end + 1
            expressions += 1
            if expressions > MOST_EXPRESSIONS:
                raise BadExpression(
                    f"the text has more than {MOST_EXPRESSIONS} expressions", begin
                )
        if at < len(text) or not parts:
            parts.append(Constant((), text[at:]))
        return cls(tuple(parts))

    @property
    def roots(self) -> frozenset[str]:
        """The names of the variables that the value depends on."""
        return frozenset().union(*(part.roots for part in self._parts))

    def nodes(self) -> Iterator[Node]:
        """Iterate over the nodes of all its expressions."""
        waiting = list(self._parts)
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.children

    @property
    def reads_body(self) -> bool:
        """Whether it reads the body of the request."""
        return any(map(_reads_body, self._parts))

    @property
    def key(self) -> Hashable:
        """Equal for templates that always yield the same text."""
        return tuple(part.key for part in self._parts)

    def reduced(self, scope: Scope) -> Template:
        """
        Evaluate the parts that depend only on known variables.

        :param scope: the known variables.
        :raises EvaluationFailed: when such a part has no value.
        """
        return Template(tuple(part.reduced(scope) for part in self._parts))

    def metered(self, budget: Budget) -> Template:
        """
        Return the template with one limit of work for all its expressions; an
        evaluation beyond it raises :class:`~relay.expression.budget.TooCostly`.
        """
        return Template(tuple(metered(part, budget) for part in self._parts))

    def evaluate(self, scope: Scope) -> Value:
        """
        Evaluate the template: to the value of its expression if it is only one, to a
        text otherwise.

        :raises EvaluationFailed: when an expression has no value.
        """
        if len(self._parts) == 1:
            return self._parts[0].evaluate(scope)
        return bounded("".join([text_of(one.evaluate(scope)) for one in self._parts]))

    def render(self, scope: Scope) -> str | None:
        """
        Evaluate the template to text; None if it is only one expression and yields
        null.

        :raises EvaluationFailed: when an expression has no value.
        """
        value = self.evaluate(scope)
        return None if value is None else text_of(value)


def _reads_body(node: Node) -> bool:
    return node.path in BODIES or any(map(_reads_body, node.children))


class Condition:
    """
    A parsed expression that yields a boolean.
    """

    __slots__ = ("_node",)

    def __init__(self, node: Node) -> None:
        self._node = node

    @classmethod
    def read(cls, text: str) -> Self:
        """
        Parse a condition.

        :param text: one ``{...}``, or ``true`` or ``false``.
        :raises BadExpression: when it is invalid.
        """
        stripped = text.strip()
        if stripped in ("true", "false"):
            return cls(Constant((), stripped == "true"))
        begin = len(text) - len(text.lstrip())
        if not stripped.startswith("{"):
            raise BadExpression(
                "a condition is one expression, such as {#request.method == 'GET'}",
                begin,
            )
        end = _end(text, begin)
        if text[end + 1 :].strip():
            raise BadExpression("a condition ends with its expression", end + 1)
        return cls(compile_expression(text[begin + 1 : end], begin + 1))

    @property
    def roots(self) -> frozenset[str]:
        """The names of the variables that the value depends on."""
        return self._node.roots

    @property
    def key(self) -> Hashable:
        """Equal for conditions that always yield the same."""
        return self._node.key

    def reduced(self, scope: Scope) -> Condition:
        """
        Evaluate the parts that depend only on known variables.

        :param scope: the known variables.
        :raises EvaluationFailed: when such a part has no value.
        """
        return Condition(self._node.reduced(scope))

    def metered(self, budget: Budget) -> Condition:
        """
        Return the condition with a limit of work, as :meth:`Template.metered`.
        """
        return Condition(metered(self._node, budget))

    def holds(self, scope: Scope) -> bool:
        """
        Evaluate the condition.

        :raises EvaluationFailed: when it has no value, or one that is no boolean.
        """
        return is_true(self._node.evaluate(scope))


def _next(text: str, at: int) -> int:
    """Return the position of the next expression; other braces are text."""
    found = _BEGIN.search(text, at)
    return -1 if found is None else found.start()


def _end(text: str, begin: int) -> int:
    """Return the position of the brace that closes an expression."""
    depth, quote = 0, ""
    for place in range(begin, len(text)):
        letter = text[place]
        if quote:
            if letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
            if not depth:
                return place
    raise BadExpression("the expression is not closed", begin)
