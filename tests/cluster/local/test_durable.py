"""Tests of durable channels in a hub, with a store in memory."""

from __future__ import annotations

from twisted.internet.defer import Deferred, fail, succeed
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.channel.archive import Keeper
from relay.channel.entry import GapReason
from relay.channel.idempotency import KeyReused
from relay.channel.message import Message
from relay.cluster.items import write_item
from relay.cluster.link import Appended, ChannelName, EngineLost, Lead
from relay.cluster.local.durable import Histories, HistoryStore
from relay.model.api.messages.channel_options import HistoryOptions
from relay.model.schema.errors import Unavailable
from tests.channel.test_archive import Memory
from tests.cluster.direct import Machine, Member
from tests.cluster.engines import Copy

CHANNEL = ChannelName("an-api", "a-digest")
DURABLE = HistoryOptions(durable=True)
ONE, TWO, THREE = (write_item(Message(text)) for text in ("one", "two", "three"))


class _Lost(Unavailable):
    """The store does not answer."""


class _Store:
    """A store, which outlives hubs."""

    def __init__(self) -> None:
        self.id_secret = b"secret"
        self.memory = Memory()
        self.is_away = False

    def open(self) -> Deferred[HistoryStore]:
        """Open the store."""
        return fail(_Lost()) if self.is_away else succeed(self)

    def keeper(self, api_id: str) -> Keeper:
        """Return the histories of the only API."""
        return self.memory


