"""The contract of links with a hub in a process of its own, and processes that die."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from functools import cache

from twisted.trial.unittest import TestCase

from relay.channel.message import Message
from relay.channel.ownership import LEASE_MS
from relay.cluster.items import write_item
from relay.cluster.link import ChannelName
from relay.model.api.messages.channel_options import HistoryOptions
from relay.reactor.clock import wall_ms
from relay.store.store import Store
from relay.store.tables.delivery.channels import ChannelStore, event_id_secret
from tests.cluster.contract import LinkContract
from tests.cluster.engines import Copy, Engine
from tests.store.databases import api
from tests.wire.cluster.hub import OWNER, REACTOR, HubProcess, until
from tests.wire.harness.interpreter import ROOT

CHANNEL = ChannelName("an-api", "a-digest")


@cache
def _shared_hub() -> HubProcess:
    hub = HubProcess()
    atexit.register(hub.end)
    return hub


class LocalContractTests(LinkContract, TestCase):
    """The contract of links, over the socket of a hub, which the tests share."""

    death_s = 0.1

    async def make_engine(self) -> Engine:
        """Use the hub, which ends with the tests."""
        return _shared_hub()


class LeaderTests(TestCase):
    """A process that leads a channel is killed, or suspended."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Start a hub, a follower in this process, and a leader in another one."""
        self.hub = _shared_hub()
        self.channel = CHANNEL._replace(digest=self.id())
        process = await self.hub.process("follower")
        self.copy = Copy(process, self.channel)
        process.link.channels.follow(self.channel, HistoryOptions(), self.copy)
        await until(lambda: self.copy.told)
        reading, writing = os.pipe()
        self.leader = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.wire.cluster.leader",
                self.hub.path,
                *self.channel,
            ],
            cwd=ROOT,
            stdout=writing,
        )
        os.close(writing)
        os.set_blocking(reading, False)
        self.output = os.fdopen(reading)
        await until(lambda: len(self.copy.entries) > 10)

    async def tearDown(self) -> None:  # type: ignore[override]
        """End all."""
        self.leader.kill()
        self.leader.wait()
        self.output.close()
        await self.hub.close()

    async def _take_over(self) -> None:
        """Lead, append, and see that the log has no hole and nothing twice."""
        channels = self.copy.process.link.channels
        lead = await channels.lead(self.channel)
        assert lead is not None
        items = [b"%d" % number for number in range(1, lead.next_seq)]
        await until(lambda: len(self.copy.items) == len(items))
        self.assertEqual(self.copy.items, items[-len(self.copy.items) :])
        await channels.append(
            self.channel, [b"taken over"], fence=lead.fence, first_seq=lead.next_seq
        )
        self.assertEqual(self.copy.items[-1], b"taken over")

    async def test_a_leader_is_killed(self) -> None:
        """Its session ends with its socket, and another process leads."""
        told = self.copy.count("leaderless")
        self.leader.kill()
        await until(lambda: self.copy.count("leaderless") > told)
        await self._take_over()

    async def test_a_leader_is_suspended(self) -> None:
        """Its session ends after a while; it cannot append any more."""
        told = self.copy.count("leaderless")
        self.leader.send_signal(signal.SIGSTOP)
        await until(lambda: self.copy.count("leaderless") > told)
        await self._take_over()
        self.leader.send_signal(signal.SIGCONT)
        await until(lambda: self.leader.poll() is not None)
        self.assertEqual(self.output.read().split(), ["leads", "fenced"])
        self.assertEqual(self.copy.items[-1], b"taken over")

    async def test_a_hub_is_killed(self) -> None:
        """A follower restores the log; the leader leads no more."""
        await self.hub.lose()
        self.leader.kill()
        before = list(self.copy.entries)
        await self.hub.restart()
        await until(lambda: self.copy.count("restored") == 2)
        self.assertEqual(self.copy.entries, before)
        await self._take_over()


class DurableTests(TestCase):
    """A durable channel of a hub, whose log is in a real store."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Start a hub; its node owns the channels of an API."""
        self.hub = HubProcess()
        self.store = Store(self.hub.store_url, REACTOR, threads=1, clock_ms=wall_ms)
        self.store.startService()
        await self.store.write(lambda tx: tx.apis.add(api(CHANNEL.api_id)))
        channels = ChannelStore(self.store, OWNER, event_id_secret(self.store))
        self.assertTrue(await channels.own(CHANNEL.api_id, LEASE_MS))

    async def tearDown(self) -> None:  # type: ignore[override]
        """End all."""
        await self.hub.close()
        await self.store.stopService()
        self.hub.end()

    async def test_a_hub_is_killed(self) -> None:
        """The channel goes on with its log, its epoch and its publications."""
        process = await self.hub.process("publisher")
        copy = Copy(process, CHANNEL)
        channels = process.link.channels
        channels.follow(CHANNEL, HistoryOptions(durable=True), copy)
        await until(lambda: copy.told)
        items = [write_item(Message(str(number))) for number in range(20)]
        asked = [channels.append(CHANNEL, [item]) for item in items[:-1]]
        asked.append(channels.append(CHANNEL, items[-1:], key=("key", "content")))
        for one in asked:
            place = await one
        before, epoch = list(copy.entries), copy.epoch
        self.assertEqual([entry.item for entry in before], items)
        copy.refuses = True
        await self.hub.lose()
        await self.hub.restart()
        await until(lambda: copy.count("restored") == 2)
        self.assertEqual((copy.entries, copy.epoch), (before, epoch))
        again = await channels.append(CHANNEL, items[-1:], key=("key", "content"))
        self.assertEqual((again.first_seq, again.repeated), (place.first_seq, True))
        self.assertEqual((await channels.append(CHANNEL, items[:1])).first_seq, 21)
