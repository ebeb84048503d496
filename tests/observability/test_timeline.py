"""The moments of one exchange."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.model.marks import FIELDS, Mark, Moment
from relay.observability.timeline import MOST_MOMENTS, Timeline


class SharedJournal:
    """Moments that are set by the test."""

    def __init__(self, *moments: Moment) -> None:
        self.moments = list(moments)


class TimelineTests(SynchronousTestCase):
    """A timeline with a clock of the test."""

    def setUp(self) -> None:
        """Set the clock to 0."""
        self.clock = Clock()
        self.timeline = Timeline(self.clock.seconds)

    def test_moments_are_in_order(self) -> None:
        """A moment has the time at which it was noted, and its values have names."""
        self.timeline.note(Mark.ADMITTED, "gold", "app", None)
        self.clock.advance(2.5)
        self.timeline.note(Mark.HEAD, 200)
        self.assertEqual(
            self.timeline.moments,
            [(0.0, Mark.ADMITTED, ("gold", "app", None)), (2.5, Mark.HEAD, (200,))],
        )
        details = [one.detail() for one in self.timeline.moments]
        admitted = {"planId": "gold", "applicationId": "app"}
        self.assertEqual(details, [admitted, {"status": 200}])

    def test_every_mark_has_fields(self) -> None:
        """The names of the values of each mark are known."""
        self.assertEqual(set(FIELDS), set(Mark))

    def test_values_without_a_name(self) -> None:
        """A moment with more values than its mark has names cannot be shown."""
        self.timeline.note(Mark.HEAD, 200, "more")
        self.assertRaises(ValueError, self.timeline.moments[0].detail)

    def test_a_long_timeline_keeps_its_beginning_and_its_end(self) -> None:
        """Moments in the middle are left out and counted."""
        for number in range(1000):
            self.timeline.note(Mark.CHALLENGED, number)
        kept = [one.values[0] for one in self.timeline.moments]
        half = MOST_MOMENTS // 2
        self.assertEqual(kept[:half], list(range(half)))
        self.assertEqual(kept[half:], list(range(1000 - half, 1000)))
        self.assertEqual(self.timeline.dropped, 1000 - MOST_MOMENTS)

    def test_pauses_are_one_moment(self) -> None:
        """Their number, their sum and the longest are told."""
        self.clock.advance(1)
        for lasted_s in (0.5, 2.0, 0.25):
            self.timeline.pause()
            self.timeline.pause()
            self.clock.advance(lasted_s)
            self.timeline.resume()
            self.clock.advance(10)
        self.assertEqual(self.timeline.moments, [(1.0, Mark.PAUSED, (3, 2750, 2000))])

    def test_a_pause_that_lasts(self) -> None:
        """It counts up to now, and to the end once the exchange is over."""
        self.timeline.pause()
        self.clock.advance(4)
        self.assertEqual(self.timeline.moments[0].values, (1, 4000, 4000))
        self.timeline.resume()
        self.timeline.note(Mark.ENDED, "slow_consumer", None, None)
        self.clock.advance(4)
        self.assertEqual(self.timeline.moments[0].values, (1, 4000, 4000))

    def test_a_journal(self) -> None:
        """What happens to the channel is told from the attachment to the end."""
        lost = ("one", "why")
        journal = SharedJournal(Moment(0.5, Mark.SOURCE_LOST, lost))
        self.clock.advance(1)
        self.timeline.note(Mark.ATTACHED, "channel", "lost")
        self.timeline.follow(journal)
        journal.moments.append(Moment(2.0, Mark.SOURCE_LOST, lost))
        self.clock.advance(2)
        self.timeline.note(Mark.ENDED, "client_gone", None, None)
        journal.moments.append(Moment(3.0, Mark.SOURCE_LOST, lost))
        journal.moments.append(Moment(4.0, Mark.SOURCE_LOST, lost))
        self.assertEqual(
            [(one.at_s, one.mark) for one in self.timeline.moments],
            [
                (1.0, Mark.ATTACHED),
                (2.0, Mark.SOURCE_LOST),
                (3.0, Mark.SOURCE_LOST),
                (3.0, Mark.ENDED),
            ],
        )
