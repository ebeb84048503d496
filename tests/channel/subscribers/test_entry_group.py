"""Subscribers that take entries one by one."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channel import Channel
from relay.channel.entry import Entry, Gap, GapReason
from relay.channel.subscribers.filter import Filter
from relay.channel.subscribers.subscriber import EntrySubscriber, State
from relay.channel.verdict import SourceRefusal
from relay.model.outcome import Outcome
from tests.channel.readers import GAP, Moment, messages


class Taker:
    """Takes entries, as many as it wants at a time."""

    def __init__(
        self, channel: Channel, after: str | None = None, wanted: Filter | None = None
    ) -> None:
        self.subscriber = EntrySubscriber(wanted or Filter(), self, "192.0.2.1")
        self.channel = channel
        self.seen: list[str] = []
        self.wants: int | None = None
        self.ended: str | None = None
        channel.attach(self.subscriber, after)

    def take(self, entry: Entry) -> None:
        """Take one; pause when it was the last that was wanted."""
        assert entry.message is not None
        self.seen.append(entry.message.data)
        if self.wants is not None:
            self.wants -= 1
            if not self.wants:
                self.subscriber.pause()

    def missed(self, gap: Gap) -> None:
        """Note a gap."""
        self.seen.append(GAP)

    def cut(self, outcome: Outcome, key: str) -> None:
        """Record the key of the end."""
        self._end(key)

    def fail(self, outcome: Outcome) -> None:
        """Record the failure."""
        self._end(outcome)

    def refused(self, refusal: SourceRefusal) -> None:
        """Record the source's refusal."""
        self._end("refused")

    def finish(self) -> None:
        """Come to the end."""
        self._end("finished")

    def leave(self) -> None:
        """Record that the channel was closed."""
        self._end("left")

    def _end(self, how: str) -> None:
        self.ended = how
        self.subscriber.leave()


class EntryGroupTests(SynchronousTestCase):
    """Readers that are given entries as the log has them."""

    def setUp(self) -> None:
        """Open a channel."""
        self.moment = Moment()
        self.channel = self.moment.joining_channel()

    def test_each_has_its_own_position(self) -> None:
        """A reader that takes a single entry leaves the other entries in the log."""
        eager, picky = Taker(self.channel), Taker(self.channel)
        picky.wants = 1
        for taker in (eager, picky):
            taker.subscriber.resume()
        self.channel.publish(messages("a", "b", "c"))
        self.channel.gap(GapReason.UPSTREAM_RECONNECT)
        self.moment.turn()
        self.assertEqual(eager.seen, ["a", "b", "c", GAP])
        self.assertEqual((picky.seen, picky.subscriber.position), (["a"], 2))
        picky.wants = 2
        picky.subscriber.resume()
        self.assertEqual((picky.seen, picky.subscriber.position), (["a", "b", "c"], 4))
        picky.wants = None
        picky.subscriber.resume()
        self.assertEqual(picky.seen, ["a", "b", "c", GAP])
        self.assertIs(picky.subscriber.state, State.LIVE)

    def test_one_that_goes_on_at_once(self) -> None:
        """Resuming amid an entry neither loses nor doubles the next."""

        class Stutterer(Taker):
            """Pauses and resumes with each entry."""

            def take(self, entry: Entry) -> None:
                super().take(entry)
                self.subscriber.pause()
                self.subscriber.resume()

        taker = Stutterer(self.channel)
        taker.subscriber.resume()
        self.channel.publish(messages("a", "b", "c"))
        self.moment.turn()
        self.channel.publish(messages("d"))
        self.moment.turn()
        self.assertEqual(taker.seen, list("abcd"))
        self.assertIs(taker.subscriber.state, State.LIVE)

    def test_a_filter_is_applied_once_for_all(self) -> None:
        """
        A filter is applied once for all readers, and its results are dropped after the
        turn.
        """
        calls: list[str] = []

        class Counting(Filter):
            """Counts the entries that it filters."""

            def select(self, entry: Entry) -> Entry | None:
                calls.append(entry.id)
                return super().select(entry)

        compiled = Filter.read(frozenset(), "n > `1`")
        wanted = Counting(compiled.types, compiled.expression, compiled._compiled)
        takers = [Taker(self.channel, wanted=wanted) for _ in range(3)]
        for taker in takers:
            taker.subscriber.resume()
        entries = self.channel.publish(messages('{"n": 1}', '{"n": 2}'))
        self.moment.turn()
        for taker in takers:
            self.assertEqual(taker.seen, ['{"n": 2}'])
        self.assertEqual(calls, [entry.id for entry in entries])
        late = Taker(self.channel, self.channel.log.cursor(0), wanted)
        late.subscriber.resume()
        self.assertEqual(late.seen, ['{"n": 2}'])
        self.assertEqual([entry.memo for entry in entries], [None, None])

    def test_what_was_added_before_the_end(self) -> None:
        """Entries that were added before the end are delivered before it."""
        for act, told in (
            (Channel.end, "finished"),
            (Channel.close, "left"),
        ):
            channel = self.moment.joining_channel()
            taker = Taker(channel)
            taker.subscriber.resume()
            channel.publish(messages("a"))
            act(channel)
            self.assertEqual((taker.seen, taker.ended), (["a"], told))

    def test_a_place_that_is_gone(self) -> None:
        """A reader whose next entry has left the history is cut."""
        channel = self.moment.joining_channel(history={"maxEvents": 2})
        taker = Taker(channel)
        taker.wants = 1
        taker.subscriber.resume()
        channel.publish(messages("a", "b", "c", "d"))
        self.moment.turn()
        self.assertEqual((taker.seen, taker.ended), ([], "CLIENT_TOO_FAR_BEHIND"))
