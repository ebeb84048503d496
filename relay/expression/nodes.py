"""
What an expression is once it is read: a tree that can be evaluated.

A tree can also be evaluated in part: :meth:`Node.reduced` puts values in the place of
all that depends on nothing but what is known already. What is left of an event's
condition is equal for all subscribers who have those values in common.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace

from relay.expression.errors import EvaluationFailed
from relay.expression.values import Lookup, Value, frozen, is_true, name_of

Scope = Mapping[str, Value]
"""What each variable stands for; one that is missing stands for nothing."""


@dataclass(frozen=True, slots=True)
class Node:
    """
    A part of an expression.

    :param children: its parts.
    """

    children: tuple[Node, ...] = ()

    @property
    def roots(self) -> frozenset[str]:
        """The variables that it depends on."""
        return frozenset().union(*(child.roots for child in self.children))

    @property
    def depth(self) -> int:
        """How many levels it has."""
        return 1 + max((child.depth for child in self.children), default=0)

    @property
    def key(self) -> Hashable:
        """What is equal for trees that always give the same."""
        return (type(self).__name__, *(child.key for child in self.children))

    def evaluate(self, scope: Scope) -> Value:
        """
        Give its value.

        :param scope: what the variables stand for.
        :raises EvaluationFailed: when it has none.
        """
        raise NotImplementedError

    def reduced(self, scope: Scope) -> Node:
        """
        Evaluate what depends on nothing but some variables.

        :param scope: these variables.
        :raises EvaluationFailed: when such a part has no value.
        """
        roots = self.roots
        if not roots:
            return self
        if roots <= scope.keys():
            return Constant((), self.evaluate(scope))
        return replace(
            self, children=tuple(child.reduced(scope) for child in self.children)
        )


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """A value that stands in the expression."""

    value: Value = None

    @property
    def key(self) -> Hashable:
        """The value."""
        return frozen(self.value)

    def evaluate(self, scope: Scope) -> Value:
        """Give it."""
        return self.value


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """Such as ``#request``."""

    name: str = ""

    @property
    def roots(self) -> frozenset[str]:
        """Itself."""
        return frozenset((self.name,))

    @property
    def key(self) -> Hashable:
        """Its name."""
        return ("#", self.name)

    def evaluate(self, scope: Scope) -> Value:
        """Look it up."""
        return scope.get(self.name)


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """Anything that is made of the values of its parts, whatever they are."""

    name: str = ""
    operation: Callable[..., Value] = lambda *values: values

    @property
    def key(self) -> Hashable:
        """What is applied to what."""
        return (self.name, *(child.key for child in self.children))

    def evaluate(self, scope: Scope) -> Value:
        """Apply it."""
        return self.operation(*[child.evaluate(scope) for child in self.children])


@dataclass(frozen=True, slots=True)
class Either(Node):
    """``||``: the second is looked at only when the first is not true."""

    def evaluate(self, scope: Scope) -> Value:
        """Give true if one is."""
        first, second = self.children
        return is_true(first.evaluate(scope)) or is_true(second.evaluate(scope))


@dataclass(frozen=True, slots=True)
class Both(Node):
    """``&&``: the second is looked at only when the first is true."""

    def evaluate(self, scope: Scope) -> Value:
        """Give true if both are."""
        first, second = self.children
        return is_true(first.evaluate(scope)) and is_true(second.evaluate(scope))


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """``condition ? one : other``."""

    def evaluate(self, scope: Scope) -> Value:
        """Give the one that is chosen."""
        condition, one, other = self.children
        return (one if is_true(condition.evaluate(scope)) else other).evaluate(scope)


@dataclass(frozen=True, slots=True)
class Fallback(Node):
    """``value ?: other``: the other when the value is nothing, or empty."""

    def evaluate(self, scope: Scope) -> Value:
        """Give the first that is something."""
        value = self.children[0].evaluate(scope)
        return self.children[1].evaluate(scope) if value in (None, "") else value


def member(value: Value, key: Value) -> Value:
    """
    Take a member out of a value; of nothing, and where there is none, nothing.

    :param value: a list, a text, or what has members.
    :param key: the name, or the place.
    :raises EvaluationFailed: for what has no such members.
    """
    if value is None:
        return None
    if isinstance(value, Lookup | Mapping) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list | tuple | str) and type(key) is int:
        return value[key] if 0 <= key < len(value) else None
    if isinstance(value, Mapping | Lookup) and not isinstance(key, list | tuple):
        return None
    raise EvaluationFailed(f"{name_of(value)} has no member by {name_of(key)}")
