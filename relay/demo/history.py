"""The history of the demo source: the messages of the last two minutes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import takewhile
from operator import attrgetter

from relay.demo.message import DemoMessage


class History:
    """
    The latest messages of all channels, bounded by age, count and bytes.

    The oldest message of all channels is dropped first, so that the bounds apply to any
    number of channels; a channel without messages is removed.

    :param age_ms: the longest time for which a message is kept.
    :param max_messages: over all channels.
    :param max_bytes: of encoded events, over all channels.
    """

    def __init__(self, age_ms: int, max_messages: int, max_bytes: int) -> None:
        self._age_ms = age_ms
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._all: deque[DemoMessage] = deque()
        self._by_channel: dict[str, deque[DemoMessage]] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._all)

    def add(self, message: DemoMessage) -> None:
        """Add a message; serials must be in ascending order."""
        self._all.append(message)
        self._by_channel.setdefault(message.channel, deque()).append(message)
        self._bytes += len(message.event)
        while len(self._all) > self._max_messages or self._bytes > self._max_bytes:
            self._drop_oldest()

    def expire(self, now_ms: int) -> None:
        """Remove messages that are older than the maximum age."""
        while self._all and self._all[0].timestamp_ms + self._age_ms <= now_ms:
            self._drop_oldest()

    def after(self, channels: Iterable[str], serial: int) -> list[DemoMessage]:
        """The remembered messages of *channels* that follow *serial*, in order."""
        found: list[DemoMessage] = []
        for channel in channels:
            newest_first = reversed(self._by_channel.get(channel, ()))
            found.extend(takewhile(lambda m: m.serial > serial, newest_first))
        return sorted(found, key=attrgetter("serial"))

    def latest(self, channels: Iterable[str], count: int) -> list[DemoMessage]:
        """The last *count* messages of each of *channels*, in order."""
        found: list[DemoMessage] = []
        for channel in channels:
            kept = self._by_channel.get(channel, ())
            found.extend(list(kept)[-count:] if count else ())
        return sorted(found, key=attrgetter("serial"))

    def _drop_oldest(self) -> None:
        oldest = self._all.popleft()
        self._bytes -= len(oldest.event)
        # Both run in order of serials, so the oldest of all heads its channel.
        kept = self._by_channel[oldest.channel]
        kept.popleft()
        if not kept:
            del self._by_channel[oldest.channel]
