"""
Groups of every kind beside each other, made at any time: each reader has all, once.

Readers of bytes and of entries, with and without filters, come, leave, are full and
come back while a round waits for its share of a turn, is under way, or is over.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from random import Random

from hypothesis import given, settings, strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channel import Channel
from relay.channel.entry import Entry, Gap
from relay.channel.subscribers.fanout import ROUNDS
from relay.channel.subscribers.filter import Filter
from relay.channel.subscribers.subscriber import EntrySubscriber, State
from relay.channel.verdict import SourceRefusal
from relay.http import fanout
from relay.http.fanout import FanoutTarget, FanoutWriter
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.outcome import Outcome
from relay.reactor.turns import turns_of
from tests.channel.readers import GAP, Moment, Reader, messages

FILTERS = [
    Filter(),
    Filter.read(frozenset(), "@ > `-1`"),
    Filter.read(frozenset(), "@ > `-2`"),
    Filter.read(frozenset(["message"]), ""),
]
"""Each makes a group of its own, and each lets every event through."""


class ByteTaker(Reader):
    """A reader of bytes, which is full when ``fills`` returns true."""

    fills: Callable[[], bool] = staticmethod(lambda: False)

    def deliver(self, data: bytes) -> None:
        """Take bytes; perhaps they are too many."""
        super().deliver(data)
        if self.fills():
            self.subscriber.pause()


class EntryTaker:
    """A reader of entries, which is full when ``fills`` returns true."""

    fills: Callable[[], bool] = staticmethod(lambda: False)

    def __init__(self, channel: Channel, last: str | None, wanted: Filter) -> None:
        self.channel = channel
        self.seen: list[str] = []
        self.last_event_id = last
        self.ended: str | None = None
        self.subscriber = EntrySubscriber(wanted, self)
        channel.attach(self.subscriber, last)

    def take(self, entry: Entry) -> None:
        """Take an event."""
        assert entry.message is not None
        self.seen.append(entry.message.data)
        self.last_event_id = entry.id
        if self.fills():
            self.subscriber.pause()

    def missed(self, gap: Gap) -> None:
        """Take a gap."""
        self.seen.append(GAP)

    def _end(self, how: str) -> None:
        self.ended = how
        self.channel.detach(self.subscriber)

    def cut(self, outcome: Outcome, key: str) -> None:
        """Record the outcome."""
        self._end(outcome)

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


class PromptTaker(EntryTaker):
    """A reader that is full after each entry, and resumes at once."""

    def take(self, entry: Entry) -> None:
        """Take an event."""
        self.subscriber.pause()
        super().take(entry)
        self.subscriber.resume()


class SlowWrites(FanoutWriter):
    """Each step of a write takes a while, or not."""

    clock: Clock
    random: Random

    def write(self, data: bytes, events: int) -> Iterator[Collection[FanoutTarget]]:
        """Advance the clock after each step."""
        for failed in super().write(data, events):
            yield failed
            self.clock.rightNow += self.random.choice((0, 0.004, 0.02))


class GroupTests(SynchronousTestCase):
    """One channel with a reader of each kind."""

    def setUp(self) -> None:
        """Open a channel."""
        self.moment = Moment()
        self.channel = self.moment.joining_channel()

    def test_a_group_that_is_made_before_the_first_step_of_a_round(self) -> None:
        """
        A new group takes the entries of the round from the log, and not from the round.
        """
        early = Reader(self.channel).start()
        self.channel.publish(messages("0"))
        self.moment.clock.advance(0.1)
        spent = turns_of(self.moment.clock, ROUNDS)
        for _ in range(2):
            spent.postpone(lambda: self.moment.clock.advance(0.03))
        self.channel.publish(messages("1", "2"))
        self.moment.turn()
        self.assertEqual(early.seen, ["0"])
        late = Reader(self.channel, early.last_event_id, wanted=FILTERS[1]).start()
        new = Reader(self.channel, wanted=FILTERS[2]).start()
        for _ in range(5):
            self.moment.clock.advance(0.1)
        self.channel.publish(messages("3"))
        self.moment.clock.advance(0.1)
        self.assertEqual(early.seen, ["0", "1", "2", "3"])
        self.assertEqual(late.seen, ["1", "2", "3"])
        self.assertEqual(new.seen, ["3"])

    def test_one_that_is_full_when_the_source_ends(self) -> None:
        """
        A full reader continues when its client takes more, and ends after the last
        entry.
        """
        byte = ByteTaker(self.channel)
        byte.start()
        entry = EntryTaker(self.channel, None, FILTERS[0])
        entry.subscriber.resume()
        some: list[ByteTaker | EntryTaker] = [byte, entry]
        for reader in some:
            reader.fills = lambda: True
        text = "x" * 70_000
        self.channel.publish(messages(*[f"{number}{text}" for number in range(3)]))
        self.channel.end()
        for reader in some:
            self.assertEqual((len(reader.seen), reader.ended), (1, None))
            while reader.ended is None:
                reader.subscriber.resume()
            self.assertEqual([one[0] for one in reader.seen], ["0", "1", "2"])
            self.assertEqual(reader.ended, "finished")

    def test_one_that_resumes_with_each_entry(self) -> None:
        """A reader that resumes within each delivery does not deepen the stack."""
        entry = PromptTaker(self.channel, None, FILTERS[0])
        entry.subscriber.resume()
        texts = [str(number) for number in range(1000)]
        self.channel.publish(messages(*texts))
        for _ in range(100):
            self.moment.clock.advance(0.01)
        self.assertEqual((entry.seen, entry.ended), (texts, None))


class Schedule:
    """A random schedule."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.moment = Moment()

        class Writer(SlowWrites):
            clock = self.moment.clock
            random = self.random

        self.channel = Channel(
            ChannelOptions.read({}), self.moment.clock, self.moment.wall_ms, Writer
        )
        self.readers: list[ByteTaker | EntryTaker] = []
        self.owed: dict[ByteTaker | EntryTaker, int] = {}
        self.published = 0

    def come(self, last: str | None, owed: int) -> None:
        """Add a reader that is new, or that reconnects."""
        random, wanted = self.random, self.random.choice(FILTERS)
        reader: ByteTaker | EntryTaker
        if random.random() < 0.3:
            reader = EntryTaker(self.channel, last, wanted)
        else:
            shares = random.random() < 0.5
            reader = ByteTaker(self.channel, last, wanted=wanted, shares=shares)
        often = random.choice((0.0, 0.05, 1.0))
        reader.fills = lambda: random.random() < often
        self.owed[reader] = owed
        self.readers.append(reader)
        reader.subscriber.resume()

    def step(self) -> None:
        """Do something, and check what everybody has seen."""
        random, channel = self.random, self.channel
        act = random.choice(
            ["publish", "publish", "pause", "resume", "resume", "leave", "come", "turn"]
        )
        open_readers = [one for one in self.readers if one.ended is None]
        reader = random.choice(self.readers) if self.readers else None
        if act == "publish":
            numbers = range(self.published, self.published + random.randrange(1, 4))
            self.published = numbers.stop
            channel.publish(messages(*map(str, numbers)))
        elif act == "come":
            if reader is None or reader.last_event_id is None:
                self.come(None, self.published)
            else:
                self.come(reader.last_event_id, self.owed[reader] + len(reader.seen))
        elif act == "turn":
            self.moment.turn()
            self.moment.clock.rightNow += random.choice((0, 0.001, 0.02))
        elif open_readers:
            one = random.choice(open_readers)
            if act == "leave":
                one.ended = "gone"
                channel.detach(one.subscriber)
            elif act == "pause":
                one.subscriber.pause()
            else:
                one.subscriber.resume()
        self.check()

    def check(self) -> None:
        """Assert that no reader has lost, doubled or reordered an event."""
        for reader in self.readers:
            first = self.owed[reader]
            expected = [str(first + index) for index in range(len(reader.seen))]
            assert reader.seen == expected, (reader.seen, expected)

    def run(self) -> None:
        """Run it; in the end everybody reads to the end, perhaps that of the source."""
        for _ in range(self.random.randrange(1, 70)):
            self.come(None, 0)
        for _ in range(self.random.randrange(60)):
            self.step()
        ends = self.random.random() < 0.5
        if ends:
            self.channel.end()
        for _ in range(3000):
            left = [one for one in self.readers if not self.is_done(one, ends)]
            if not left:
                break
            for reader in left:
                reader.subscriber.resume()
            self.moment.turn()
            self.moment.clock.rightNow += 0.001
        self.check()
        for reader in self.readers:
            assert self.is_done(reader, ends), reader.subscriber
            if reader.ended != "gone":
                assert self.owed[reader] + len(reader.seen) == self.published

    def is_done(self, reader: ByteTaker | EntryTaker, ends: bool) -> bool:
        """Whether a reader has nothing more to get."""
        if reader.ended is not None or ends:
            return reader.ended is not None
        has = self.owed[reader] + len(reader.seen)
        return reader.subscriber.state is State.LIVE and has == self.published


class ScheduleTests(SynchronousTestCase):
    """Any of it, in any order."""

    def test_any_schedule(self) -> None:
        """Everybody has everything, in order and once."""
        self.patch(fanout, "STEP_BYTES", 1)

        @settings(max_examples=60, deadline=None)
        @given(st.integers(0, 2**32))
        def run(seed: int) -> None:
            Schedule(seed).run()

        run()
