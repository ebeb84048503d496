"""The moments of one exchange, in order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from relay.model.marks import Mark, Moment, Value

MOST_MOMENTS = 64
"""How many moments of an exchange are kept; the first ones, and the last ones."""


class Journal(Protocol):
    """Moments that several exchanges share, such as those of a channel's source."""

    @property
    def moments(self) -> Sequence[Moment]:
        """The newest moments, in order, of the same clock."""


class Pauses:
    """The times in which the client took no more, as sums."""

    __slots__ = ("_open_s", "_seconds", "count", "longest_s", "since_s", "total_s")

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self.count = 0
        self.total_s = 0.0
        self.longest_s = 0.0
        self.since_s = seconds()
        """When the first of them began."""
        self._open_s: float | None = None
        """When the present one began; None while there is none."""

    def begin(self) -> None:
        """The client takes no more."""
        if self._open_s is None:
            self._open_s = self._seconds()
            self.count += 1

    def end(self) -> None:
        """The client takes more, or has gone."""
        if self._open_s is not None:
            lasted_s = self._seconds() - self._open_s
            self._open_s = None
            self.total_s += lasted_s
            self.longest_s = max(self.longest_s, lasted_s)

    @property
    def lasts(self) -> bool:
        """Whether the client takes no more now."""
        return self._open_s is not None

    def moment(self) -> Moment:
        """Return all of them as one moment; one that lasts counts up to now."""
        lasts_s = 0.0 if self._open_s is None else self._seconds() - self._open_s
        total_ms = round((self.total_s + lasts_s) * 1000)
        longest_ms = round(max(self.longest_s, lasts_s) * 1000)
        values = (self.count, total_ms, longest_ms)
        return Moment(self.since_s, Mark.PAUSED, values)


class Timeline:
    """
    What has happened to one exchange. Nothing that happens for each event is noted.

    :param seconds: the clock.
    """

    __slots__ = ("_journal", "_noted", "_seconds", "dropped", "pauses")

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._noted: list[Moment] = []
        self.pauses: Pauses | None = None
        """The times in which the client took no more; None without any."""
        self._journal: Journal | None = None
        self.dropped = 0
        """How many moments are left out, in the middle of those that were noted."""

    def note(self, mark: Mark, *values: Value) -> None:
        """
        Add a moment, now.

        :param values: as :data:`~relay.model.marks.FIELDS` names them.
        """
        noted = self._noted
        if len(noted) == MOST_MOMENTS:
            del noted[MOST_MOMENTS // 2]
            self.dropped += 1
        noted.append(Moment(self._seconds(), mark, values))

    def pause(self) -> None:
        """Note that the client takes no more."""
        if self.pauses is None:
            self.pauses = Pauses(self._seconds)
        self.pauses.begin()

    def resume(self) -> None:
        """Note that the client takes more."""
        if self.pauses is not None:
            self.pauses.end()

    def follow(self, journal: Journal) -> None:
        """
        Include the moments of a journal, from now until the end of the exchange.

        :param journal: nothing is added to it for this exchange.
        """
        self._journal = journal

    @property
    def moments(self) -> list[Moment]:
        """All moments that are kept, in order."""
        noted = self._noted
        if self.pauses is None and self._journal is None:
            return noted[:]
        moments = noted[:]
        if self.pauses is not None:
            moments.append(self.pauses.moment())
        if self._journal is not None:
            since_s = next(
                (one.at_s for one in noted if one.mark is Mark.ATTACHED), 0.0
            )
            until_s = float("inf")
            if noted and noted[-1].mark is Mark.ENDED:
                until_s = noted[-1].at_s
            moments += [
                one for one in self._journal.moments if since_s <= one.at_s <= until_s
            ]
        # Stable: what was noted at one instant stays in its order, ENDED stays last.
        moments.sort(key=_order)
        return moments


def _order(moment: Moment) -> tuple[float, bool]:
    return moment.at_s, moment.mark is Mark.ENDED
