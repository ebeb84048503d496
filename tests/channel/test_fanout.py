"""Subscribers of one channel, of which one fails."""

from __future__ import annotations

from collections.abc import Callable

from twisted.trial.unittest import SynchronousTestCase

from relay.channel.channel import Channel
from relay.channel.entry import Entry
from relay.channel.filter import Filter
from relay.model.outcome import Outcome
from tests.channel.readers import GAP, Moment, Reader, messages


class Defect(Exception):
    """What a defective reader raises."""


class Defective(Reader):
    """A reader that raises from when it is told to, at whatever it is asked."""

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
        """Be sent away, or raise."""
        self._check()
        super().leave()

    def _check(self) -> None:
        if self.raises:
            raise Defect


class Stubborn(Defective):
    """One that raises even when it is told that it has failed."""

    def fail(self, outcome: Outcome) -> None:
        """Raise once more."""
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
        """Let each kind of reader fail in turn; give those that stay."""
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
        """Let one read."""
        return kind(self.channel, shares=shares, heartbeat_ms=heartbeat_ms).start()

    def test_an_event_reaches_all_others(self) -> None:
        """In the group of the one that fails, and in those after it."""
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
        """Of the source, and of the channel."""
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
        """What raises while a client catches up is not its connection's."""
        failing = Defective(self.channel, full_after=1)
        failing.start()
        self.channel.publish(messages("a"))
        self.channel.publish(messages("b"))
        failing.raises = True
        failing.subscriber.resume()
        self.assertEqual(len(self.flushLoggedErrors(Defect)), 1)
        self.assertEqual(failing.ended, "failed: internal_error")

    def test_what_cannot_be_encoded_is_a_gap(self) -> None:
        """For those for whom it cannot; live ones, and those that catch up."""
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
        """What is left of them is read in the next turns, in order, and all of it."""
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
            self.assertFalse(reader.subscriber.postponed)

    def test_one_that_leaves_or_pauses_meanwhile(self) -> None:
        """Is given nothing more."""
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
        """Let the time pass."""
        super().deliver(data)
        self.moment.clock.rightNow += 0.002
