"""Errors of expressions."""

from __future__ import annotations


class BadExpression(ValueError):
    """
    An expression that cannot be parsed.

    :param problem: the error, as the rest of a sentence.
    :param position: counted from 0 in the whole text.
    """

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(f"{problem} (at character {position + 1})")
        self.problem = problem
        self.position = position


class EvaluationFailed(Exception):
    """An expression has no value in a scope."""
