"""What is left of a drain, for those who show it."""

from __future__ import annotations

from typing import Protocol


class DrainProgress(Protocol):
    """What is left of a drain; see :class:`relay.gateway.drain.Progress`."""

    @property
    def streams(self) -> int:
        """How many event streams are to be ended."""

    @property
    def calls(self) -> int:
        """How many other exchanges are open."""

    @property
    def rate_per_s(self) -> float:
        """How many streams are ended in a second."""

    @property
    def spread_left_s(self) -> float:
        """The time until the last stream is ended."""

    @property
    def hard_stop_left_s(self) -> float:
        """The time until everything that is left is cut."""
