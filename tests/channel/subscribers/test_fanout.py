"""Subscribers of one channel, of which one fails."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, cast

from hypothesis import given, settings, strategies as st
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channel import Channel
from relay.channel.entry import Entry
from relay.channel.subscribers.filter import Filter
from relay.channel.subscribers.subscriber import State
from relay.http import fanout
from relay.http.fanout import LANE, STEP_BYTES, FanoutTarget, FanoutWriter
from relay.model.api.messages.channel_options import ChannelOptions
from relay.model.outcome import Outcome
from tests.channel.readers import GAP, Moment, Reader, messages

ACTS = ["publish", "pause", "resume", "settle", "leave", "come", "turn"]


class Defect(Exception):
    """The error of a defective reader."""


class Defective(Reader):
    """A reader whose methods all raise once ``raises`` is set."""

    raises = False

    def deliver(self, data: bytes) -> None:
        """Take bytes, or raise."""
        self._check()
        super().deliver(data)

    def write_shared(self, data: bytes, chunk: bytes) -> None:
        """Take bytes, or raise."""
        self._check()
        super().write_shared(data, chunk)

    def finish(self) -> None:
        """Come to the end, or raise."""
        self._check()
        super().finish()

    def leave(self) -> None:
        """Leave, or raise."""
        self._check()
        super().leave()

    def _check(self) -> None:
        if self.raises:
            raise Defect


class Stubborn(Defective):
    """A defective reader whose ``fail`` raises, too."""

    def fail(self, outcome: Outcome) -> None:
        """Raise again."""
        raise Defect


class IsolationTests(SynchronousTestCase):
    """Every subscriber is isolated from what another one raises."""

    def setUp(self) -> None:
        """Open a channel."""
        self.moment = Moment()
        self.channel = self.moment.channel()

    def among(
        self, act: Callable[[], object], *, shares: bool = False, heartbeat_ms: int = 0
    ) -> list[Reader]:
        """
        Fail one reader of each kind during an action, and return the other readers.
        """
        stay: list[Reader] = []
        for kind in (Defective, Stubborn):
            early = self.reader(Reader, shares, heartbeat_ms)
            failing = self.reader(kind, shares, heartbeat_ms)
            late = self.reader(Reader, shares, heartbeat_ms)
            other = Reader(
                self.channel, wanted=Filter.read(frozenset(["message"]), "")
            ).start()
            failing.raises = True  # type: ignore[attr-defined]
            act()
            self.assertGreaterEqual(len(self.flushLoggedErrors(Defect)), 1)
            self.assertIsNone(failing.subscriber.channel)
            self.assertEqual(
                failing.ended, "failed: internal_error" if kind is Defective else None
            )
            stay += [early, late, other]
        return stay

    def reader(self, kind: type[Reader], shares: bool, heartbeat_ms: int) -> Reader:
        """Start a reader."""
        return kind(self.channel, shares=shares, heartbeat_ms=heartbeat_ms).start()

    def test_an_event_reaches_all_others(self) -> None:
        """Readers in the same group and in later groups receive the event."""
        for shares in (False, True):
            stay = self.among(
                lambda: self.channel.publish(messages("a")), shares=shares
            )
            self.channel.publish(messages("b"))
            for reader in stay:
                self.assertEqual((reader.seen[-2:], reader.ended), (["a", "b"], None))
                self.channel.detach(reader.subscriber)

    def test_a_heartbeat_reaches_all_others(self) -> None:
        """Now and at the next interval."""

        def quiet() -> None:
            self.moment.clock.advance(1)
            self.channel.sweep()

        early, late, _, *_ = self.among(quiet, heartbeat_ms=1000)
        quiet()
        for reader in (early, late):
            self.assertGreaterEqual(reader.writes.count(b":\n"), 2)

    def test_the_end_reaches_all_others(self) -> None:
        """The other readers see the end of the source, and of the channel."""
        for end in (Channel.end, Channel.close):
            self.channel = channel = self.moment.channel()
            failing = Defective(channel)
            failing.start()
            late = Reader(channel).start()
            failing.raises = True
            end(channel)
            self.assertEqual(len(self.flushLoggedErrors(Defect)), 1)
            self.assertEqual(failing.ended, "failed: internal_error")
            self.assertIn(late.ended, ("finished", "left"))

    def test_reading_on_fails_alone(self) -> None:
        """An error while a reader catches up ends this reader only."""
        failing = Defective(self.channel, full_after=1)
        failing.start()
        self.channel.publish(messages("a"))
        self.channel.publish(messages("b"))
        failing.raises = True
        failing.subscriber.resume()
        self.assertEqual(len(self.flushLoggedErrors(Defect)), 1)
        self.assertEqual(failing.ended, "failed: internal_error")

    def test_looking_after_one_that_lags_fails_alone(self) -> None:
        """An event reaches the others, and so does the next sweep."""
        lagging = Reader(self.channel, full_after=1).start()
        late = Reader(self.channel).start()
        self.channel.publish(messages("a"))

        class Bounds:
            """Bounds that raise when they are read."""

            @property
            def max_behind_bytes(self) -> int:
                """Raise."""
                raise Defect

        lagging.subscriber.slow = cast(Any, Bounds())
        self.channel.publish(messages("b"))
        self.channel.publish(messages("c"))
        self.channel.sweep()
        self.assertEqual(len(self.flushLoggedErrors(Defect)), 1)
        self.assertEqual(lagging.ended, "failed: internal_error")
        self.assertEqual((late.seen, late.ended), (["a", "b", "c"], None))

    def test_what_cannot_be_encoded_is_a_gap(self) -> None:
        """
        An event that a framing cannot encode is a gap for the readers of this framing,
        live or lagging.
        """
        readers = [Reader(self.channel), Reader(self.channel)]
        wanted = Filter.read(frozenset(["message"]), "")
        spoilt = [Reader(self.channel, wanted=wanted) for _ in range(2)]
        make = spoilt[0].subscriber.framing.encode

        def encode(entry: Entry) -> bytes:
            if entry.message is not None and entry.message.data == "b":
                raise Defect
            return make(entry)

        spoilt[0].subscriber.framing.encode = encode  # type: ignore[method-assign]
        for live in (readers[0], spoilt[0]):
            live.start()
        self.channel.publish(messages("a", "b", "c"))
        for lagging in (readers[1], spoilt[1]):
            lagging.start()
        self.assertEqual(len(self.flushLoggedErrors(Defect)), 1)
        for reader in readers:
            self.assertEqual(reader.seen, ["a", "b", "c"])
        for reader in spoilt:
            self.assertEqual(reader.seen, ["a", GAP, "c"])
            self.assertEqual(reader.gaps[0]["reason"], "undeliverable")
            self.assertIsNone(reader.ended)


class SlicedTests(SynchronousTestCase):
    """Subscribers that read on, each for a while."""

    def test_a_turn_is_not_spent_on_histories(self) -> None:
        """A long history is delivered in several turns, completely and in order."""
        moment = Moment()
        channel = moment.channel(history={"maxBytes": 2**24})
        channel.publish(messages(*[f"{number:050000}" for number in range(20)]))
        first = channel.log.cursor(0)
        readers = [Costly(channel, moment, first) for _ in range(3)]
        for reader in readers:
            reader.start()
        self.assertLess(sum(len(reader.seen) for reader in readers), 10)
        others: list[float] = []
        moment.clock.callLater(0, lambda: others.append(moment.clock.seconds()))
        moment.clock.advance(0)
        self.assertEqual(len(others), 1)
        channel.publish(messages("new"))
        for _ in range(100):
            moment.clock.advance(0)
        channel.publish(messages("newest"))
        for reader in readers:
            numbers = [int(data[-9:]) for data in reader.seen[:20]]
            self.assertEqual(numbers, list(range(20)))
            self.assertEqual(reader.seen[20:], ["new", "newest"])
            self.assertIs(reader.subscriber.state, State.LIVE)

    def test_one_that_leaves_or_pauses_meanwhile(self) -> None:
        """A reader that leaves or pauses between two slices receives nothing more."""
        moment = Moment()
        channel = moment.channel(history={"maxBytes": 2**24})
        channel.publish(messages(*[f"{number:050000}" for number in range(20)]))
        first = channel.log.cursor(0)
        gone, full = (Costly(channel, moment, first).start() for _ in range(2))
        channel.detach(gone.subscriber)
        full.subscriber.pause()
        seen = len(gone.seen), len(full.seen)
        for _ in range(100):
            moment.clock.advance(0)
        self.assertEqual((len(gone.seen), len(full.seen)), seen)
        full.subscriber.resume()
        for _ in range(100):
            moment.clock.advance(0)
        self.assertEqual(len(full.seen), 20)


class Costly(Reader):
    """A reader for which each write takes a while."""

    def __init__(self, channel: Channel, moment: Moment, at: str) -> None:
        super().__init__(channel, at)
        self.moment = moment

    def deliver(self, data: bytes) -> None:
        """Advance the clock with each delivery."""
        super().deliver(data)
        self.moment.clock.rightNow += 0.002


class SlowWrites(FanoutWriter):
    """Writes for which each lane takes a while."""

    clock: Clock

    def write(self, data: bytes, events: int) -> Iterator[Collection[FanoutTarget]]:
        """Advance the clock after each step."""
        for failed in super().write(data, events):
            yield failed
            self.clock.rightNow += 0.004


class RoundTests(SynchronousTestCase):
    """Entries whose delivery takes several turns of the reactor."""

    def setUp(self) -> None:
        """Make each lane a step of its own."""
        self.moment = Moment()
        self.patch(fanout, "STEP_BYTES", 1)

    def channel(self, **options: object) -> Channel:
        """Make a channel; 4 ms pass while a lane is written to."""

        class Writer(SlowWrites):
            clock = self.moment.clock

        return Channel(
            ChannelOptions.read(options),
            self.moment.clock,
            self.moment.wall_ms,
            Writer,
        )

    def turns(self, readers: list[Reader], until: Callable[[], bool]) -> float:
        """Run turns until a condition holds, and return the longest in seconds."""
        longest_s = 0.0
        for _ in range(1000):
            if until():
                return longest_s
            longest_s = max(longest_s, self.moment.turn())
        raise AssertionError([reader.seen for reader in readers])

    def test_a_turn_is_not_spent_on_one_event(self) -> None:
        """A thousand readers are given it in many turns, in order, and each once."""
        self.patch(fanout, "STEP_BYTES", STEP_BYTES)
        channel = self.moment.joining_channel()
        readers = [CostlyWrites(channel, self.moment) for _ in range(1000)]
        for reader in readers:
            reader.start()
        for number in range(3):
            channel.publish(messages(f"{number:060000}"))
            self.moment.turn()
        newest = channel.log.last_event_id
        longest_s = self.turns(
            list(readers), lambda: all(one.has(newest) for one in readers)
        )
        self.assertLess(longest_s, 0.02)
        self.assertEqual(len({b"".join(reader.writes) for reader in readers}), 1)
        self.assertEqual(b"".join(readers[0].writes).count(b"id:"), 3)
        self.assertEqual(len(readers[0].writes), 2, "what waits is joined")

    def test_a_round_takes_what_has_come_when_it_begins(self) -> None:
        """A round that waits for its time is joined by the entries that follow."""
        channel = self.channel()
        lanes = 6
        readers = [Reader(channel, shares=True).start() for _ in range(lanes * LANE)]
        channel.publish(messages("a"))
        self.moment.turn()
        channel.publish(messages("b"))
        self.moment.turn()
        self.assertEqual({tuple(one.seen) for one in readers}, {("a",)})
        channel.publish(messages("c"))
        self.turns(readers, lambda: all(len(one.seen) == 3 for one in readers))
        self.assertEqual({tuple(one.seen) for one in readers}, {("a", "b", "c")})
        self.assertEqual({len(one.writes) for one in readers}, {2})

    def test_a_closed_channel_delivers_nothing_more(self) -> None:
        """Entries that are added after the channel was closed are dropped."""
        channel = self.channel()
        readers = [Reader(channel, shares=True).start() for _ in range(3 * LANE)]
        channel.publish(messages("a"))
        channel.close()
        channel.publish(messages("b"))
        self.turns(readers, lambda: all(one.ended for one in readers))
        self.moment.turn()
        self.assertEqual({tuple(one.seen) for one in readers}, {("a",)})
        self.assertEqual(self.moment.clock.getDelayedCalls(), [])

    def test_others_are_served_meanwhile(self) -> None:
        """Another timer is late by no more than a share of a turn."""
        channel = self.channel()
        readers = [Reader(channel, shares=True).start() for _ in range(1000)]
        clock = self.moment.clock
        late_s: list[float] = []

        def tick() -> None:
            due_s = clock.seconds()
            clock.callLater(0, lambda: late_s.append(clock.seconds() - due_s))

        channel.publish(messages("a"))
        while not all(reader.seen for reader in readers):
            tick()
            self.moment.turn()
        self.assertGreater(len(late_s), 5)
        self.assertLess(max(late_s), 0.02)

    def test_a_thousand_that_are_too_slow(self) -> None:
        """Slow readers are ended a few at a time while the other readers are served."""
        channel = self.moment.joining_channel(history={"maxEvents": 2})
        slow = [CostlyEnd(channel, self.moment) for _ in range(1000)]
        quick = Reader(channel, shares=True).start()
        for reader in slow:
            reader.start()
            reader.subscriber.pause()
        for text in ("a", "b", "c"):
            channel.publish(messages(text))
            self.moment.turn()
        ended = sum(reader.ended is not None for reader in slow)
        self.assertLess(ended, 100)
        longest_s = self.turns(
            list(slow), lambda: all(reader.ended is not None for reader in slow)
        )
        self.assertLess(longest_s, 0.01)
        self.assertEqual({reader.ended for reader in slow}, {"slow_consumer"})
        self.assertEqual((quick.seen, channel.subscribers), (["a", "b", "c"], 1))

    def test_a_goodbye_amid_a_round(self) -> None:
        """
        A reader that is sent away within a round receives the earlier entries first.
        """
        channel = self.channel()
        readers = [Reader(channel, shares=True).start() for _ in range(200)]
        channel.publish(messages("a"))
        self.moment.turn()
        last = readers[-1]
        self.assertEqual(last.seen, [])
        channel.publish(messages("b"))
        last.subscriber.settle()
        self.assertEqual(last.seen, ["a", "b"])
        self.assertEqual(readers[-2].seen, [])
        self.turns(readers, lambda: all(len(one.seen) == 2 for one in readers))
        channel.publish(messages("c"))
        self.turns(readers, lambda: all(len(one.seen) == 3 for one in readers))
        self.assertEqual(last.seen, ["a", "b", "c"])

    def test_the_end_amid_a_round(self) -> None:
        """Everybody has everything before the end."""
        for act, told in ((Channel.end, "finished"), (Channel.close, "left")):
            channel = self.channel()
            readers = [Reader(channel, shares=True).start() for _ in range(200)]
            channel.publish(messages("a"))
            self.moment.turn()
            channel.publish(messages("b"))
            act(channel)
            while channel.subscribers:
                self.moment.turn()
            for reader in readers:
                self.assertEqual((reader.seen, reader.ended), (["a", "b"], told))

    def test_a_log_that_is_shorter_than_a_round(self) -> None:
        """No entry is dropped before it is delivered."""
        channel = self.channel(history={"maxEvents": 2})
        readers = [Reader(channel, shares=True).start() for _ in range(100)]
        texts = [str(number) for number in range(20)]
        for text in texts:
            channel.publish(messages(text))
            if int(text) % 3 == 2:
                self.moment.turn()
        self.turns(readers, lambda: all(len(one.seen) == 20 for one in readers))
        for reader in readers:
            self.assertEqual(reader.seen, texts)

    def test_any_schedule(self) -> None:
        """
        Readers that pause, come, leave or settle within a round see each event once.
        """

        @settings(max_examples=200, deadline=None)
        @given(
            st.lists(
                st.tuples(
                    st.sampled_from(
                        [
                            "publish",
                            "pause",
                            "resume",
                            "settle",
                            "leave",
                            "come",
                            "turn",
                        ]
                    ),
                    st.integers(0, 79),
                ),
                max_size=60,
            ),
            st.booleans(),
        )
        def run(steps: list[tuple[str, int]], shares: bool) -> None:
            channel = self.channel()
            readers = [Reader(channel, shares=shares).start() for _ in range(80)]
            owed = dict.fromkeys(readers, 0)
            published: list[str] = []
            for step, value in steps:
                reader = readers[value % len(readers)]
                if step == "publish":
                    published.append(str(len(published)))
                    channel.publish(messages(published[-1]))
                elif step == "come":
                    last = readers[value % len(readers)].last_event_id
                    back = Reader(channel, last, shares=shares)
                    owed[back] = (
                        len(published)
                        if last is None
                        else owed[reader] + len(reader.seen)
                    )
                    readers.append(back.start())
                elif reader.ended is None:
                    if step == "pause":
                        reader.subscriber.pause()
                    elif step == "resume":
                        reader.subscriber.resume()
                    elif step == "settle":
                        reader.subscriber.settle()
                    elif step == "leave":
                        channel.detach(reader.subscriber)
                        reader.ended = "gone"
                if step == "turn":
                    self.moment.turn()
                for one in readers:
                    expected = published[owed[one] : owed[one] + len(one.seen)]
                    assert one.seen == expected, (one.seen, expected)
            for reader in readers:
                if reader.ended is None:
                    reader.subscriber.resume()
            self.turns(
                readers,
                lambda: all(
                    one.ended or owed[one] + len(one.seen) == len(published)
                    for one in readers
                ),
            )
            for reader in readers:
                channel.detach(reader.subscriber)
                self.assertEqual(
                    reader.shared_bytes, sum(map(len, reader.shared_writes))
                )

        run()


class CostlyWrites(Reader):
    """A reader for which a large event takes as long as with a real socket."""

    def __init__(self, channel: Channel, moment: Moment) -> None:
        super().__init__(channel, shares=True)
        self.moment = moment

    def write_shared(self, data: bytes, chunk: bytes) -> None:
        """Advance the clock by the cost of a write."""
        self.writes.append(data)
        self.moment.clock.rightNow += 0.0001 * (1 + len(data) // 60_000) / 2

    def has(self, event_id: str | None) -> bool:
        """Whether the event with this id was written."""
        return f"id: {event_id}\n".encode() in b"".join(self.writes[-1:])


class CostlyEnd(Reader):
    """A reader for which being cut takes a while."""

    def __init__(self, channel: Channel, moment: Moment) -> None:
        super().__init__(channel, shares=True)
        self.moment = moment

    def cut(self, outcome: Outcome, key: str) -> None:
        """Advance the clock by the cost of an end."""
        super().cut(outcome, key)
        self.moment.clock.rightNow += 0.0003
