"""Places of open calls: how many there are at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Literal, NamedTuple, Protocol

from twisted.internet.defer import Deferred

OnEngineLoss = Literal["allow", "refuse", "local"]
"""What is done while the shared engine does not answer: a call passes, is refused, or
is counted in this process."""


def count_key(*parts: str) -> str:
    """
    Make a key of what is counted together.

    :param parts: may contain addresses and credentials of clients, which an engine does
        not get.
    :return: 32 hexadecimal digits.
    """
    text = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16).hexdigest()


class Place(NamedTuple):
    """
    A place that a call needs.

    :param key: what is counted together.
    :param limit: how many places the key has.
    """

    key: str
    limit: int


class Places(Protocol):
    """Places, of this process or of all that share an engine."""

    def enter(
        self, places: Sequence[Place], on_loss: OnEngineLoss
    ) -> int | Deferred[int | None] | None:
        """
        Take all places, or none.

        :param places: with different keys.
        :param on_loss: what is done while the shared engine does not answer.
        :return: None when all were taken, else the index of the first key that is full;
            a Deferred when a shared engine counts. It fails with
            :class:`relay.cluster.link.EngineLost` if ``on_loss`` is ``refuse``. When it
            is cancelled, or fails, no place is taken.
        """

    def leave(self, keys: Iterable[str]) -> None:
        """Return one place of each key."""


class LocalPlaces:
    """Places of this process."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    @property
    def used(self) -> Mapping[str, int]:
        """How many places this process uses, by key."""
        return self._used

    def enter(
        self, places: Sequence[Place], on_loss: OnEngineLoss = "local"
    ) -> int | None:
        """Take all places, or none."""
        for index, place in enumerate(places):
            if self._used[place.key] >= place.limit:
                return index
        self.take(place.key for place in places)
        return None

    def take(self, keys: Iterable[str]) -> None:
        """Take one place of each key, regardless of how many there are."""
        self._used.update(keys)

    def leave(self, keys: Iterable[str]) -> None:
        """Return one place of each key."""
        for key in keys:
            self._used[key] -= 1
            if not self._used[key]:
                del self._used[key]
