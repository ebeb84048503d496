"""Leases of anything but channels in Redis."""

from __future__ import annotations

from twisted.internet.defer import Deferred

from relay.cluster.redis.engine import Shard


class RedisLeases:
    """
    Leases of the member's session.

    :param shard: the partition that has all of them.
    """

    def __init__(self, shard: Shard) -> None:
        self._shard = shard

    def own(self, name: str, lease_ms: int) -> Deferred[bool]:
        """Take or renew a lease."""
        asked = self._shard.request("own", (self._shard.keys.lease(name),), (lease_ms,))
        return asked.addCallback(lambda answer: bool(answer[0]))

    def disown(self, name: str) -> Deferred[None]:
        """Return a lease."""
        asked = self._shard.request("disown", (self._shard.keys.lease(name),))
        return asked.addBoth(lambda _: None)
