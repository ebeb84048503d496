"""Publications that are repeated because their answer was lost."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed
from twisted.python.failure import Failure

REMEMBERED_S = 600.0
MOST_IDS = 100_000
"""With more ids than this the oldest publications are forgotten before their time."""


class Idempotency:
    """
    Remembers for ten minutes what was answered under an ``Idempotency-Key``.

    :param seconds: tells the time.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._known: OrderedDict[tuple[str, str], tuple[float, list[str]]]
        self._known = OrderedDict()
        self._ids = 0
        """How many ids are remembered."""
        self._under_way: dict[tuple[str, str], list[Deferred[list[str]]]] = {}
        """Who waits for the answer of a publication that is not safe yet."""

    def once(
        self, topic: str, key: str, publish: Callable[[], Deferred[list[str]]]
    ) -> Deferred[list[str]]:
        """
        Publish, unless that was done under this key, or is being done.

        :param topic: where to.
        :param key: its key.
        :param publish: does it; called at once or never.
        :return: fires with the ids, or fails as the publication does.
        """
        found = self.find(topic, key)
        if found is not None:
            return succeed(found)
        waiting = self._under_way.get((topic, key))
        if waiting is not None:
            waiting.append(Deferred())
            return waiting[-1]
        # If this raises, nothing is under way.
        done = publish()
        self._under_way[topic, key] = []
        return done.addBoth(self._settle, topic, key)

    def _settle(
        self, result: list[str] | Failure, topic: str, key: str
    ) -> list[str] | Failure:
        if not isinstance(result, Failure):
            self.remember(topic, key, result)
        for one in self._under_way.pop((topic, key)):
            one.callback(result)
        return result

    def find(self, topic: str, key: str) -> list[str] | None:
        """
        Give the ids that a publication got.

        :param topic: where it was published.
        :param key: its key.
        :return: None when there was none under this key.
        """
        self._forget()
        found = self._known.get((topic, key))
        return None if found is None else found[1]

    def remember(
        self, topic: str, key: str, ids: list[str], age_s: float = 0.0
    ) -> None:
        """
        Remember a publication.

        :param topic: where it was published.
        :param key: its key.
        :param ids: the ids that it got.
        :param age_s: how long ago that was.
        """
        before = self._known.pop((topic, key), None)
        self._ids += len(ids) - (len(before[1]) if before is not None else 0)
        self._known[topic, key] = self._seconds() - age_s, ids
        self._forget()

    def _forget(self) -> None:
        oldest_s = self._seconds() - REMEMBERED_S
        while self._known:
            at_s, ids = next(iter(self._known.values()))
            if at_s > oldest_s and self._ids <= MOST_IDS:
                break
            self._known.popitem(last=False)
            self._ids -= len(ids)
