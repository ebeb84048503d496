"""A link to Redis with a password and TLS, by Sentinels, and to a Redis Cluster."""

from __future__ import annotations

from dataclasses import replace

from twisted.internet import reactor

from relay.cluster.link import ChannelName
from relay.cluster.redis.link import RedisLink
from relay.settings.redis_url import Address, parse
from tests.cluster.followers import Recorder
from tests.pki import Authority
from tests.servers.redis import HOST, RedisCluster, RedisServer, Sentinels
from tests.wire.cluster.test_redis_link import BOUNDS, CHANNEL, RedisCase

USER = (
    "user default off",
    "user relay on >secret resetchannels ~relay:* -@all"
    " +hget +hmget +hset +hdel +hgetall +hincrby +zscore +zadd +zrem +zrangebyscore"
    " +xadd +xtrim +xrange +xrevrange +xread +xinfo|stream +sadd +srem +smembers"
    " +get +set +del +exists +incr +pexpire +pttl +time"
    " +evalsha +script|load +info +wait +client|setname",
)
"""What docs/operations/cluster.md says that the user of a node needs."""


class LoginTests(RedisCase):
    """Servers that want to know who connects."""

    def setUp(self) -> None:
        """Leave the servers to the tests."""

    def connect(self, address: Address) -> RedisLink:
        """Start a link that is stopped after the test."""
        link = RedisLink(reactor, address, "one")
        link.start()
        self.addCleanup(link.stop)
        return link

    async def test_a_user_with_few_rights_over_tls(self) -> None:
        """The server asks for a client certificate; all of the link is allowed."""
        directory = self.new_directory()
        authority = Authority()
        server = authority.server(HOST).write(str(directory), "server")
        client = authority.client("relay").write(str(directory), "client")
        acl = directory / "users.acl"
        acl.write_text("\n".join((*USER, "")))
        redis = RedisServer(
            self.new_directory(),
            *("--tls-cert-file", server.certificate, "--tls-key-file", server.key),
            *("--tls-ca-cert-file", server.ca, "--aclfile", str(acl)),
            tls=client,
            user="relay",
            password="secret",
        )
        self.addCleanup(redis.kill)
        redis.start()
        address = replace(
            parse(f"rediss://relay@{HOST}:{redis.port}"),
            password="secret",
            ca=server.ca,
            certificate=client.certificate,
            key=client.key,
        )
        link = self.connect(address)
        follower = await self.follow(link)
        lead = await link.channels.lead(CHANNEL)
        assert lead is not None
        link.channels.announce(CHANNEL, b"open", lead.fence)
        await link.channels.append(CHANNEL, [b"a"], fence=lead.fence, first_seq=1)
        await link.channels.append(CHANNEL, [b"b"], key=("k", "content"))
        await follower.until(lambda: follower.items == [b"a", b"b"])
        self.assertTrue(await link.channels.resign(CHANNEL, unless_followed=True))
        await link.counts.hit("k", 1000)
        await link.counts.enter([("k", 1)])
        link.counts.leave(["k"])
        await link.leases.own("k", 1000)
        await link.leases.disown("k")
        link.channels.unfollow(CHANNEL)
        await self.follow(link)
        self.assertIsNone(link.problem)

        for wrong, reason in (
            (replace(address, password="wrong"), "invalid username-password"),
            (replace(address, ca=None), "certificate verify failed"),
            (replace(address, tls=False), ""),
        ):
            refused = self.connect(wrong)
            await self.follow_until_lost(refused)
            assert refused.problem is not None
            self.assertIn(reason, refused.problem)
            self.assertNotIn("secret", refused.problem)

    async def follow_until_lost(self, link: RedisLink) -> None:
        """Follow the channel, and wait until the engine is known not to answer."""
        follower = Recorder()
        link.channels.follow(CHANNEL, BOUNDS, follower)
        await follower.called("lost")


class TopologyTests(RedisCase):
    """Several servers."""

    timeout = 120

    def setUp(self) -> None:
        """Leave the servers to the tests."""

    async def test_a_redis_cluster(self) -> None:
        """Channels are on all shards; when one fails, the others go on."""
        servers = RedisCluster([self.new_directory() for _ in range(3)])
        self.addCleanup(servers.kill)
        servers.start()
        one, two = self.link("one", servers.url), self.link("two", servers.url)
        channels = [ChannelName("api", f"{number}") for number in range(40)]
        followers = {}
        for channel in channels:
            followers[channel] = Recorder()
            two.channels.follow(channel, BOUNDS, followers[channel])
            other = Recorder()
            one.channels.follow(channel, BOUNDS, other)
            await other.until(lambda other=other: other.restorations)  # type: ignore[misc]
            await one.channels.append(channel, [channel.digest.encode()])
        for channel, follower in followers.items():
            wanted = [channel.digest.encode()]
            await follower.until(lambda f=follower, w=wanted: f.items == w)  # type: ignore[misc]
        self.assertIsNone(await one.counts.enter([("a", 1), ("b", 1)]))
        self.assertEqual(await two.counts.enter([("c", 1), ("b", 1)]), 1)
        hits = [(await link.counts.hit("k", 60_000)).hits for link in (one, two)]
        self.assertEqual(hits, [1, 2])
        for server in servers.servers:
            self.assertNotEqual(server.ask("DBSIZE"), "0")

    async def test_sentinels(self) -> None:
        """After a failover the link uses the new server, under another epoch."""
        servers = Sentinels([self.new_directory() for _ in range(3)])
        self.addCleanup(servers.kill)
        servers.start()
        one = self.link("one", servers.url)
        follower = await self.follow(one)
        await one.channels.append(CHANNEL, [b"a"])
        await follower.until(lambda: follower.items == [b"a"])
        before, lost = follower.epoch, follower.called("lost")
        servers.master.kill()
        await lost
        await follower.called("restored")
        self.assertEqual((follower.items, follower.next_seq), ([b"a"], 2))
        self.assertNotEqual(follower.epoch, before)
        appended = await one.channels.append(CHANNEL, [b"b"])
        self.assertEqual((appended.epoch, appended.first_seq), (follower.epoch, 2))
        self.assertNotEqual(servers.replica.ask("EXISTS", "relay:{0}:members"), "0")
