"""
Random schedules of all that can happen to a channel.

The model: events are numbered as they are published. A reader that begins without an id
is owed every number from then on; one that comes back with the id of number ``n`` is
owed everything from ``n + 1``. What it sees must be just that, in order and once, but
for places where it was told of a gap, after which it may go on with any later number.
In the end, when everybody reads on, everybody has the last one.
"""

from __future__ import annotations

from hypothesis import given, settings, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channel import Channel
from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.channel.subscribers.filter import Filter
from tests.channel.readers import GAP, Moment, Reader

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("publish"), st.integers(1, 4)),
        st.tuples(st.just("gap"), st.just(0)),
        st.tuples(st.just("attach"), st.integers(0, 30)),
        st.tuples(st.just("begin"), st.integers(0, 30)),
        st.tuples(st.just("pause"), st.integers(0, 30)),
        st.tuples(st.just("resume"), st.integers(0, 30)),
        st.tuples(st.just("leave"), st.integers(0, 30)),
        st.tuples(st.just("wait"), st.integers(0, 6)),
        st.tuples(st.just("restart"), st.booleans()),
    ),
    max_size=60,
)


class Run:
    """One schedule on one channel and its successors."""

    def __init__(
        self, source_ids: bool, policy: str, history: int, filtered: bool
    ) -> None:
        self.moment = Moment()
        self.source_ids = source_ids
        self.policy = policy
        self.history = history
        self.wanted = Filter.read(frozenset(), "@ > `-1`") if filtered else Filter()
        self.published = 0
        self.readers: list[Reader] = []
        self.owed: dict[Reader, int] = {}
        self.last: dict[Reader, tuple[str | None, int]] = {}
        self.channel = self.open()

    def open(self) -> Channel:
        """Open a channel; its upstream is a source that honours Last-Event-ID."""
        channel = self.moment.channel(
            history={"maxEvents": self.history}, resumeWindowMs=3000
        )
        channel.on_first = lambda: self.upstream(channel)
        self.fed = False
        return channel

    def upstream(self, channel: Channel) -> None:
        """Open the upstream: it goes on after the id that it is asked for."""
        if self.fed:
            return
        self.fed = True
        resume_at = channel.resume_source_id
        first = int(resume_at) + 1 if resume_at else self.published
        self.pending = [self.message(number) for number in range(first, self.published)]

    def message(self, number: int) -> Message:
        """Make an event."""
        return Message(str(number), id=str(number) if self.source_ids else "")

    def flush(self) -> None:
        """Publish the events that the upstream has pending."""
        pending, self.pending = getattr(self, "pending", []), []
        if pending and self.channel.subscribers:
            self.channel.publish(pending)

    def do(self, step: str, value: int) -> None:
        """Take one step, and check every reader."""
        open_readers = [one for one in self.readers if one.ended is None]
        one = open_readers[value % len(open_readers)] if open_readers else None
        if step == "publish" and self.channel.subscribers:
            self.flush()
            numbers = range(self.published, self.published + value)
            self.published += value
            self.channel.publish([self.message(number) for number in numbers])
        elif step == "gap":
            self.channel.gap(GapReason.UPSTREAM_RECONNECT)
        elif step == "begin":
            self.attach(None, self.published)
        elif step == "attach" and self.readers:
            back = self.readers[value % len(self.readers)]
            if back.ended is not None and back.last_event_id is not None:
                self.attach(back.last_event_id, self.next_of(back))
        elif step == "pause" and one is not None:
            one.subscriber.pause()
        elif step == "resume" and one is not None:
            one.subscriber.resume()
        elif step == "leave" and one is not None:
            one.ended = "gone"
            self.channel.detach(one.subscriber)
        elif step == "wait":
            self.moment.clock.advance(value)
            self.channel.sweep()
        elif step == "restart":
            for reader in open_readers:
                reader.ended = "gone"
                self.channel.detach(reader.subscriber)
            self.channel.close()
            self.channel = self.open()
        self.check()

    def attach(self, last_event_id: str | None, owed: int) -> None:
        """A reader comes, or comes back."""
        reader = Reader(
            self.channel,
            last_event_id,
            wanted=self.wanted,
            slow={"policy": self.policy},
        )
        self.owed[reader] = owed
        self.readers.append(reader)
        reader.start()
        self.flush()

    def next_of(self, reader: Reader) -> int:
        """The number after the last that a reader holds the id of."""
        numbers = [int(text) for text in reader.seen if text != GAP]
        return numbers[-1] + 1 if numbers else self.owed[reader]

    def check(self) -> None:
        """Compare the events that each reader saw with those that were due."""
        for reader in self.readers:
            expected: int | None = self.owed[reader]
            highest = -1
            for text in reader.seen:
                if text == GAP:
                    expected = None
                    continue
                number = int(text)
                assert number > highest, (reader.seen, "doubled")
                assert expected in (None, number), (reader.seen, expected)
                highest, expected = number, number + 1

    def end(self) -> None:
        """Everybody reads on: everybody has the last event."""
        for reader in self.readers:
            if reader.ended is None:
                reader.subscriber.resume()
        self.moment.clock.advance(10)
        self.channel.sweep()
        if self.channel.subscribers:
            self.do("publish", 1)
        for reader in self.readers:
            if reader.ended is None:
                assert reader.seen and reader.seen[-1] == str(self.published - 1)


class PropertyTests(SynchronousTestCase):
    """Every event is seen, or a gap is reported."""

    def test_any_schedule(self) -> None:
        """
        The rule holds for every policy, with and without source ids, with short
        histories.
        """

        @settings(max_examples=400, deadline=None)
        @given(
            steps=STEPS,
            source_ids=st.booleans(),
            policy=st.sampled_from(["disconnect", "skip", "latest"]),
            history=st.sampled_from([2, 5, 100]),
            filtered=st.booleans(),
        )
        def run(
            steps: list[tuple[str, int]],
            source_ids: bool,
            policy: str,
            history: int,
            filtered: bool,
        ) -> None:
            schedule = Run(source_ids, policy, history, filtered)
            for step, value in steps:
                schedule.do(step, value)
            schedule.end()

        run()
