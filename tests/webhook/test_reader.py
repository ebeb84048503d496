"""A reader of a channel that takes one event at a time."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.entry import Gap
from relay.webhook.event import OutgoingEvent
from relay.webhook.reader import Reader
from tests.webhook.desk import Desk


class ReaderTests(SynchronousTestCase):
    """A reader of one topic."""

    def setUp(self) -> None:
        """Make a topic of which three events are kept, and a reader."""
        self.desk = Desk(maxEvents=3)
        self.taken: list[str] = []
        self.gaps: list[Gap] = []
        self.losses = 0
        self.reader = Reader(self.take, self.gaps.append, self.lost)

    def take(self, event: OutgoingEvent) -> None:
        """Take note of an event."""
        self.taken.append(event.body.decode())

    def lost(self) -> None:
        """Take note of a channel that is gone."""
        self.assertFalse(self.reader.attached)
        self.losses += 1

    def attach(self, position: str | None = None) -> str:
        """Read the topic."""
        self.reader.attach(self.desk.topic(), position, "sub")
        place = self.reader.place
        assert place is not None
        return place

    def resume(self) -> None:
        """Resume the reader, and run a turn."""
        self.reader.resume()
        self.desk.clock.advance(0)

    def test_one_at_a_time(self) -> None:
        """The next comes when it is wanted; the rest stays in the log."""
        self.attach()
        self.resume()
        self.desk.publish("a", "b", "c")
        self.assertEqual((self.taken, self.reader.behind), (["a"], 2))
        self.resume()
        self.assertEqual((self.taken, self.reader.behind), (["a", "b"], 1))
        self.resume()
        self.assertEqual((self.taken, self.reader.behind), (["a", "b", "c"], 0))
        self.resume()
        self.desk.publish("d")
        self.assertEqual(self.taken[-1], "d")

    def test_what_is_pending(self) -> None:
        """The event that was taken counts, and its arrival is the oldest."""
        self.attach()
        self.assertEqual((self.reader.pending, self.reader.oldest_ms), (0, None))
        self.resume()
        begun_ms = self.desk.wall_ms()
        self.desk.publish("a")
        self.desk.clock.advance(1)
        self.desk.publish("b")
        self.assertEqual((self.reader.pending, self.reader.oldest_ms), (2, begun_ms))
        self.resume()
        self.assertEqual(
            (self.reader.pending, self.reader.oldest_ms), (1, begun_ms + 1000)
        )
        self.resume()
        self.assertEqual((self.reader.pending, self.reader.oldest_ms), (0, None))

    def test_nothing_comes_before_it_is_wanted(self) -> None:
        """A paused reader receives nothing, and knows how many events wait."""
        self.attach()
        self.reader.pause()
        self.desk.publish("a", "b")
        self.assertEqual((self.taken, self.reader.behind), ([], 2))

    def test_the_place_where_it_began(self) -> None:
        """Another reader continues from the place where the first one began."""
        self.desk.publish("old")
        place = self.attach()
        self.reader.detach()
        self.desk.publish("a", "b")
        self.assertEqual(self.attach(place), place)
        for _ in range(2):
            self.resume()
        self.assertEqual((self.taken, self.gaps), (["a", "b"], []))

    def test_a_place_that_is_no_longer_kept(self) -> None:
        """A gap comes before the first event that is still kept."""
        place = self.attach()
        self.reader.detach()
        self.desk.publish("a", "b", "c", "d")
        self.attach(place)
        self.assertEqual(self.taken, [])
        self.resume()
        self.assertEqual(len(self.gaps), 1)
        self.assertEqual(self.taken, ["b"])

    def test_detached(self) -> None:
        """A detached reader receives nothing, and calls nothing."""
        self.attach()
        self.resume()
        for _ in range(2):
            self.reader.detach()
        self.desk.publish("a")
        self.reader.resume()
        self.reader.pause()
        self.assertEqual((self.taken, self.reader.behind, self.losses), ([], 0, 0))
        self.assertFalse(self.reader.attached)

    def test_a_channel_that_is_closed(self) -> None:
        """
        The closing of the channel is reported once, and the reader may attach to
        another one.
        """
        self.attach()
        self.resume()
        self.desk.channels.reset()
        self.desk.clock.advance(0)
        self.assertEqual(self.losses, 1)
        self.attach()
        self.resume()
        self.desk.publish("a")
        self.assertEqual((self.taken, self.losses), (["a"], 1))
