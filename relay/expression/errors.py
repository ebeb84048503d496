"""What can go wrong with an expression."""

from __future__ import annotations


class BadExpression(ValueError):
    """
    An expression that cannot be used, found when it is read.

    :param problem: what is wrong, as the rest of a sentence.
    :param position: where, counted from 0 in the whole text.
    """

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(f"{problem} (at character {position + 1})")
        self.problem = problem
        self.position = position


class EvaluationFailed(Exception):
    """An expression that has no value for what it is evaluated on."""
