"""
The contract of links: what :mod:`relay.cluster.link` promises, for every engine.

A test module of an engine mixes :class:`LinkContract` into a test case.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from relay.channel.idempotency import KeyReused
from relay.cluster.link import (
    BEAT_MS,
    SESSION_MS,
    Appended,
    ChannelName,
    Count,
    CountLink,
    EngineLost,
    Fenced,
    Lead,
)
from relay.model.api.messages.channel_options import HistoryOptions
from tests.cluster.engines import Copy, Engine, Process

SESSION_OVER_S = (SESSION_MS + 2 * BEAT_MS) / 1000
"""After how long the session of a process that is suspended has ended."""
_NUMBERS = count()


if TYPE_CHECKING:
    _Base = TestCase
else:
    _Base = object


class LinkContract(_Base):
    """What holds for every engine."""

    engine: Engine
    death_s = SESSION_OVER_S
    """How long the engine needs to notice that a process has died."""

    async def make_engine(self) -> Engine:
        """Start an engine; a test module of an engine implements it."""
        raise NotImplementedError

    async def setUp(self) -> None:  # type: ignore[override]
        """Start an engine."""
        self.engine = await self.make_engine()
        self.channel = ChannelName("an-api", f"digest-{next(_NUMBERS)}")

    async def tearDown(self) -> None:  # type: ignore[override]
        """End the engine."""
        await self.engine.close()

    async def result(self, asked: Deferred[Any]) -> Any:
        """Wait for the answer of the engine."""
        settled: list[object] = []
        asked.addBoth(self._settled, settled)
        await self.engine.until(lambda: settled)
        return await asked

    def _settled(self, result: object, settled: list[object]) -> object:
        settled.append(result)
        return result

    async def follow(
        self,
        process: Process,
        channel: ChannelName | None = None,
        history: HistoryOptions = HistoryOptions(),  # noqa: B008
    ) -> Copy:
        """Follow a log, and wait for it."""
        copy = Copy(process, channel or self.channel)
        process.link.channels.follow(copy.channel, history, copy)
        self.assertEqual(copy.told, [], "restored in the same turn")
        await self.engine.until(lambda: "restored" in copy.told)
        return copy

    async def two(self) -> tuple[Copy, Copy]:
        """Let two processes follow a log."""
        a = await self.engine.process("a")
        b = await self.engine.process("b")
        return await self.follow(a), await self.follow(b)

    async def lead(self, copy: Copy) -> Lead:
        """Take the lease of a channel that nobody leads."""
        lead = await self.result(copy.process.link.channels.lead(copy.channel))
        assert isinstance(lead, Lead)
        return lead

    async def resign(self, copy: Copy) -> None:
        """Return the lease of a channel."""
        channels = copy.process.link.channels
        resigned = channels.resign(copy.channel, unless_followed=False)
        self.assertTrue(await self.result(resigned))

    async def hit(self, counts: CountLink, key: str, window_ms: int = 60_000) -> int:
        """Count a hit."""
        counted = await self.result(counts.hit(key, window_ms))
        assert isinstance(counted, Count)
        return counted.hits

    async def append(
        self,
        copy: Copy,
        *items: bytes,
        fence: int | None = None,
        first_seq: int | None = None,
        key: tuple[str, str] | None = None,
    ) -> Appended:
        """Append items, and wait for the answer."""
        appended = await self.result(
            copy.process.link.channels.append(
                copy.channel, items, fence=fence, first_seq=first_seq, key=key
            )
        )
        assert isinstance(appended, Appended)
        return appended

    async def have(self, copies: Sequence[Copy], *items: bytes) -> None:
        """Wait until some copies have exactly some items."""
        await self.engine.until(lambda: all(len(c.items) >= len(items) for c in copies))
        await self.engine.passed(0.05)
        for copy in copies:
            self.assertEqual(copy.items, list(items))

    async def refused(self, asked: Deferred[Appended], reason: type[Exception]) -> None:
        """Wait until an append is refused."""
        with self.assertRaises(reason):
            await self.result(asked)

    async def test_an_empty_log(self) -> None:
        """A log that is new is told as empty, and nobody leads it."""
        copy = await self.follow(await self.engine.process("a"))
        self.assertEqual((copy.entries, copy.state), ([], b""))
        self.assertNotEqual(copy.epoch, "")
        await self.engine.until(lambda: copy.count("leaderless"))
        self.assertEqual(copy.told, ["restored", "leaderless"])

    async def test_all_see_one_order(self) -> None:
        """Publications of several processes have one order, and consecutive numbers."""
        a, b = await self.two()
        asked = [
            copy.process.link.channels.append(copy.channel, [f"{n}".encode()])
            for n in range(20)
            for copy in (a, b)
        ]
        places = [(await self.result(one)).first_seq for one in asked]
        await self.engine.until(lambda: len(a.items) == len(b.items) == 40)
        self.assertEqual(a.entries, b.entries)
        self.assertEqual(sorted(places), list(range(min(places), min(places) + 40)))
        self.assertEqual({entry.epoch for entry in a.entries}, {a.epoch})
        late = await self.follow(await self.engine.process("c"))
        self.assertEqual(late.entries, a.entries)

    async def test_items_of_one_append(self) -> None:
        """Several items are appended together, any bytes among them."""
        a, b = await self.two()
        items = bytes(range(256)), b"", b"x" * 300_000
        appended = await self.append(a, *items)
        self.assertEqual((appended.size, appended.repeated), (3, False))
        await self.have([a, b], *items)
        self.assertEqual(a.entries[0].seq, appended.first_seq)
        self.assertEqual(a.entries[0].at_ms, appended.at_ms)
        self.assertEqual(a.entries, b.entries)

    async def test_channels_are_apart(self) -> None:
        """An entry reaches the followers of its channel only."""
        a, b = await self.two()
        other = await self.follow(
            a.process, ChannelName(self.channel.api_id, self.channel.digest + "2")
        )
        await self.append(other, b"other")
        await self.append(a, b"one")
        await self.have([a, b], b"one")
        await self.have([other], b"other")

    async def test_unfollow(self) -> None:
        """A process that follows no more is told nothing, and may follow again."""
        a, b = await self.two()
        b.process.link.channels.unfollow(b.channel)
        await self.append(a, b"one")
        await self.have([a], b"one")
        self.assertEqual(b.items, [])
        self.assertEqual((await self.follow(b.process)).items, [b"one"])

    async def test_one_leader(self) -> None:
        """One process leads; the others are told when it does no more."""
        a, b = await self.two()
        first = await self.lead(a)
        self.assertIsNone(await self.result(b.process.link.channels.lead(b.channel)))
        told = b.count("leaderless")
        kept = a.process.link.channels.resign(a.channel, unless_followed=True)
        self.assertFalse(await self.result(kept))
        given = a.process.link.channels.resign(a.channel, unless_followed=False)
        self.assertTrue(await self.result(given))
        await self.engine.until(lambda: b.count("leaderless") > told)
        second = await self.lead(b)
        self.assertGreater(second.fence, first.fence)
        told = a.count("leaderless")
        b.process.link.channels.unfollow(b.channel)
        await self.engine.until(lambda: a.count("leaderless") > told)
        third = await self.lead(a)
        again = await self.lead(a)
        self.assertGreater(third.fence, second.fence)
        self.assertGreater(again.fence, third.fence)
        alone = a.process.link.channels.resign(a.channel, unless_followed=True)
        self.assertTrue(await self.result(alone))

    async def test_a_lease_has_the_next_number(self) -> None:
        """A leader is told where the log ends."""
        a, b = await self.two()
        appended = await self.append(a, b"one", b"two")
        self.assertEqual((await self.lead(b)).next_seq, appended.first_seq + 2)

    async def test_fencing(self) -> None:
        """Only the newest token of a channel appends."""
        a, b = await self.two()
        old = await self.lead(a)
        one = await self.append(a, b"one", fence=old.fence, first_seq=old.next_seq)
        self.assertEqual(one.first_seq, old.next_seq)
        await self.resign(a)
        new = await self.lead(b)
        for copy in (a, b):
            late = copy.process.link.channels.append(
                copy.channel, [b"late"], fence=old.fence, first_seq=new.next_seq
            )
            await self.refused(late, Fenced)
        await self.append(b, b"two", fence=new.fence, first_seq=new.next_seq)
        await self.have([a, b], b"one", b"two")

    async def test_an_answer_that_was_lost(self) -> None:
        """The newest append of a token is answered again; others are refused."""
        a, b = await self.two()
        fence, seq, _ = await self.lead(a)
        one = await self.append(a, b"1", b"2", fence=fence, first_seq=seq)
        again = await self.append(a, b"1", b"2", fence=fence, first_seq=seq)
        self.assertEqual(again[:4], one[:4])
        channels = a.process.link.channels
        for items, first_seq in (
            ([b"1"], seq),
            ([b"2"], seq + 1),
            ([b"3"], seq + 3),
            ([b"1", b"2", b"3"], seq),
        ):
            late = channels.append(a.channel, items, fence=fence, first_seq=first_seq)
            await self.refused(late, Fenced)
        await self.append(a, b"3", fence=fence, first_seq=seq + 2)
        late = channels.append(a.channel, [b"1", b"2"], fence=fence, first_seq=seq)
        await self.refused(late, Fenced)
        await self.have([a, b], b"1", b"2", b"3")

    async def test_a_leader_dies(self) -> None:
        """Its followers are told, and another leads with a larger token."""
        a, b = await self.two()
        old = await self.lead(a)
        await self.append(a, b"one", fence=old.fence, first_seq=old.next_seq)
        told = b.count("leaderless")
        a.process.kill()
        await self.engine.until(lambda: b.count("leaderless") > told)
        new = await self.lead(b)
        self.assertGreater(new.fence, old.fence)
        self.assertEqual(new.next_seq, old.next_seq + 1)
        await self.append(b, b"two", fence=new.fence, first_seq=new.next_seq)
        await self.have([b], b"one", b"two")

    async def test_a_leader_is_suspended(self) -> None:
        """Another leads; what the suspended one sends when it runs again is refused."""
        a, b = await self.two()
        old = await self.lead(a)
        told = b.count("leaderless")
        a.process.stop()
        await self.engine.passed(SESSION_OVER_S)
        await self.engine.until(lambda: b.count("leaderless") > told)
        new = await self.lead(b)
        await self.append(b, b"one", fence=new.fence, first_seq=new.next_seq)
        a.process.resume()
        late = a.process.link.channels.append(
            a.channel, [b"late"], fence=old.fence, first_seq=old.next_seq
        )
        await self.refused(late, Fenced)
        await self.engine.until(lambda: a.count("deposed"))
        await self.engine.until(lambda: b"one" in a.items)
        await self.append(b, b"two", fence=new.fence, first_seq=new.next_seq + 1)
        await self.have([a, b], b"one", b"two")

    async def test_what_a_leader_announces(self) -> None:
        """Followers get the newest state, those that come later too."""
        a, b = await self.two()
        old = await self.lead(a)
        a.process.link.channels.announce(a.channel, b"connected", old.fence)
        await self.engine.until(lambda: b.state == b"connected")
        late = await self.follow(await self.engine.process("c"))
        self.assertEqual(late.state, b"connected")
        await self.resign(a)
        new = await self.lead(b)
        a.process.link.channels.announce(a.channel, b"late", old.fence)
        await self.engine.passed(0.05)
        self.assertEqual((b.state, late.state), (b"connected", b"connected"))
        b.process.link.channels.announce(b.channel, b"refused", new.fence)
        await self.engine.until(lambda: late.state == b"refused")

    async def test_publications_under_a_key(self) -> None:
        """A repeated publication has its former place; another one is refused."""
        a, b = await self.two()
        one = await self.append(a, b"1", b"2", key=("key", "content"))
        again = await self.append(b, b"1", b"2", key=("key", "content"))
        self.assertEqual(again[:4], one[:4])
        self.assertEqual((one.repeated, again.repeated), (False, True))
        other = b.process.link.channels.append(
            b.channel, [b"3"], key=("key", "another content")
        )
        await self.refused(other, KeyReused)
        await self.append(b, b"3", key=("another key", "content"))
        await self.have([a, b], b"1", b"2", b"3")

    async def test_bounds(self) -> None:
        """An engine keeps as much as the history of a channel may hold."""
        history = HistoryOptions(max_events=3)
        a = await self.follow(await self.engine.process("a"), history=history)
        for n in range(8):
            await self.append(a, str(n).encode())
        late = await self.follow(await self.engine.process("b"), history=history)
        self.assertEqual(late.items[-1], b"7")
        self.assertLessEqual(len(late.items), 3)
        self.assertEqual(late.entries, a.entries[-len(late.entries) :])
        self.assertEqual(late.next_seq, a.next_seq)

    async def test_an_engine_is_lost(self) -> None:
        """Requests fail, leaders are deposed, and followers are told."""
        a, b = await self.two()
        lead = await self.lead(a)
        link = a.process.link
        changes: list[str | None] = []
        link.watch(lambda: changes.append(link.problem))
        self.assertIsNone(link.problem)
        await self.engine.lose()
        await self.engine.until(lambda: a.count("lost") and b.count("lost"))
        self.assertEqual((a.count("deposed"), b.count("deposed")), (1, 0))
        self.assertIsNotNone(link.problem)
        late = link.channels.append(
            a.channel, [b"late"], fence=lead.fence, first_seq=lead.next_seq
        )
        await self.refused(late, EngineLost)
        with self.assertRaises(EngineLost):
            await self.result(link.counts.hit("key", 1000))
        with self.assertRaises(EngineLost):
            await self.result(link.counts.enter([("key", 1)]))
        with self.assertRaises(EngineLost):
            await self.result(link.leases.own("name", 1000))
        with self.assertRaises(EngineLost):
            await self.result(link.channels.lead(a.channel))
        await self.engine.restart()
        await self.engine.until(lambda: link.problem is None)
        await self.engine.until(lambda: a.count("restored") == 2)
        self.assertEqual([problem is None for problem in changes], [False, True])

    async def test_followers_restore_a_log(self) -> None:
        """An empty engine takes the log from a follower; its next entries have another
        epoch, and the next numbers."""
        a, b = await self.two()
        fence, seq, _ = await self.lead(a)
        await self.append(a, b"1", b"2", fence=fence, first_seq=seq)
        await self.have([a, b], b"1", b"2")
        before, epoch = list(a.entries), a.epoch
        await self.engine.lose()
        await self.engine.restart()
        await self.engine.until(lambda: a.count("restored") == b.count("restored") == 2)
        self.assertEqual((a.entries, b.entries), (before, before))
        self.assertEqual(a.epoch, b.epoch)
        self.assertNotEqual(a.epoch, epoch)
        await self.engine.until(lambda: b.told[-1] == "leaderless")
        new = await self.lead(b)
        self.assertGreater(new.fence, fence)
        self.assertEqual(new.next_seq, seq + 2)
        await self.append(b, b"3", fence=new.fence, first_seq=new.next_seq)
        await self.have([a, b], b"1", b"2", b"3")
        self.assertEqual(a.entries[-1].epoch, a.epoch)
        self.assertEqual(a.entries, b.entries)

    async def test_the_copy_of_a_later_follower(self) -> None:
        """A process without a copy gets the log that another one restores."""
        a, b = await self.two()
        await self.append(a, b"1", b"2")
        await self.have([a, b], b"1", b"2")
        a.refuses = True
        await self.engine.lose()
        await self.engine.restart()
        await self.engine.until(
            lambda: a.count("restored") > 1 and b.count("restored") > 1
        )
        await self.engine.until(lambda: a.items == b.items == [b"1", b"2"])
        self.assertEqual(a.entries, b.entries)

    async def test_hits(self) -> None:
        """All processes count in one window, which ends on time."""
        a = (await self.engine.process("a")).link.counts
        b = (await self.engine.process("b")).link.counts
        key = self.channel.digest
        hits = [await self.hit(counts, key) for counts in (a, b, a, b, b)]
        self.assertEqual(hits, [1, 2, 3, 4, 5])
        left = (await self.result(a.hit(key, 60_000))).ends_in_ms
        self.assertTrue(0 < left <= 60_000, left)
        self.assertEqual((await self.result(a.hit(key + "2", 200))).hits, 1)
        self.assertEqual((await self.result(b.hit(key + "2", 200))).hits, 2)
        await self.engine.passed(0.25)
        self.assertEqual((await self.result(a.hit(key + "2", 200))).hits, 1)

    async def test_many_hits_at_once(self) -> None:
        """Hits under way together are counted once each."""
        a = (await self.engine.process("a")).link.counts
        b = (await self.engine.process("b")).link.counts
        asked = [
            counts.hit(self.channel.digest, 60_000)
            for _ in range(50)
            for counts in (a, b)
        ]
        hits = [(await self.result(one)).hits for one in asked]
        self.assertEqual(sorted(hits), list(range(1, 101)))

    async def test_places(self) -> None:
        """All places of a request are taken, or none."""
        a = (await self.engine.process("a")).link.counts
        b = (await self.engine.process("b")).link.counts
        one, two = self.channel.digest, self.channel.digest + "2"
        self.assertIsNone(await self.result(a.enter([(one, 2), (two, 1)])))
        self.assertEqual(await self.result(b.enter([(one, 2), (two, 1)])), 1)
        self.assertIsNone(await self.result(b.enter([(one, 2)])))
        self.assertEqual(await self.result(b.enter([(one, 2)])), 0)
        a.leave([one, two])
        await self.engine.passed(0.05)
        self.assertIsNone(await self.result(b.enter([(two, 1), (one, 2)])))
        self.assertEqual(await self.result(a.enter([(one, 2)])), 0)

    async def test_places_of_a_process_that_dies(self) -> None:
        """The engine returns them; the death is known at the end of its session."""
        dying = await self.engine.process("a")
        b = (await self.engine.process("b")).link.counts
        places = [(self.channel.digest, 1)]
        self.assertIsNone(await self.result(dying.link.counts.enter(places)))
        self.assertEqual(await self.result(b.enter(places)), 0)
        dying.kill()
        await self.engine.passed(self.death_s)
        self.assertIsNone(await self.result(b.enter(places)))

    async def test_places_after_the_engine_was_lost(self) -> None:
        """A process still has the places that it uses, even too many."""
        a = (await self.engine.process("a")).link.counts
        b = (await self.engine.process("b")).link.counts
        key = self.channel.digest
        used = {key: 1}
        a.hold(lambda: used)
        b.hold(lambda: used)
        for counts in (a, b):
            self.assertIsNone(await self.result(counts.enter([(key, 2)])))
        await self.engine.lose()
        await self.engine.restart()
        await self.engine.passed(0.05)
        self.assertEqual(await self.result(b.enter([(key, 2)])), 0)
        a.leave([key])
        b.leave([key])
        await self.engine.passed(0.05)
        for full in (None, 0):
            self.assertEqual(await self.result(b.enter([(key, 1)])), full)

    async def test_leases(self) -> None:
        """A lease has one owner, which renews it, returns it, or lets it end."""
        a = (await self.engine.process("a")).link.leases
        b = (await self.engine.process("b")).link.leases
        name = self.channel.digest
        self.assertTrue(await self.result(a.own(name, 60_000)))
        self.assertFalse(await self.result(b.own(name, 60_000)))
        self.assertTrue(await self.result(b.own(name + "2", 60_000)))
        await self.result(b.disown(name))
        self.assertTrue(await self.result(a.own(name, 60_000)))
        await self.result(a.disown(name))
        self.assertTrue(await self.result(b.own(name, 200)))
        self.assertFalse(await self.result(a.own(name, 200)))
        await self.engine.passed(0.25)
        self.assertTrue(await self.result(a.own(name, 200)))

    async def test_leases_of_a_process_that_dies(self) -> None:
        """The engine returns them at the end of its session."""
        dying = await self.engine.process("a")
        b = (await self.engine.process("b")).link.leases
        self.assertTrue(
            await self.result(dying.link.leases.own(self.channel.digest, 600_000))
        )
        dying.kill()
        await self.engine.passed(self.death_s)
        self.assertTrue(await self.result(b.own(self.channel.digest, 60_000)))
