"""Selection rules: conditions on the callers that a plan applies to."""

from __future__ import annotations

from relay.expression.errors import BadExpression
from relay.expression.template import Condition

KNOWN = frozenset({"api", "context", "properties", "request"})
"""The variables that are known before a caller is admitted."""


def read_rule(text: str) -> Condition:
    """Parse a rule.

    :param text: one ``{#...}``; as in Gravitee the braces may be left out.
    :raises BadExpression: when it is invalid.
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
    """Validate a rule; an empty one is no rule.

    :raises ValueError: when it is invalid.
    """
    if value.strip():
        read_rule(value)
    return value
