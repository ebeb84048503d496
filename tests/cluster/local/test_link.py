"""Tests of :mod:`relay.cluster.local.link`, with a hub in the same process."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase, TestCase

from relay.cluster.link import Appended, ChannelName, EngineLost
from relay.cluster.local.link import NO_ANSWER
from relay.model.api.messages.channel_options import HistoryOptions
from tests.cluster.contract import SESSION_OVER_S, LinkContract
from tests.cluster.direct import Machine
from tests.cluster.engines import Copy, Engine, Process

CHANNEL = ChannelName("an-api", "a-digest")


class _Engine:
    """A machine without sockets, on a clock that tests advance."""

    def __init__(self) -> None:
        self._machine = Machine()
        self._machine.start_hub()
        self._machine.settle()

    async def process(self, name: str) -> Process:
        """Start a process."""
        member = self._machine.member(name)
        self._machine.turn()
        return member

    async def until(self, condition: Callable[[], object]) -> None:
        """Advance the clock until a condition is true."""
        for _ in range(100):
            if condition():
                return
            self._machine.advance(0.1)
        raise AssertionError("the condition is still false after ten seconds")

    async def passed(self, seconds: float) -> None:
        """Advance the clock."""
        self._machine.advance(seconds)

    async def lose(self) -> None:
        """End the hub."""
        self._machine.kill_hub()

    async def restart(self) -> None:
        """Start another hub."""
        self._machine.turn()
        self._machine.start_hub()
        self._machine.settle()

    async def close(self) -> None:
        """Leave all to the collector."""


class HubContractTests(LinkContract, TestCase):
    """The contract of links, with the hub in the same process."""

    async def make_engine(self) -> Engine:
        """Start a machine."""
        return _Engine()


class LostAnswerTests(SynchronousTestCase):
    """A hub that does what it is asked, and whose answers do not arrive."""

    def setUp(self) -> None:
        """Let a process follow a channel."""
        self.machine = Machine()
        self.machine.start_hub()
        self.machine.settle()
        self.member = self.machine.member("a")
        self.machine.turn()
        self.copy = Copy(self.member, CHANNEL)
        self.member.link.channels.follow(CHANNEL, HistoryOptions(), self.copy)
        self.machine.turn()

    def append(self, key: tuple[str, str] | None = None) -> Deferred[Appended]:
        """Publish an item."""
        done = self.member.link.channels.append(CHANNEL, [b"one"], key=key)
        self.machine.turn()
        return done

    def test_a_session_without_signs_of_life(self) -> None:
        """The link closes it, fails what waits, and begins another."""
        changes: list[str | None] = []
        self.member.link.watch(lambda: changes.append(self.member.link.problem))
        self.member.lose_answers()
        done = self.append()
        self.machine.advance(SESSION_OVER_S)
        self.failureResultOf(done, EngineLost)
        self.assertEqual(changes, [NO_ANSWER, None])
        self.assertEqual(self.copy.count("restored"), 2)

    def test_a_publication_is_repeated(self) -> None:
        """Under its key it has the place that it had, and is in the log once."""
        self.member.lose_answers()
        lost = self.append(("key", "content"))
        self.machine.advance(SESSION_OVER_S)
        self.failureResultOf(lost, EngineLost)
        again = self.successResultOf(self.append(("key", "content")))
        self.assertEqual((again.first_seq, again.repeated), (1, True))
        self.assertEqual(self.copy.items, [b"one"])

    def test_what_a_leader_appended(self) -> None:
        """It is in the log that the leader is given before it leads again."""
        channels = self.member.link.channels
        asked = channels.lead(CHANNEL)
        self.machine.turn()
        lead = self.successResultOf(asked)
        assert lead is not None
        self.member.lose_answers()
        lost = channels.append(
            CHANNEL, [b"one"], fence=lead.fence, first_seq=lead.next_seq
        )
        self.machine.advance(SESSION_OVER_S)
        self.failureResultOf(lost)
        self.assertEqual(self.copy.count("deposed"), 1)
        self.assertEqual(self.copy.items, [b"one"])
        asked = channels.lead(CHANNEL)
        self.machine.turn()
        second = self.successResultOf(asked)
        assert second is not None
        self.assertEqual(second.next_seq, lead.next_seq + 1)

    def test_without_a_session(self) -> None:
        """A request fails, in a later turn."""
        self.machine.kill_hub()
        self.machine.turn()
        done = self.member.link.channels.append(CHANNEL, [b"one"])
        self.assertNoResult(done)
        self.machine.turn()
        self.failureResultOf(done, EngineLost)

    def test_a_follower_that_fails(self) -> None:
        """The log says so; other followers get their entries."""
        other = ChannelName("an-api", "another")
        copy = Copy(self.member, other)
        channels = self.member.link.channels
        channels.follow(other, HistoryOptions(), copy)
        self.machine.turn()
        self.patch(self.copy, "added", lambda entries: 1 / 0)
        self.append()
        channels.append(other, [b"two"])
        self.machine.turn()
        self.assertEqual(copy.items, [b"two"])
        self.assertEqual(len(self.flushLoggedErrors(ZeroDivisionError)), 1)
