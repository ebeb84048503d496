"""The publications that a hub has answered under an idempotency key."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

from relay.channel.idempotency import MOST_IDS, REMEMBERED_S, KeyReused
from relay.cluster.link import Appended, ChannelName


class _Known(NamedTuple):
    at_s: float
    content: str
    appended: Appended


class Publications:
    """
    Keeps the place of a publication under its key for ten minutes.

    :param seconds: returns the monotonic time in seconds.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._known: OrderedDict[tuple[ChannelName, str], _Known] = OrderedDict()

    def find(self, channel: ChannelName, key: tuple[str, str]) -> Appended | None:
        """
        Find a publication.

        :param key: the idempotency key, and the digest of the content.
        :return: None when there was none under this key.
        :raises KeyReused: when another publication had the key.
        """
        self._forget()
        known = self._known.get((channel, key[0]))
        if known is None:
            return None
        if known.content != key[1]:
            raise KeyReused()
        return known.appended._replace(repeated=True)

    def remember(
        self,
        channel: ChannelName,
        key: tuple[str, str],
        appended: Appended,
        at_s: float | None = None,
    ) -> None:
        """
        Remember a publication.

        :param at_s: when it was made, of the monotonic clock; None for now.
        """
        if at_s is None:
            at_s = self._seconds()
        known = _Known(at_s, key[1], appended)
        self._known[channel, key[0]] = known
        self._forget()

    def _forget(self) -> None:
        oldest_s = self._seconds() - REMEMBERED_S
        while self._known:
            known = next(iter(self._known.values()))
            if known.at_s > oldest_s and len(self._known) <= MOST_IDS:
                break
            self._known.popitem(last=False)
