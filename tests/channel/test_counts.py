"""The numbers of channels: arrivals, lags, resumes and gaps."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.counts import LAG_BOUNDS_S, PAUSE_BOUNDS_S
from relay.channel.entry import GapReason
from relay.observability.metrics.catalog.channels import DELIVERY_LAG, EVENT_GAP
from tests.channel.readers import Moment, Reader, messages


class CountsCase(SynchronousTestCase):
    """A channel that delivers when the clock is advanced."""

    def setUp(self) -> None:
        """Make the channel."""
        self.moment = Moment()
        self.channel = self.moment.joining_channel()
        self.counts = self.channel.counts

    def publish(self, *texts: str) -> None:
        """Publish events, and deliver them in the next turn."""
        self.channel.publish(messages(*texts, source_ids=True))
        self.moment.clock.advance(0)

    def lags(self) -> tuple[int, float]:
        """How many lags were observed, and their sum."""
        return sum(self.counts.lags.counts), self.counts.lags.total


class ArrivalTests(CountsCase):
    """What comes from a source."""

    def test_events_and_gaps(self) -> None:
        """A gap is no event."""
        self.publish("a", "bcd")
        self.channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.assertEqual((self.counts.events, self.counts.data), (2, 4))
        self.assertEqual(self.counts.gaps, {("upstream_reconnect",): 1})

    def test_the_time_between_arrivals(self) -> None:
        """Events that come together are one arrival."""
        pauses = self.counts.pauses
        self.publish("a", "b")
        self.assertEqual(sum(pauses.counts), 0)
        self.moment.clock.advance(20)
        self.publish("c", "d")
        self.moment.clock.advance(0.2)
        self.publish("e")
        self.assertEqual(sum(pauses.counts), 2)
        self.assertAlmostEqual(pauses.total, 20.2)

    def test_bounds_are_those_of_the_families(self) -> None:
        """The catalogue declares the same."""
        self.assertEqual(LAG_BOUNDS_S, DELIVERY_LAG.bounds)
        self.assertEqual(PAUSE_BOUNDS_S, EVENT_GAP.bounds)


class LagTests(CountsCase):
    """The time from the arrival until the delivery."""

    def test_one_observation_for_each_batch(self) -> None:
        """The number of subscribers and events does not matter."""
        for _ in range(5):
            Reader(self.channel, shares=True).start()
        self.channel.publish(messages("a", "b"))
        # Without the calls that are due: the turn is late.
        self.moment.clock.rightNow += 0.03
        self.moment.clock.advance(0)
        count, total = self.lags()
        self.assertEqual(count, 1)
        self.assertAlmostEqual(total, 0.03)

    def test_nobody_to_deliver_to(self) -> None:
        """Nothing is observed."""
        self.publish("a")
        self.assertEqual(self.lags(), (0, 0.0))

    def test_a_client_that_takes_nothing(self) -> None:
        """What it is given late is observed, once for each batch."""
        Reader(self.channel, shares=True).start()
        slow = Reader(self.channel, full_after=1).start()
        self.publish("a")
        self.publish("b")
        self.publish("c")
        before, _ = self.lags()
        self.moment.clock.advance(4)
        slow.subscriber.resume()
        count, total = self.lags()
        self.assertEqual(count, before + 1)
        self.assertAlmostEqual(total, 4)

    def test_the_history_that_a_client_missed(self) -> None:
        """Events from before it came are not late."""
        first = Reader(self.channel).start()
        self.publish("a")
        place = first.last_event_id
        self.publish("b", "c")
        self.moment.clock.advance(60)
        before = self.lags()
        back = Reader(self.channel, place).start()
        self.assertEqual(back.seen, ["b", "c"])
        self.assertEqual(self.lags(), before)


class ResumeTests(CountsCase):
    """Clients that name their last event."""

    def test_results(self) -> None:
        """It is known, or not; a new client does not resume."""
        first = Reader(self.channel).start()
        self.publish("a", "b")
        Reader(self.channel, first.last_event_id).start()
        Reader(self.channel, "unknown").start()
        self.assertEqual(
            self.counts.resumes, {("exact", ""): 1, ("gap", "unknown_id"): 1}
        )

    def test_evicted(self) -> None:
        """The reason is the one that the client is told."""
        self.channel = self.moment.joining_channel(history={"maxEvents": 1})
        self.counts = self.channel.counts
        first = Reader(self.channel).start()
        self.publish("a")
        place = first.last_event_id
        self.publish("b", "c")
        Reader(self.channel, place).start()
        self.assertEqual(self.counts.resumes, {("gap", "evicted"): 1})

    def test_a_place_that_is_awaited(self) -> None:
        """It is counted when it is found, or when it is known to be missing."""
        before = self.moment.joining_channel()
        reader = Reader(before).start()
        ids = {}
        for text in "abcd":
            before.publish(messages(text, source_ids=True))
            self.moment.clock.advance(0)
            ids[text] = reader.last_event_id
        Reader(self.channel, ids["b"]).start()
        Reader(self.channel, ids["c"]).start()
        Reader(self.channel, ids["a"]).start()
        self.assertEqual(self.counts.resumes, {("exact", ""): 1})
        self.publish("c", "d")
        self.assertEqual(self.counts.resumes, {("exact", ""): 2})
        self.moment.clock.advance(30)
        self.assertEqual(
            self.counts.resumes, {("exact", ""): 2, ("gap", "unknown_id"): 1}
        )

    def test_a_subscriber_that_skips(self) -> None:
        """It has a gap of its own."""
        slow = Reader(
            self.channel, full_after=1, slow={"policy": "skip", "maxBehindMs": 1000}
        ).start()
        self.publish("a")
        self.publish("b")
        self.moment.clock.advance(5)
        self.channel.sweep()
        self.moment.clock.advance(0)
        slow.subscriber.resume()
        self.assertEqual(self.counts.gaps, {("slow_consumer",): 1})
