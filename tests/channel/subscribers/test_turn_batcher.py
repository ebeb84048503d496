"""The events of one turn are sent in one write."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import GapReason
from tests.channel.readers import GAP, Moment, Reader, messages


class TurnTests(SynchronousTestCase):
    """A channel whose additions come one by one."""

    def setUp(self) -> None:
        """Open a channel that is read."""
        self.moment = Moment()
        self.channel = self.moment.joining_channel()
        self.reader = Reader(self.channel).start()

    def test_joined(self) -> None:
        """
        The write has the events and gaps in order; the next turn has a write of its
        own.
        """
        self.channel.publish(messages("a"))
        self.channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.channel.publish(messages("b", "c"))
        self.moment.clock.advance(0)
        self.assertEqual(self.reader.seen, ["a", GAP, "b", "c"])
        self.channel.publish(messages("d"))
        self.moment.clock.advance(0)
        self.assertEqual(self.reader.seen[-1], "d")
        self.assertEqual(len(self.reader.writes), 2)

    def test_one_who_comes_meanwhile(self) -> None:
        """
        A reader that comes within the turn receives the events after its place, each
        once.
        """
        first, _ = self.channel.publish(messages("a", "b"))
        late = Reader(self.channel).start()
        back = Reader(self.channel, first.id).start()
        self.channel.publish(messages("c"))
        self.moment.clock.advance(0)
        self.assertEqual(self.reader.seen, ["a", "b", "c"])
        self.assertEqual(late.seen, ["c"])
        self.assertEqual(back.seen, ["b", "c"])

    def test_one_who_pauses_meanwhile(self) -> None:
        """Has what came before, and reads on after it."""
        self.channel.publish(messages("a"))
        self.reader.subscriber.pause()
        self.channel.publish(messages("b"))
        self.moment.clock.advance(0)
        self.assertEqual(self.reader.seen, ["a"])
        self.reader.subscriber.resume()
        self.assertEqual(self.reader.seen, ["a", "b"])

    def test_the_end(self) -> None:
        """Comes after all that was added."""
        self.channel.publish(messages("a"))
        self.channel.end()
        self.assertEqual((self.reader.seen, self.reader.ended), (["a"], "finished"))
        self.moment.clock.advance(0)
        self.assertEqual(self.moment.clock.getDelayedCalls(), [])

    def test_closed(self) -> None:
        """A reader that is sent away receives the earlier events."""
        self.channel.publish(messages("a"))
        self.channel.close()
        self.assertEqual((self.reader.seen, self.reader.ended), (["a"], "left"))
        self.moment.clock.advance(0)
        self.assertEqual(self.moment.clock.getDelayedCalls(), [])