class DurableTests(SynchronousTestCase):
    """A durable channel: in the store first."""

    def setUp(self) -> None:
        """Start a hub with a store."""
        self.store = _Store()
        self.clock = Clock()
        self.machine = Machine(self.clock, self._histories)
        self.machine.start_hub()
        self.machine.settle()

    def _histories(self) -> Histories:
        return Histories(self.store.open, self.clock, self.machine.wall_ms)

    def member(self, name: str) -> Member:
        """Start a process."""
        member = self.machine.member(name)
        self.machine.turn()
        return member

    def follow(self, member: Member) -> Copy:
        """Follow the channel."""
        copy = Copy(member, CHANNEL)
        member.link.channels.follow(CHANNEL, DURABLE, copy)
        self.machine.turn()
        return copy

    def append(
        self,
        member: Member,
        *items: bytes,
        key: tuple[str, str] | None = None,
        lead: Lead | None = None,
    ) -> Deferred[Appended]:
        """Append, and let the batch go to the store."""
        done = member.link.channels.append(
            CHANNEL,
            items,
            key=key,
            fence=lead and lead.fence,
            first_seq=lead and lead.next_seq,
        )
        self.machine.turn()
        self.machine.advance(0.01)
        return done

    def commit(self) -> None:
        """Let the store complete a batch."""
        self.store.memory.commit()
        self.machine.advance(0.01)

    def test_stored_first(self) -> None:
        """Nobody has an entry, and no answer, before it is in the store."""
        a, b = self.member("a"), self.member("b")
        copies = [self.follow(a), self.follow(b)]
        done = self.append(a, ONE, write_item(GapReason.EVENT_TOO_LONG))
        self.assertNoResult(done)
        self.assertEqual([copy.items for copy in copies], [[], []])
        self.commit()
        appended = self.successResultOf(done)
        self.assertEqual((appended.first_seq, appended.size), (1, 2))
        self.assertEqual([len(copy.items) for copy in copies], [2, 2])
        self.assertEqual([row.seq for row in self.store.memory.rows], [1, 2])

    def test_a_hub_that_is_started_again(self) -> None:
        """The channel goes on with its log and its epoch."""
        a = self.member("a")
        copy = self.follow(a)
        self.append(a, ONE, write_item(GapReason.UPSTREAM_RECONNECT))
        self.commit()
        before, epoch = list(copy.entries), copy.epoch
        copy.refuses = True
        self.machine.kill_hub()
        self.machine.turn()
        self.machine.start_hub()
        self.machine.settle()
        self.assertEqual((copy.entries, copy.epoch), (before, epoch))
        self.append(a, TWO)
        self.commit()
        self.assertEqual([one.seq for one in copy.entries], [1, 2, 3])
        self.assertEqual(copy.entries[-1].epoch, epoch)

    def test_followed_again(self) -> None:
        """A log that nobody followed is read from the store again."""
        a = self.member("a")
        first = self.follow(a)
        self.append(a, ONE)
        self.commit()
        a.link.channels.unfollow(CHANNEL)
        self.machine.turn()
        again = self.follow(a)
        self.assertEqual(again.entries, first.entries)
        self.assertEqual(again.epoch, first.epoch)

    def test_keys_outlive_the_hub(self) -> None:
        """A repeated publication has its place; another one is refused."""
        a = self.member("a")
        self.follow(a)
        first = self.append(a, ONE, TWO, key=("key", "content"))
        together = self.append(a, ONE, TWO, key=("key", "content"))
        self.commit()
        place = self.successResultOf(first)
        self.assertEqual(self.successResultOf(together), place._replace(repeated=True))
        self.machine.kill_hub()
        self.machine.turn()
        self.machine.start_hub()
        self.machine.settle()
        again = self.append(a, ONE, TWO, key=("key", "content"))
        self.assertEqual(self.successResultOf(again)[1:4], place[1:4])
        self.failureResultOf(self.append(a, THREE, key=("key", "other")), KeyReused)
        self.assertEqual(self.store.memory.batches, [])

    def test_a_store_that_fails(self) -> None:
        """What is not stored is not answered; what follows has its place."""
        a = self.member("a")
        copy = self.follow(a)
        done = self.append(a, ONE)
        self.store.memory.batches.pop(0)[2].errback(_Lost())
        self.machine.advance(0.01)
        self.failureResultOf(done, EngineLost)
        done = self.append(a, TWO)
        self.commit()
        self.assertEqual(self.successResultOf(done).first_seq, 1)
        self.assertEqual(copy.items, [TWO])

    def test_a_store_that_is_away(self) -> None:
        """A follower waits for the log until the store answers."""
        self.store.is_away = True
        a = self.member("a")
        copy = self.follow(a)
        self.machine.advance(3)
        self.assertEqual(copy.told, [])
        self.store.is_away = False
        self.machine.advance(1.1)
        self.assertEqual(copy.told, ["restored", "leaderless"])

    def test_a_leader_while_entries_are_stored(self) -> None:
        """The lease is given when it is known where the log ends."""
        a, b = self.member("a"), self.member("b")
        copy = self.follow(a)
        self.follow(b)
        asked = a.link.channels.lead(CHANNEL)
        self.machine.turn()
        lead = self.successResultOf(asked)
        assert lead is not None
        self.append(a, ONE, lead=lead)
        self.machine.kill(a)
        asked = b.link.channels.lead(CHANNEL)
        self.machine.turn()
        self.assertNoResult(asked)
        self.commit()
        second = self.successResultOf(asked)
        assert second is not None
        self.assertEqual(second.next_seq, 2)
        self.append(b, TWO, lead=second)
        self.commit()
        self.assertEqual(copy.items, [])
        self.assertEqual([row.seq for row in self.store.memory.rows], [1, 2])

    def test_all_leave_while_entries_are_stored(self) -> None:
        """They are in the log of the next follower."""
        a = self.member("a")
        self.follow(a)
        self.append(a, ONE)
        self.machine.kill(a)
        self.commit()
        self.assertEqual(self.follow(self.member("b")).items, [ONE])

    def test_what_is_no_item(self) -> None:
        """It is refused, and harms nothing."""
        a = self.member("a")
        copy = self.follow(a)
        self.failureResultOf(self.append(a, b"no item"), EngineLost)
        self.append(a, ONE)
        self.commit()
        self.assertEqual(copy.items, [ONE])
