"""What has happened to the source of a channel."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import GapReason
from relay.channel.journal import MOST_MOMENTS, Journal
from relay.model.marks import Mark
from tests.channel.readers import Moment, Reader


class JournalTests(SynchronousTestCase):
    """The moments that the subscribers of a channel share."""

    def setUp(self) -> None:
        """Set the clock to 0."""
        self.moment = Moment()
        self.clock = self.moment.clock

    def test_state(self) -> None:
        """The state of the source is in words; a gap does not change it."""
        journal = Journal(self.clock.seconds)
        self.assertEqual(journal.state, "not connected yet")
        journal.note(Mark.SOURCE_CONNECTED, "one", "http://source/")
        journal.note(Mark.GAP, "upstream_reconnect")
        self.assertEqual(journal.state, "source_connected")
        journal.note(Mark.SOURCE_LOST, "one", "the source was silent")
        self.assertEqual(journal.state, "source_lost: the source was silent")

    def test_repetitions(self) -> None:
        """A source that fails for days in the same way has one moment."""
        journal = Journal(self.clock.seconds)
        for _ in range(100):
            journal.note(Mark.SOURCE_LOST, "one", "it answered 500")
            self.clock.advance(30)
        self.assertEqual([one.at_s for one in journal.moments], [0.0])

    def test_bound(self) -> None:
        """The newest moments are kept."""
        journal = Journal(self.clock.seconds)
        for number in range(100):
            journal.note(Mark.SOURCE_LOST, "one", number)
        self.assertEqual(len(journal.moments), MOST_MOMENTS)
        self.assertEqual(journal.moments[-1].values, ("one", 99))

    def test_gaps_of_a_channel(self) -> None:
        """A gap for all subscribers is in the journal, one for a single one is not."""
        channel = self.moment.channel(history={"maxEvents": 10})
        reader = Reader(channel).start()
        channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.assertEqual(
            [one[1:] for one in channel.journal.moments],
            [(Mark.GAP, ("upstream_reconnect",))],
        )
        self.assertEqual(reader.missed_alone, [])
        late = Reader(channel, "an id that nobody knows").start()
        self.clock.advance(60)
        channel.sweep()
        self.assertEqual(len(channel.journal.moments), 1)
        self.assertEqual(late.missed_alone, ["unknown_id"])
