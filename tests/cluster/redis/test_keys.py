"""Tests of the names of keys."""

from __future__ import annotations

from redis.crc import key_slot
from twisted.trial.unittest import SynchronousTestCase

from relay.cluster.link import ChannelName
from relay.cluster.redis.keys import CLUSTER_PARTITIONS, Keys, partition


class KeyTests(SynchronousTestCase):
    """A Redis Cluster keeps the keys of a partition together."""

    def test_all_keys_of_a_partition_have_one_slot(self) -> None:
        """Names with braces included."""
        channel = ChannelName("{api}", "digest")
        for number in range(CLUSTER_PARTITIONS):
            keys = Keys("relay", number)
            slots = {
                key_slot(key)
                for key in (
                    keys.tag,
                    keys.generation,
                    keys.members,
                    keys.ended,
                    keys.wake("one:1"),
                    keys.log(channel),
                    keys.head(channel),
                    keys.followers(channel),
                    keys.once(channel, "{k}"),
                    keys.hits("{k}"),
                    keys.places("{k}"),
                    keys.lease("{k}"),
                )
            }
            self.assertEqual(len(slots), 1)

    def test_partitions_are_on_all_shards(self) -> None:
        """Three shards of equal size have partitions each."""
        slots = [key_slot(Keys("relay", n).tag) for n in range(CLUSTER_PARTITIONS)]
        self.assertEqual({slot * 3 // 16384 for slot in slots}, {0, 1, 2})

    def test_a_name_is_always_in_one_partition(self) -> None:
        """Any name has one, and the only one where there is one."""
        numbers = {partition(f"name {n}", CLUSTER_PARTITIONS) for n in range(1000)}
        self.assertEqual(numbers, set(range(CLUSTER_PARTITIONS)))
        self.assertEqual(partition("half \ud800", 1), 0)
