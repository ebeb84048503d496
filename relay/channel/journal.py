"""What has happened to the source of a channel."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from relay.model.marks import Mark, Moment, Value

MOST_MOMENTS = 32
"""How many moments a channel keeps; the newest."""


class Journal:
    """
    The newest moments of one channel, which all its subscribers share.

    :param seconds: the clock.
    """

    __slots__ = ("_seconds", "moments", "state")

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self.moments: deque[Moment] = deque(maxlen=MOST_MOMENTS)
        self.state = "not connected yet"
        """The state of the source, in words."""

    def note(self, mark: Mark, *values: Value) -> None:
        """
        Add a moment, now. One that repeats the moment before it is left out: a source
        may be called for days.

        :param values: as :data:`~relay.model.marks.FIELDS` names them.
        """
        moments = self.moments
        if moments and moments[-1][1:] == (mark, values):
            return
        moment = Moment(self._seconds(), mark, values)
        moments.append(moment)
        if mark is not Mark.GAP:
            reason = moment.detail().get("reason")
            self.state = mark if reason is None else f"{mark}: {reason}"
