"""Conditions on the head of a response."""

from __future__ import annotations

from relay.expression.errors import BadExpression
from relay.expression.template import Condition


def condition(value: str) -> str:
    """
    Check a condition.

    :param value: such as ``{#response.status == 200}``.
    :returns: the same.
    :raises ValueError: when it is invalid, or uses more than the response.
    """
    try:
        others = Condition.read(value).roots - {"response"}
    except BadExpression as error:
        raise ValueError(str(error)) from None
    if others:
        raise ValueError(f"only #response is known here, not #{min(others)}")
    return value
