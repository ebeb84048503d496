"""Whether an endpoint can be called, from what its checks found."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from relay.model.api.health_check import HealthCheck

KEPT = 1000
"""How many results are remembered of an endpoint."""


class Status(StrEnum):
    """What is known of an endpoint."""

    UP = "UP"
    TRANSITIONALLY_DOWN = "TRANSITIONALLY_DOWN"
    """It failed, not often enough to be left out."""
    DOWN = "DOWN"
    TRANSITIONALLY_UP = "TRANSITIONALLY_UP"
    """It was down and answered, not often enough to be called."""


_AVAILABLE = (Status.UP, Status.TRANSITIONALLY_DOWN)


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found."""

    at_ms: int
    """When it began, in milliseconds since the Unix epoch."""
    status: int
    """The response's, 504 for none in time, -1 for no connection, 502 for another
    failure."""
    took_ms: int
    problem: str = ""
    """A sentence on what went wrong; empty for a success."""

    @property
    def success(self) -> bool:
        """Whether the endpoint passed."""
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
        """Until a check has failed, an endpoint is taken to be up."""
        self._in_a_row = 0
        self._results: deque[Result] = deque(maxlen=KEPT)

    @property
    def available(self) -> bool:
        """Whether it may be called."""
        return self.status in _AVAILABLE

    def as_json(self) -> dict[str, Any]:
        """Give all that is known, as JSON."""
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
        Draw the consequences of a check.

        :param result: what it found.
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
        # A result of the other kind in between begins the count anew; an endpoint that
        # has not been down yet is up again with the first success.
        self._in_a_row = self._in_a_row + 1 if self.status is by else 1
        was_up = self.status is Status.TRANSITIONALLY_DOWN and towards is Status.UP
        was_down = self.status is Status.TRANSITIONALLY_UP and towards is Status.DOWN
        arrived = was_up or was_down or self._in_a_row >= threshold
        self.status = towards if arrived else by
