"""The link of a process to a cluster whose engine is Redis or Valkey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twisted.internet.defer import Deferred, DeferredList, succeed
from twisted.internet.interfaces import IDelayedCall

from relay.cluster.link import ChannelLink, CountLink, LeaseLink
from relay.cluster.redis.channels import RedisChannels
from relay.cluster.redis.counts import RedisCounts
from relay.cluster.redis.engine import Shard
from relay.cluster.redis.keys import CLUSTER_PARTITIONS, Keys
from relay.cluster.redis.leases import RedisLeases
from relay.cluster.redis.locating import Locator
from relay.cluster.redis.partition import Partition
from relay.cluster.redis.scripts import load
from relay.cluster.redis.session import Options
from relay.cluster.redis.thread import LoopThread
from relay.settings.redis_url import Address

TOUCH_S = 3600.0


class RedisLink:
    """
    A link.

    :param reactor: in whose thread it is used.
    :param address: of the servers.
    :param member: names the process among all of the cluster.
    :param prefix: of all keys.
    :param wait_replicas: how many replicas must have what was appended before it is
        answered.
    """

    spans_machines = True
    """Whether the processes may be on several machines."""

    def __init__(
        self,
        reactor: Any,
        address: Address,
        member: str,
        prefix: str = "relay",
        wait_replicas: int = 0,
    ) -> None:
        self.member = member
        self._reactor = reactor
        self._thread = LoopThread(reactor)
        self._watchers: list[Callable[[], None]] = []
        self._touching: IDelayedCall | None = None
        options = Options(member, load(), wait_replicas)
        number = CLUSTER_PARTITIONS if address.kind == "cluster" else 1
        self._shards = [
            Shard(
                Partition(
                    Keys(prefix, one),
                    options,
                    Locator(address, f"relay:{member}"),
                    self._thread,
                ),
                reactor,
                self._changed,
            )
            for one in range(number)
        ]
        self._counts = RedisCounts(self._shards)
        self._channels = RedisChannels(self._shards)
        self.counts: CountLink = self._counts
        self.leases: LeaseLink = RedisLeases(self._shards[0])
        self.channels: ChannelLink = self._channels

    @property
    def problem(self) -> str | None:
        """Why Redis does not answer; None while it does."""
        return next((one.problem for one in self._shards if one.problem), None)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call back whenever :attr:`problem` has changed."""
        self._watchers.append(watcher)

    def _changed(self) -> None:
        for watcher in list(self._watchers):
            watcher()

    def start(self) -> None:
        """Connect, and go on connecting whenever there is no connection."""
        self._thread.start()
        for shard in self._shards:
            shard.start()
        self._touching = self._reactor.callLater(TOUCH_S, self._touch)

    def _touch(self) -> None:
        self._channels.touch()
        self._counts.touch()
        self._touching = self._reactor.callLater(TOUCH_S, self._touch)

    def stop(self) -> Deferred[None]:
        """Close the sessions; fires when the thread has ended."""
        if self._touching is None:
            return succeed(None)
        self._touching.cancel()
        self._touching = None
        stopped = DeferredList([shard.stop() for shard in self._shards])
        return stopped.addCallback(lambda _: self._thread.stop())
