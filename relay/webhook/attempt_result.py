"""What came of one attempt to deliver an event, and what is to be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_AGAIN = frozenset((408, 425, 429))
"""Beside 5xx: a receiver that may well take the event later."""


class NextStep(Enum):
    """What becomes of an event."""

    TAKEN = "delivered"
    AGAIN = "retry"
    """It may be taken later."""
    HOPELESS = "rejected"
    """It never will, but others may."""
    STOP = "stopped"
    """No event will."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """
    One attempt.

    :param status: of the answer; None when there was none.
    :param problem: why there was none, for people; it holds no secret.
    :param retry_after_s: how long the receiver wants to be left alone.
    :param barred: whether its address may not be called at all.
    :param stale: whether a token was refused that can be fetched anew.
    """

    status: int | None
    problem: str = ""
    retry_after_s: float = 0.0
    barred: bool = False
    stale: bool = False

    @property
    def verdict(self) -> NextStep:
        """What is to be done."""
        status = self.status
        if self.barred or status == 410:
            return NextStep.STOP
        if status is None or self.stale or status in _AGAIN or status >= 500:
            return NextStep.AGAIN
        return NextStep.TAKEN if 200 <= status < 300 else NextStep.HOPELESS

    @property
    def reason(self) -> str:
        """What happened, for people."""
        if self.status is None:
            return self.problem
        if 300 <= self.status < 400:
            return f"answered {self.status}: redirects are not followed"
        return f"answered {self.status}"
