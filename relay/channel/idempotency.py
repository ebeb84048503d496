"""Publications that are repeated because their answer was lost."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

REMEMBERED_S = 600.0
MOST = 100_000


class Idempotency:
    """
    Remembers for ten minutes what was answered under an ``Idempotency-Key``.

    :param seconds: tells the time.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._known: OrderedDict[tuple[str, str], tuple[float, list[str]]]
        self._known = OrderedDict()

    def find(self, topic: str, key: str) -> list[str] | None:
        """
        Give the ids that a publication got.

        :param topic: where it was published.
        :param key: its key.
        :return: None when there was none under this key.
        """
        oldest_s = self._seconds() - REMEMBERED_S
        while self._known:
            first = next(iter(self._known))
            if self._known[first][0] > oldest_s and len(self._known) <= MOST:
                break
            del self._known[first]
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
        self._known[topic, key] = self._seconds() - age_s, ids
