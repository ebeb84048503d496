"""The rule by which a plan says that it is not for every caller with a credential."""

from __future__ import annotations

from relay.expression.errors import BadExpression
from relay.expression.template import Condition

KNOWN = frozenset({"api", "context", "properties", "request"})
"""The variables that there are before a caller is let in."""


def read_rule(text: str) -> Condition:
    """Read a rule.

    :param text: one ``{#...}``; as in Gravitee the braces may be left out.
    :raises BadExpression: when it cannot be used.
    """
    bare = text.lstrip().startswith("#")
    try:
        rule = Condition.read(f"{{{text}}}" if bare else text)
    except BadExpression as error:
        if not bare:
            raise
        position = min(max(error.position - 1, 0), len(text))
        raise BadExpression(error.problem, position) from None
    if unknown := rule.roots - KNOWN:
        name = min(unknown)
        raise BadExpression(
            f"#{name} is not known before a plan is chosen, only"
            f" #{', #'.join(sorted(KNOWN))}",
            max(text.find(f"#{name}"), 0),
        )
    return rule


def checked(value: str) -> str:
    """Give a rule back that can be used; an empty one is none.

    :param value: the rule.
    :raises ValueError: when it cannot be used.
    """
    if value.strip():
        read_rule(value)
    return value
