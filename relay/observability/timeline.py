"""The moments of one exchange, in order."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

MOST_MOMENTS = 64
"""How many moments of an exchange are kept; the first ones, and the last ones."""


class Mark(StrEnum):
    """What has happened; the list is closed."""

    ADMITTED = "admitted"
    HEAD = "head"
    CHALLENGED = "challenged"


class Moment(NamedTuple):
    """
    One moment.

    :param at_s: of the clock of the timeline, in seconds.
    :param detail: what it was about, such as the id of a plan; without secrets.
    """

    at_s: float
    mark: Mark
    detail: str | None


class Timeline:
    """
    What has happened to one exchange. Nothing that happens for each event is noted.

    :param seconds: the clock.
    """

    __slots__ = ("_seconds", "dropped", "moments")

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self.moments: list[Moment] = []
        self.dropped = 0
        """How many moments are left out, in the middle of :attr:`moments`."""

    def note(self, mark: Mark, detail: str | None = None) -> None:
        """Add a moment, now."""
        moments = self.moments
        if len(moments) == MOST_MOMENTS:
            del moments[MOST_MOMENTS // 2]
            self.dropped += 1
        moments.append(Moment(self._seconds(), mark, detail))
