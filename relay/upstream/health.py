"""The health of an endpoint, from the results of its checks."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from relay.model.api.endpoints.health_check import HealthCheck

KEPT = 1000
"""The number of results that are kept for an endpoint."""


class Status(StrEnum):
    """The state of an endpoint."""

    UP = "UP"
    TRANSITIONALLY_DOWN = "TRANSITIONALLY_DOWN"
    """Failed, but fewer times than ``failureThreshold``; it is still called."""
    DOWN = "DOWN"
    TRANSITIONALLY_UP = "TRANSITIONALLY_UP"
    """Was down and succeeded, but fewer times than ``successThreshold``; not called."""


_AVAILABLE = (Status.UP, Status.TRANSITIONALLY_DOWN)


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one check."""

    at_ms: int
    """The start of the check, in milliseconds since the Unix epoch."""
    status: int
    """The status of the response; 504 if it did not arrive in time, -1 without a
    connection, 502 for any other failure."""
    took_ms: int
    problem: str = ""
    """A description of the failure; empty for a success."""

    @property
    def success(self) -> bool:
        """Whether the check succeeded."""
        return not self.problem


class Health:
    """
    The health of one endpoint.

    :param endpoint: its name.
    :param check: how it is checked.
    """

    def __init__(self, endpoint: str, check: HealthCheck) -> None:
        self.endpoint = endpoint
        self.check = check
        self.status = Status.UP
        """Before a check has failed, an endpoint counts as up."""
        self._in_a_row = 0
        self._results: deque[Result] = deque(maxlen=KEPT)

    @property
    def available(self) -> bool:
        """Whether the endpoint can be called."""
        return self.status in _AVAILABLE

    def as_json(self) -> dict[str, Any]:
        """Return the state and the results, as JSON."""
        return {
            "endpoint": self.endpoint,
            "status": self.status.value,
            "available": self.available,
            "method": self.check.method,
            "results": [
                asdict(one) | {"success": one.success} for one in self._results
            ],
        }

    def record(self, result: Result) -> None:
        """
        Update the state with the result of a check.
        """
        self._results.append(result)
        if result.success:
            self._move(
                Status.UP, Status.TRANSITIONALLY_UP, self.check.success_threshold
            )
        else:
            self._move(
                Status.DOWN, Status.TRANSITIONALLY_DOWN, self.check.failure_threshold
            )

    def _move(self, towards: Status, by: Status, threshold: int) -> None:
        if self.status is towards:
            return
        # An opposite result resets the count. An endpoint that has not been down is up
        # again after the first success.
        self._in_a_row = self._in_a_row + 1 if self.status is by else 1
        was_up = self.status is Status.TRANSITIONALLY_DOWN and towards is Status.UP
        was_down = self.status is Status.TRANSITIONALLY_UP and towards is Status.DOWN
        arrived = was_up or was_down or self._in_a_row >= threshold
        self.status = towards if arrived else by
