"""The link to a real Redis server."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from relay.channel.idempotency import KeyReused
from relay.cluster.link import ChannelName, EngineLost, Fenced
from relay.cluster.redis.link import RedisLink
from relay.model.api.messages.channel_options import HistoryOptions
from relay.settings.redis_url import parse
from tests.cluster.followers import Recorder
from tests.servers.redis import MISSING, RedisServer

CHANNEL = ChannelName("api", "digest")
BOUNDS = HistoryOptions()


class RedisCase(TestCase):
    """A server, and links to it."""

    timeout = 60
    skip = MISSING

    def setUp(self) -> None:
        """Start a server without data."""
        self.server = self.start_server()

    def new_directory(self) -> Path:
        """Make a directory that is removed after the test."""
        directory = Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, directory, True)
        return directory

    def start_server(self, *options: str) -> RedisServer:
        """Start a server that is killed after the test."""
        server = RedisServer(self.new_directory(), *options)
        self.addCleanup(server.kill)
        return server.start()

    def link(self, member: str, url: str = "") -> RedisLink:
        """Start a link that is stopped after the test."""
        link = RedisLink(reactor, parse(url or self.server.url), member)
        link.start()
        self.addCleanup(link.stop)
        return link

    async def follow(
        self, link: RedisLink, bounds: HistoryOptions = BOUNDS
    ) -> Recorder:
        """Follow the channel, and wait for its log."""
        follower = Recorder()
        link.channels.follow(CHANNEL, bounds, follower)
        await follower.called("restored")
        return follower

    async def answers(self, link: RedisLink) -> None:
        """Wait until the engine answers."""
        changed: Deferred[None] = Deferred()
        link.watch(lambda: None if changed.called else changed.callback(None))
        if link.problem is not None:
            await changed


class LogTests(RedisCase):
    """Logs, while the engine answers."""

    async def test_every_member_gets_every_entry_in_order(self) -> None:
        """The entries have one epoch and consecutive numbers, from any member."""
        one, two = self.link("one"), self.link("two")
        first, second = await self.follow(one), await self.follow(two)
        for number in range(20):
            link = (one, two)[number % 2]
            appended = await link.channels.append(CHANNEL, [b"%d" % number])
            self.assertEqual(appended.first_seq, number + 1)
        for follower in (first, second):
            await follower.until(lambda f=follower: len(f.entries) == 20)  # type: ignore[misc]
            self.assertEqual(follower.items, [b"%d" % number for number in range(20)])
            self.assertEqual({entry.epoch for entry in follower.entries}, {first.epoch})
        third = await self.follow(self.link("three"))
        self.assertEqual(third.entries, first.entries)
        self.assertEqual(third.next_seq, 21)

    async def test_one_leads_and_only_it_appends(self) -> None:
        """A repeated append gets the first answer; a former leader is refused."""
        one, two = self.link("one"), self.link("two")
        first, second = await self.follow(one), await self.follow(two)
        self.assertIn("leaderless", first.calls)
        lead = await one.channels.lead(CHANNEL)
        assert lead is not None
        self.assertEqual(lead.next_seq, 1)
        self.assertIsNone(await two.channels.lead(CHANNEL))
        append = one.channels.append
        done = await append(CHANNEL, [b"a", b"b"], fence=lead.fence, first_seq=1)
        again = await append(CHANNEL, [b"a", b"b"], fence=lead.fence, first_seq=1)
        self.assertEqual(done, again)
        wrong = append(CHANNEL, [b"a"], fence=lead.fence, first_seq=1)
        await self.assertFailure(wrong, Fenced)
        one.channels.announce(CHANNEL, b"open", lead.fence)
        await second.called("announced")
        self.assertEqual(second.state, b"open")
        self.assertFalse(await one.channels.resign(CHANNEL, unless_followed=True))
        self.assertTrue(await one.channels.resign(CHANNEL, unless_followed=False))
        other = await two.channels.lead(CHANNEL)
        assert other is not None
        self.assertGreater(other.fence, lead.fence)
        self.assertEqual(other.next_seq, 3)
        late = append(CHANNEL, [b"c"], fence=lead.fence, first_seq=3)
        await self.assertFailure(late, Fenced)
        one.channels.announce(CHANNEL, b"late", lead.fence)
        await two.channels.append(CHANNEL, [b"c"], fence=other.fence, first_seq=3)
        await first.until(lambda: len(first.entries) == 3)
        self.assertEqual((first.items, first.state), ([b"a", b"b", b"c"], b"open"))

    async def test_a_member_whose_session_ended_leads_no_more(self) -> None:
        """It is deposed, its append is refused, and another leads."""
        one, two = self.link("one"), self.link("two")
        first, second = await self.follow(one), await self.follow(two)
        lead = await one.channels.lead(CHANNEL)
        assert lead is not None
        deposed, free = first.called("deposed"), second.called("leaderless")
        [session] = [
            name
            for name in self.server.ask(
                "ZRANGE", "relay:{0}:members", "0", "-1"
            ).split()
            if name.startswith("one:")
        ]
        self.server.ask("ZADD", "relay:{0}:members", "1", session)
        late = one.channels.append(CHANNEL, [b"x"], fence=lead.fence, first_seq=1)
        await self.assertFailure(late, Fenced)
        await deposed
        await free
        self.assertIsNotNone(await two.channels.lead(CHANNEL))
        self.assertEqual(second.items, [])

    async def test_the_first_leader_is_told_so(self) -> None:
        """Not the next one, unless all have gone in between."""
        one = self.link("one")
        await self.follow(one)
        first, second = [await one.channels.lead(CHANNEL) for _ in range(2)]
        assert first is not None and second is not None
        self.assertEqual((first.first, second.first), (True, False))
        two = self.link("two")
        await self.follow(two)
        one.channels.unfollow(CHANNEL)
        await one.counts.hit("k", 1000)
        third = await two.channels.lead(CHANNEL)
        assert third is not None
        self.assertFalse(third.first)
        two.channels.unfollow(CHANNEL)
        # It has run when what was sent after it is answered.
        await two.counts.hit("k", 1000)
        await self.follow(one)
        last = await one.channels.lead(CHANNEL)
        assert last is not None
        self.assertTrue(last.first)

    async def test_a_leader_that_leaves_is_followed_by_another(self) -> None:
        """At once, when it closes its session."""
        one, two = self.link("one"), self.link("two")
        await self.follow(one)
        second = await self.follow(two)
        await one.channels.lead(CHANNEL)
        free = second.called("leaderless")
        await one.stop()
        await free
        self.assertIsNotNone(await two.channels.lead(CHANNEL))

    async def test_what_is_asked_before_the_log_is_there_waits_for_it(self) -> None:
        """In order; it fails when the log is followed no more."""
        link = self.link("one")
        await self.answers(link)
        follower = Recorder()
        link.channels.follow(CHANNEL, BOUNDS, follower)
        first = link.channels.append(CHANNEL, [b"a"])
        lead = link.channels.lead(CHANNEL)
        self.assertEqual(follower.calls, [])
        self.assertEqual((await first).first_seq, 1)
        self.assertIsNotNone(await lead)
        other = ChannelName("api", "other")
        link.channels.follow(other, BOUNDS, Recorder())
        late = link.channels.append(other, [b"a"])
        link.channels.unfollow(other)
        await self.assertFailure(late, EngineLost)

    async def test_a_publication_is_made_once(self) -> None:
        """Under its key, by any member; another content is refused."""
        one, two = self.link("one"), self.link("two")
        await self.follow(one)
        await self.follow(two)
        done = await one.channels.append(CHANNEL, [b"a", b"b"], key=("k", "content"))
        again = await two.channels.append(CHANNEL, [b"a", b"b"], key=("k", "content"))
        self.assertEqual(again, done._replace(repeated=True))
        other = two.channels.append(CHANNEL, [b"c"], key=("k", "other"))
        await self.assertFailure(other, KeyReused)

    async def test_the_log_is_trimmed(self) -> None:
        """By number and by bytes; the newest entry stays."""
        link = self.link("one")
        for channel, bounds, kept in (
            (CHANNEL, HistoryOptions(max_events=3), 3),
            (ChannelName("api", "bytes"), HistoryOptions(max_bytes=2500), 2),
            (ChannelName("api", "small"), HistoryOptions(max_bytes=1024), 1),
        ):
            follower = Recorder()
            link.channels.follow(channel, bounds, follower)
            await follower.called("restored")
            for _ in range(8):
                await link.channels.append(channel, [b"x" * 1000])
            link.channels.unfollow(channel)
            link.channels.follow(channel, bounds, again := Recorder())
            await again.called("restored")
            self.assertEqual([e.seq for e in again.entries], list(range(9 - kept, 9)))
            self.assertEqual(again.next_seq, 9)


class LossTests(RedisCase):
    """An engine that goes away, and comes back with less."""

    async def test_an_emptied_engine_is_restored_from_a_copy(self) -> None:
        """Under another epoch; the numbers go on."""
        one, two = self.link("one"), self.link("two")
        first, second = await self.follow(one), await self.follow(two)
        await one.channels.append(CHANNEL, [b"a", b"b"])
        await second.until(lambda: len(second.entries) == 2)
        await first.until(lambda: len(first.entries) == 2)
        before, lost = first.epoch, first.called("lost")
        self.server.kill()
        await lost
        failed = one.channels.append(CHANNEL, [b"no"])
        await self.assertFailure(failed, EngineLost)
        self.assertIsNotNone(one.problem)
        back = [first.called("restored"), second.called("restored")]
        self.server.start()
        for restored in back:
            await restored
        self.assertEqual(first.items, [b"a", b"b"])
        self.assertEqual(first.next_seq, 3)
        self.assertNotEqual(first.epoch, before)
        self.assertEqual(first.epoch, second.epoch)
        self.assertEqual({entry.epoch for entry in first.entries}, {before})
        appended = await two.channels.append(CHANNEL, [b"c"])
        self.assertEqual((appended.epoch, appended.first_seq), (first.epoch, 3))
        known = [(0, before), (3, first.epoch)]
        self.assertEqual(list(first.restorations[-1].epochs), known)

    async def test_an_epoch_may_have_an_opening(self) -> None:
        """It is its first entry; a log to which nothing was appended has none."""
        one, two = self.link("one"), self.link("two")
        followers = [Recorder(), Recorder()]
        for link, follower in zip((one, two), followers, strict=True):
            link.channels.follow(CHANNEL, BOUNDS, follower, b"opening")
            await follower.called("restored")
            self.assertEqual(follower.items, [])
        await one.channels.append(CHANNEL, [b"a"])
        for follower in followers:
            await follower.until(lambda f=follower: f.items == [b"a"])  # type: ignore[misc]
        restored = [follower.called("restored") for follower in followers]
        self.server.ask("FLUSHALL")
        for done in restored:
            await done
        for follower in followers:
            await follower.until(lambda f=follower: len(f.items) == 2)  # type: ignore[misc]
            self.assertEqual(follower.items, [b"a", b"opening"])
            self.assertEqual(follower.entries[1].epoch, follower.epoch)

    async def test_flushed_data_is_noticed(self) -> None:
        """Although the connections go on."""
        one = self.link("one")
        follower = await self.follow(one)
        await one.channels.append(CHANNEL, [b"a"])
        await follower.until(lambda: follower.items == [b"a"])
        before, restored = follower.epoch, follower.called("restored")
        self.server.ask("FLUSHALL")
        await restored
        self.assertEqual((follower.items, follower.next_seq), ([b"a"], 2))
        self.assertNotEqual(follower.epoch, before)

    async def behind(self, gives: bool) -> tuple[Recorder, str]:
        """
        Restart the engine without its two newest entries.

        :param gives: whether the follower gives its copy to the engine.
        :return: the follower, and the epoch that the log had.
        """
        one = self.link("one")
        follower = await self.follow(one)
        follower.gives = gives
        await one.channels.append(CHANNEL, [b"a"])
        self.server.ask("SAVE")
        await one.channels.append(CHANNEL, [b"b", b"c"])
        await follower.until(lambda: len(follower.entries) == 3)
        before, restored = follower.epoch, follower.called("restored")
        self.server.kill()
        self.server.start()
        await restored
        return follower, before

    async def test_a_follower_sees_that_it_is_ahead(self) -> None:
        """The engine comes back without its newest entries, with another epoch."""
        follower, before = await self.behind(gives=False)
        snapshot = follower.restorations[-1]
        self.assertEqual(snapshot.next_seq, 2)
        self.assertNotEqual(snapshot.epoch, before)
        self.assertEqual([entry.epoch for entry in snapshot.entries], [before])

    async def test_the_newest_entries_are_restored_from_a_copy(self) -> None:
        """What the engine has lost is what a member still has."""
        follower, before = await self.behind(gives=True)
        self.assertEqual(follower.items, [b"a", b"b", b"c"])
        self.assertEqual({entry.epoch for entry in follower.entries}, {before})
        self.assertNotEqual(follower.epoch, before)

    async def test_a_paused_engine_comes_back_as_it_was(self) -> None:
        """The members are told; the log goes on under its epoch."""
        one = self.link("one")
        follower = await self.follow(one)
        await one.channels.append(CHANNEL, [b"a"])
        before, lost = follower.epoch, follower.called("lost")
        self.server.pause()
        await lost
        restored = follower.called("restored")
        self.server.resume()
        await restored
        self.assertEqual(follower.epoch, before)
        self.assertEqual(follower.next_seq, 2)


class CountTests(RedisCase):
    """Counts, places and leases over members."""

    async def test_hits_are_counted_over_all_members(self) -> None:
        """In windows that begin with the first hit."""
        one, two = self.link("one"), self.link("two")
        await self.answers(one)
        await self.answers(two)
        first = await one.counts.hit("k", 60_000)
        second = await two.counts.hit("k", 60_000)
        self.assertEqual((first.hits, second.hits), (1, 2))
        self.assertTrue(0 < second.ends_in_ms <= 60_000)

    async def test_places_are_taken_together_or_not_at_all(self) -> None:
        """Those of a member that has left are free."""
        one, two = self.link("one"), self.link("two")
        await self.answers(one)
        await self.answers(two)
        self.assertIsNone(await one.counts.enter([("a", 2), ("b", 1)]))
        self.assertEqual(await two.counts.enter([("a", 2), ("b", 1)]), 1)
        self.assertIsNone(await two.counts.enter([("a", 2)]))
        self.assertEqual(await two.counts.enter([("a", 2)]), 0)
        two.counts.leave(["a"])
        self.assertIsNone(await two.counts.enter([("a", 2)]))
        await one.stop()
        self.assertIsNone(await two.counts.enter([("a", 2), ("b", 1)]))

    async def test_a_new_session_has_the_places_in_use(self) -> None:
        """An engine that comes back empty does not admit others in their places."""
        one = self.link("one")
        await self.answers(one)
        one.counts.hold(lambda: {"a": 2})
        self.server.ask("FLUSHALL")
        changed: Deferred[None] = Deferred()
        problems: list[str | None] = []

        def note() -> None:
            problems.append(one.problem)
            if one.problem is None:
                changed.callback(None)

        one.watch(note)
        await changed
        self.assertEqual(problems, ["the session has ended", None])
        self.assertEqual(await one.counts.enter([("a", 2)]), 0)
        self.assertIsNone(await one.counts.enter([("a", 3)]))

    async def test_places_in_use_are_not_given_away(self) -> None:
        """A member that comes back first waits for what the others use."""
        one, two = self.link("one"), self.link("two")
        await self.answers(one)
        await self.answers(two)
        one.counts.hold(lambda: {"a": 2})
        lost = Recorder()
        one.channels.follow(CHANNEL, BOUNDS, lost)
        await lost.called("restored")
        entered: list[Deferred[int | None]] = []

        def enter() -> None:
            if two.problem is None:
                entered.append(two.counts.enter([("a", 2)]))

        two.watch(enter)
        self.server.ask("FLUSHALL")
        await lost.called("lost")
        await lost.called("restored")
        await lost.until(lambda: bool(entered))
        self.assertEqual(await entered[0], 0)

    async def test_one_member_has_a_lease(self) -> None:
        """Until it returns it, or leaves."""
        one, two = self.link("one"), self.link("two")
        await self.answers(one)
        await self.answers(two)
        self.assertTrue(await one.leases.own("x", 60_000))
        self.assertFalse(await two.leases.own("x", 60_000))
        self.assertTrue(await one.leases.own("x", 60_000))
        await one.leases.disown("x")
        self.assertTrue(await two.leases.own("x", 60_000))
        await two.stop()
        self.assertTrue(await one.leases.own("x", 60_000))
