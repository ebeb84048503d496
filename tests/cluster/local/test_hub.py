"""Tests of :mod:`relay.cluster.local.hub` and its channels, message by message."""

from __future__ import annotations

from typing import TypeVar

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.link import BEAT_MS, ChannelName, Snapshot, Stored
from relay.cluster.local import channels
from relay.cluster.local.channel import PART_BYTES
from relay.cluster.local.hub import SETTLE_MS, Hub
from relay.cluster.local.messages import (
    Added,
    Announce,
    Announced,
    Append,
    Beat,
    Bounds,
    Committed,
    Ended,
    Follow,
    Granted,
    Leaderless,
    Message,
    Part,
    Refused,
    Restored,
    TakeLead,
    Unfollow,
)
from relay.cluster.local.session import Session

CHANNEL = ChannelName("an-api", "a-digest")
BOUNDS = Bounds(1000, 4 * 1024 * 1024, 120_000, False)
M = TypeVar("M")


class _Port:
    """A connection, and what was sent over it."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.sent: list[Message] = []
        self.session: Session = hub.connect(self)

    def send(self, message: Message) -> None:
        """Keep a message."""
        self.sent.append(message)

    def close(self) -> None:
        """Do nothing: the other end closes."""

    def say(self, *messages: Message) -> None:
        """Send the hub messages."""
        for message in messages:
            self.hub.received(self.session, message)

    def take(self) -> list[Message]:
        """Return what was sent since the last time."""
        sent, self.sent = self.sent, []
        return sent

    def entries(self) -> list[int]:
        """Return the numbers of the entries that were sent."""
        return [
            entry.seq
            for message in self.take()
            if isinstance(message, Added)
            for entry in message.entries
        ]

    def only(self, kind: type[M]) -> M:
        """Return the only message of a kind."""
        (found,) = [one for one in self.take() if isinstance(one, kind)]
        return found


def _append(*items: bytes, fence: int | None = None, seq: int | None = None) -> Append:
    return Append(7, CHANNEL, fence, seq, None, items)


class _Case(SynchronousTestCase):
    """A hub that has started."""

    def setUp(self) -> None:
        """Start it."""
        self.clock = Clock()
        self.hub = Hub(self.clock, lambda: round(self.clock.seconds() * 1000))
        self.hub.start()
        self.clock.advance(SETTLE_MS / 1000)

    def live(self, beats: int, *ports: _Port) -> None:
        """Let time pass for members that live."""
        for _ in range(beats):
            self.clock.advance(BEAT_MS / 1000)
            for port in ports:
                port.say(Beat())

    def follower(self, bounds: Bounds = BOUNDS) -> _Port:
        """Connect a member that follows the channel."""
        port = _Port(self.hub)
        port.say(Follow(CHANNEL, bounds, None))
        return port


class BackPressureTests(_Case):
    """A member that takes no messages."""

    def test_entries_wait_in_the_log(self) -> None:
        """The member gets them in order when it takes messages again."""
        a, b = self.follower(), self.follower()
        a.take(), b.take()
        self.hub.paused(b.session)
        for number in range(5):
            a.say(_append(b"%d" % number))
        self.assertEqual(b.sent, [])
        self.hub.resumed(b.session)
        self.assertEqual(b.entries(), [1, 2, 3, 4, 5])
        a.say(_append(b"next"))
        self.assertEqual(b.entries(), [6])

    def test_entries_that_were_dropped_meanwhile(self) -> None:
        """The member gets the log as a whole."""
        bounds = BOUNDS._replace(max_events=3)
        a, b = self.follower(bounds), self.follower(bounds)
        a.take(), b.take()
        self.hub.paused(b.session)
        for number in range(5):
            a.say(_append(b"%d" % number))
        self.hub.resumed(b.session)
        snapshot = b.only(Restored).snapshot
        self.assertEqual([one.seq for one in snapshot.entries], [3, 4, 5])

    def test_pauses_while_it_catches_up(self) -> None:
        """It gets no more than what fits, one message at a time."""
        a, b = self.follower(), self.follower()
        self.hub.paused(b.session)
        half = b"x" * (PART_BYTES // 2 + 1)
        for _ in range(6):
            a.say(_append(half))
        b.take()
        sent = b.send

        def send_and_pause(message: Message) -> None:
            sent(message)
            self.hub.paused(b.session)

        b.send = send_and_pause  # type: ignore[method-assign]
        seen = []
        for _ in range(3):
            self.hub.resumed(b.session)
            seen.append(b.entries())
        self.assertEqual(seen, [[1, 2], [3, 4], [5, 6]])

    def test_a_state_in_order(self) -> None:
        """An announcement comes before the entries that the leader appended later."""
        a, b = self.follower(), self.follower()
        a.take(), b.take()
        a.say(TakeLead(1, CHANNEL))
        granted = a.only(Granted)
        self.hub.paused(b.session)
        a.say(
            _append(b"1", fence=granted.fence, seq=1),
            Announce(CHANNEL, granted.fence, b"state"),
            _append(b"2", fence=granted.fence, seq=2),
        )
        self.hub.resumed(b.session)
        kinds = [type(one) for one in b.take()]
        self.assertEqual(kinds, [Added, Announced, Added])

    def test_a_leader_that_pauses(self) -> None:
        """It gets the entries that it appended itself, if it lacks others before."""
        a, b = self.follower(), self.follower()
        self.hub.paused(a.session)
        b.say(_append(b"1"))
        a.take()
        a.say(_append(b"2"))
        self.assertTrue(a.only(Committed).sent)
        self.hub.resumed(a.session)
        self.assertEqual(a.entries(), [1, 2])
        a.say(_append(b"3"))
        self.assertFalse(a.only(Committed).sent)


class LogTests(_Case):
    """Logs of any size and number."""

    def test_a_log_in_parts(self) -> None:
        """A log that is larger than a message is sent in several."""
        a = self.follower()
        half = b"x" * (PART_BYTES // 2 + 1)
        for _ in range(5):
            a.say(_append(half))
        late = self.follower().take()
        parts = [type(one) for one in late]
        self.assertEqual(parts, [Part, Part, Restored, Leaderless])

    def test_a_copy_in_parts(self) -> None:
        """A copy is complete with its parts."""
        hub = Hub(self.clock, lambda: 0)
        hub.start()
        entries = [Stored("former", seq, 0, b"%d" % seq) for seq in range(4, 8)]
        port = _Port(hub)
        port.say(
            Part(CHANNEL, entries[:2]),
            Part(CHANNEL, entries[2:3]),
            Follow(CHANNEL, BOUNDS, Snapshot("former", 8, entries[3:])),
        )
        self.assertEqual(port.take(), [])
        self.clock.advance(SETTLE_MS / 1000)
        snapshot = port.only(Restored).snapshot
        self.assertEqual(list(snapshot.entries), entries)
        self.assertEqual(snapshot.next_seq, 8)

    def test_the_newest_copy(self) -> None:
        """Of the copies of several members the newest restores the log."""
        hub = Hub(self.clock, lambda: 0)
        hub.start()
        entries = [Stored("former", seq, seq, b"%d" % seq) for seq in range(1, 6)]
        ports = []
        for size in (2, 5, 3):
            port = _Port(hub)
            copy = Snapshot("former", size + 1, entries[:size])
            port.say(Follow(CHANNEL, BOUNDS, copy))
            ports.append(port)
        self.clock.advance(SETTLE_MS / 1000)
        for port in ports:
            self.assertEqual(list(port.only(Restored).snapshot.entries), entries)

    def test_a_member_that_comes_later_with_more(self) -> None:
        """The log that others continue stays as it is."""
        a = self.follower()
        a.say(_append(b"1"))
        late = _Port(self.hub)
        entries = [Stored("former", seq, 10**9, b"late") for seq in range(1, 6)]
        late.say(Follow(CHANNEL, BOUNDS, Snapshot("former", 6, entries)))
        snapshot = late.only(Restored).snapshot
        self.assertEqual([one.item for one in snapshot.entries], [b"1"])

    def test_old_entries(self) -> None:
        """They are dropped by age, and an empty log when nobody has followed it."""
        a = self.follower()
        a.say(_append(b"1"))
        self.live(260, a)
        a.say(Unfollow(CHANNEL))
        self.live(10, a)
        again = self.follower().only(Restored).snapshot
        self.assertEqual((list(again.entries), again.next_seq), ([], 2))
        self.live(140, a)
        again = self.follower().only(Restored).snapshot
        self.assertEqual((list(again.entries), again.next_seq), ([], 1))

    def test_logs_that_nobody_follows(self) -> None:
        """They take a bounded amount of memory; the oldest are dropped first."""
        self.patch(channels, "MOST_UNFOLLOWED_BYTES", 3_000)
        port = _Port(self.hub)
        names = [ChannelName("an-api", str(number)) for number in range(10)]
        for name in names:
            port.say(
                Follow(name, BOUNDS, None),
                Append(1, name, None, None, None, [b"x" * 700]),
                Unfollow(name),
            )
        self.live(10, port)
        port.take()
        for name in names:
            port.say(Follow(name, BOUNDS, None))
        restored = [one for one in port.take() if isinstance(one, Restored)]
        sizes = [len(one.snapshot.entries) for one in restored]
        self.assertEqual(sizes, [0] * 7 + [1] * 3)

    def test_thousands_of_channels(self) -> None:
        """Each has its own log and followers."""
        a, b = _Port(self.hub), _Port(self.hub)
        names = [ChannelName("an-api", str(number)) for number in range(3000)]
        for name in names:
            a.say(Follow(name, BOUNDS, None))
        b.say(Follow(names[1234], BOUNDS, None))
        b.take()
        for name in names:
            a.say(Append(1, name, None, None, None, [name.digest.encode()]))
        (added,) = b.take()
        assert isinstance(added, Added)
        self.assertEqual(added.entries[0].item, b"1234")
        self.hub.disconnected(a.session)
        self.assertEqual(b.take(), [])


class SessionTests(_Case):
    """The end of a session."""

    def test_silence(self) -> None:
        """A member that is silent is told, and refused from then on."""
        a, b = self.follower(), self.follower()
        a.say(TakeLead(1, CHANNEL))
        granted = a.only(Granted)
        for _ in range(6):
            self.clock.advance(BEAT_MS / 1000)
            b.say(TakeLead(1, CHANNEL))
        self.assertIsInstance(a.take()[-1], Ended)
        self.assertIsInstance(b.take()[-1], Granted)
        a.say(_append(b"late", fence=granted.fence, seq=1))
        self.assertIsInstance(a.take()[-1], Refused)
        self.assertEqual(b.entries(), [])

    def test_a_hub_that_was_suspended(self) -> None:
        """It does not take its members for dead."""
        a = self.follower()
        a.take()
        self.clock.advance(60)
        a.say(_append(b"1"))
        self.assertIsInstance(a.take()[-1], Committed)
