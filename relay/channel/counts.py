"""What happens in the channels of one API, in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from relay.channel.entry import Entry
from relay.tally import Histogram, Tally

LAG_BOUNDS_S = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05),
    *(0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 60.0),
)
PAUSE_BOUNDS_S = (
    *(0.001, 0.01, 0.1, 0.5, 1.0, 5.0, 15.0),
    *(30.0, 60.0, 300.0, 900.0, 3600.0),
)


class ChannelCounts:
    """Counts over all channels of one API, also those that are closed by now."""

    __slots__ = ("data", "events", "gaps", "lags", "pauses", "resumes")

    def __init__(self) -> None:
        self.events = 0
        """Events that were added to channels."""
        self.data = 0
        """Their data, in characters."""
        self.gaps = Tally()
        """Places where events may be missing, by reason."""
        self.resumes = Tally()
        """Clients that named their last event: ``exact``, or ``gap`` and the reason."""
        self.lags = Histogram(LAG_BOUNDS_S)
        """Seconds from the arrival of events until subscribers were given them."""
        self.pauses = Histogram(PAUSE_BOUNDS_S)
        """Seconds between two arrivals of events in one channel."""

    def added(self, entries: Sequence[Entry]) -> None:
        """Count entries that were added to a channel together."""
        for entry in entries:
            if entry.message is not None:
                self.events += 1
                self.data += len(entry.message.data)
            elif entry.gap is not None:
                self.gaps.count(entry.gap.reason.value)

    def delivered(self, entries: Sequence[Entry], now_s: float) -> None:
        """
        Count the lag of entries that were given together.

        :param entries: in order, at least one.
        """
        self.lags.observe(now_s - entries[0].arrived_s)
