"""
The names of keys.

Each key belongs to one partition, whose number is its hash tag: a script and a blocking
read have keys of one partition only, so that they run on a Redis Cluster. A single
server has one partition.
"""

from __future__ import annotations

from binascii import crc32

from relay.cluster.link import ChannelName

CLUSTER_PARTITIONS = 16
"""The partitions on a Redis Cluster. It can never change while the cluster is used."""


class Keys:
    """
    The keys of one partition.

    :param prefix: of all keys.
    :param number: of the partition.
    """

    def __init__(self, prefix: str, number: int) -> None:
        self._base = f"{prefix}:{{{number}}}:"
        self.tag = self._base.encode()
        """A key of the partition's slot."""
        self.generation = self._key("generation")
        """Which process of the server has the data."""
        self.members = self._key("members")
        """The sessions, and when they end."""
        self.ended = self._key("ended")
        """The stream of sessions that have ended."""

    def _key(self, name: str) -> bytes:
        return (self._base + name).encode()

    def wake(self, session: str) -> bytes:
        """The stream that ends a blocking read of a session."""
        return self._key(f"wake:{session}")

    def log(self, channel: ChannelName) -> bytes:
        """The entries of a channel."""
        return self._key(f"log:{channel.api_id}:{channel.digest}")

    def head(self, channel: ChannelName) -> bytes:
        """The next number, epoch, lease and state of a channel."""
        return self._key(f"head:{channel.api_id}:{channel.digest}")

    def followers(self, channel: ChannelName) -> bytes:
        """The sessions that follow a channel."""
        return self._key(f"followers:{channel.api_id}:{channel.digest}")

    def once(self, channel: ChannelName, key: str) -> bytes:
        """Where a publication with an idempotency key is."""
        return self._key(f"once:{channel.api_id}:{channel.digest}:{key}")

    def hits(self, key: str) -> bytes:
        """The count of a window."""
        return self._key(f"hits:{key}")

    def places(self, key: str) -> bytes:
        """The places that each session has."""
        return self._key(f"places:{key}")

    def lease(self, name: str) -> bytes:
        """The session that has a lease."""
        return self._key(f"lease:{name}")


def partition(key: str, partitions: int) -> int:
    """Return the number of the partition that a name belongs to."""
    return crc32(key.encode("utf-8", "surrogatepass")) % partitions
