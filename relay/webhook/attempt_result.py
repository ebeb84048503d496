"""The result of one attempt to deliver an event, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

_RETRIED = frozenset((408, 425, 429))
"""Statuses besides 5xx after which the receiver may accept the event later."""


class NextStep(Enum):
    """The next step of a delivery after an attempt; the values are those of the log."""

    DELIVERED = "delivered"
    RETRY = "retry"
    """The receiver may accept it later."""
    REJECTED = "rejected"
    """The receiver will not accept this event, but may accept others."""
    STOPPED = "stopped"
    """The receiver will not accept any event."""


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """
    The result of one attempt.

    :param status: of the response; None when there was none.
    :param problem: why there was no response; it holds no secret.
    :param retry_after_s: the receiver's ``Retry-After``, in seconds.
    :param blocked: whether the guard refused the receiver's address.
    :param stale: whether the receiver refused a token that can be fetched again.
    """

    status: int | None
    problem: str = ""
    retry_after_s: float = 0.0
    blocked: bool = False
    stale: bool = False

    @property
    def next_step(self) -> NextStep:
        """The next step while attempts are left."""
        status = self.status
        if self.blocked or status == 410:
            return NextStep.STOPPED
        if status is None or self.stale or status in _RETRIED or status >= 500:
            return NextStep.RETRY
        return NextStep.DELIVERED if 200 <= status < 300 else NextStep.REJECTED

    @property
    def reason(self) -> str:
        """The result as text for logs and the management API."""
        if self.status is None:
            return self.problem
        if 300 <= self.status < 400:
            return f"answered {self.status}: redirects are not followed"
        return f"answered {self.status}"
