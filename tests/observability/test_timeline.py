"""The moments of one exchange."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.timeline import MOST_MOMENTS, Mark, Timeline


class TimelineTests(SynchronousTestCase):
    """A timeline with a clock of the test."""

    def test_moments_are_in_order(self) -> None:
        """A moment has the time at which it was noted."""
        clock = Clock()
        timeline = Timeline(clock.seconds)
        timeline.note(Mark.ADMITTED, "gold")
        clock.advance(2.5)
        timeline.note(Mark.HEAD)
        self.assertEqual(
            timeline.moments,
            [(0.0, Mark.ADMITTED, "gold"), (2.5, Mark.HEAD, None)],
        )

    def test_a_long_timeline_keeps_its_beginning_and_its_end(self) -> None:
        """Moments in the middle are left out and counted."""
        timeline = Timeline(Clock().seconds)
        for number in range(1000):
            timeline.note(Mark.CHALLENGED, str(number))
        kept = [int(str(one.detail)) for one in timeline.moments]
        half = MOST_MOMENTS // 2
        self.assertEqual(kept[:half], list(range(half)))
        self.assertEqual(kept[half:], list(range(1000 - half, 1000)))
        self.assertEqual(timeline.dropped, 1000 - MOST_MOMENTS)
