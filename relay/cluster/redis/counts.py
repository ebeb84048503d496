"""What Redis counts over all members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twisted.internet.defer import Deferred

from relay.cluster.link import Count
from relay.cluster.redis.engine import Shard
from relay.cluster.redis.keys import partition

KEPT_MS = 86_400_000
"""How long places are kept that nobody touches."""


class RedisCounts:
    """
    Windows and places. All places are in the first partition, so that those of several
    keys are taken together.

    :param shards: the partitions of the engine.
    """

    def __init__(self, shards: Sequence[Shard]) -> None:
        self._shards = shards
        self._first = shards[0]
        self._held: Callable[[], Mapping[str, int]] = dict
        self._used: Counter[bytes] = Counter()
        """The places of this session, by key."""
        self._first.on_attached.append(self._begin)

    def hit(self, key: str, window_ms: int) -> Deferred[Count]:
        """Count one hit; a window begins with its first hit."""
        shard = self._shards[partition(key, len(self._shards))]
        asked = shard.request("hit", (shard.keys.hits(key),), (window_ms,))
        return asked.addCallback(lambda answer: Count(*answer))

    def enter(self, places: Sequence[tuple[str, int]]) -> Deferred[int | None]:
        """Take one place of each key, or none of any."""
        keys = [self._first.keys.places(key) for key, _ in places]
        most = [most for _, most in places]
        asked = self._first.request("enter", keys, (KEPT_MS, *most))
        return asked.addCallback(self._entered, keys)

    def _entered(self, answer: list[Any], keys: list[bytes]) -> int | None:
        full: int = answer[0]
        if full:
            return full - 1
        self._used.update(keys)
        return None

    def leave(self, keys: Sequence[str]) -> None:
        """Return one place of each key."""
        places = [self._first.keys.places(key) for key in keys]
        self._first.order("vacate", places)
        self._used.subtract(places)
        for place in places:
            if self._used[place] <= 0:
                del self._used[place]

    def hold(self, held: Callable[[], Mapping[str, int]]) -> None:
        """Register what counts the places that this process uses."""
        self._held = held

    def _begin(self) -> None:
        held = self._held().items()
        self._used = Counter(
            {self._first.keys.places(key): number for key, number in held if number > 0}
        )
        if self._used:
            self._first.order("hold", list(self._used), (KEPT_MS, *self._used.values()))

    def touch(self) -> None:
        """Keep the places in use from expiring."""
        if self._used:
            self._first.order("touch", list(self._used), (KEPT_MS,))
