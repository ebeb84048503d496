"""
The syntax tree of an expression, which can be evaluated.

A tree can also be evaluated in part: :meth:`Node.reduced` replaces the subtrees that
depend only on known variables by their values. What remains of the condition of an
event filter is equal for all subscribers with the same values.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace

from relay.expression.binary import encoded_text
from relay.expression.errors import EvaluationFailed
from relay.expression.values import Lookup, Value, frozen, is_true, name_of

Scope = Mapping[str, Value]
"""The values of variables; a missing variable is null."""


@dataclass(frozen=True, slots=True)
class Node:
    """
    A node of the tree.
    """

    children: tuple[Node, ...] = ()

    @property
    def roots(self) -> frozenset[str]:
        """The names of the variables that the node depends on."""
        return frozenset().union(*(child.roots for child in self.children))

    @property
    def depth(self) -> int:
        """The height of the tree."""
        return 1 + max((child.depth for child in self.children), default=0)

    @property
    def path(self) -> str | None:
        """The variable and the names of its members, such as ``request.headers``; None
        for another node."""
        return None

    @property
    def key(self) -> Hashable:
        """Equal for trees that always yield the same value."""
        return (type(self).__name__, *(child.key for child in self.children))

    def evaluate(self, scope: Scope) -> Value:
        """
        Evaluate the node.

        :raises EvaluationFailed: when it has no value.
        """
        raise NotImplementedError

    def reduced(self, scope: Scope) -> Node:
        """
        Evaluate the subtrees that depend only on known variables.

        :param scope: the known variables.
        :raises EvaluationFailed: when such a subtree has no value.
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
    """A literal."""

    value: Value = None

    @property
    def key(self) -> Hashable:
        """The value."""
        return frozen(self.value)

    def evaluate(self, scope: Scope) -> Value:
        """Return the value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Variable(Node):
    """A variable, such as ``#request``."""

    name: str = ""

    @property
    def roots(self) -> frozenset[str]:
        """The variable."""
        return frozenset((self.name,))

    @property
    def key(self) -> Hashable:
        """The name of the variable."""
        return ("#", self.name)

    @property
    def path(self) -> str | None:
        """The name of the variable."""
        return self.name

    def evaluate(self, scope: Scope) -> Value:
        """Look up the variable."""
        return scope.get(self.name)


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """A function applied to the values of all children."""

    name: str = ""
    operation: Callable[..., Value] = lambda *values: values

    @property
    def key(self) -> Hashable:
        """The function and its arguments."""
        return (self.name, *(child.key for child in self.children))

    def evaluate(self, scope: Scope) -> Value:
        """Call the function."""
        return self.operation(*[child.evaluate(scope) for child in self.children])


@dataclass(frozen=True, slots=True)
class Varying(Apply):
    """
    A function whose value differs from call to call, such as the time.

    It counts as a variable, which is never known beforehand.
    """

    @property
    def roots(self) -> frozenset[str]:
        """The name of the function."""
        return frozenset((f"{self.name}()",))


@dataclass(frozen=True, slots=True)
class Either(Node):
    """``||``: the second operand is evaluated only when the first is false."""

    def evaluate(self, scope: Scope) -> Value:
        """Return whether one operand is true."""
        first, second = self.children
        return is_true(first.evaluate(scope)) or is_true(second.evaluate(scope))


@dataclass(frozen=True, slots=True)
class Both(Node):
    """``&&``: the second operand is evaluated only when the first is true."""

    def evaluate(self, scope: Scope) -> Value:
        """Return whether both operands are true."""
        first, second = self.children
        return is_true(first.evaluate(scope)) and is_true(second.evaluate(scope))


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """``condition ? one : other``."""

    def evaluate(self, scope: Scope) -> Value:
        """Evaluate the condition, then the chosen operand."""
        condition, one, other = self.children
        return (one if is_true(condition.evaluate(scope)) else other).evaluate(scope)


@dataclass(frozen=True, slots=True)
class Fallback(Node):
    """``value ?: other``: the other when the value is null or empty."""

    def evaluate(self, scope: Scope) -> Value:
        """Return the first operand that is not null or empty."""
        value = self.children[0].evaluate(scope)
        return self.children[1].evaluate(scope) if value in (None, "") else value


@dataclass(frozen=True, slots=True)
class Member(Node):
    """A member of a value, by its name or index."""

    @property
    def path(self) -> str | None:
        """The path of the value, with the name of the member."""
        owner, key = self.children
        if owner.path is None or not isinstance(key, Constant):
            return None
        return f"{owner.path}.{key.value}" if isinstance(key.value, str) else None

    def evaluate(self, scope: Scope) -> Value:
        """Look up the member."""
        owner, key = self.children
        return member(owner.evaluate(scope), key.evaluate(scope))


def member(value: Value, key: Value) -> Value:
    """
    Look up a member of a value; null for a missing member, and for a member of null.

    :param value: a list, a text, or an object with members.
    :param key: the name, or the index.
    :raises EvaluationFailed: when the value has no such members.
    """
    if value is None:
        return None
    if isinstance(value, Lookup | Mapping) and isinstance(key, str):
        return value.get(key)
    if isinstance(value, list | tuple | str) and type(key) is int:
        return value[key] if 0 <= key < len(value) else None
    if isinstance(value, Mapping | Lookup) and not isinstance(key, list | tuple):
        return None
    if isinstance(value, list | tuple) and key == "length":
        # As of Java's arrays, such as #request.paths.
        return len(value)
    if isinstance(value, str) and key == "bytes":
        return encoded_text(value)
    raise EvaluationFailed(f"{name_of(value)} has no member by {name_of(key)}")
