"""One place of a channel's log."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from relay.channel.message import Message
from relay.json_text import JsonTooLarge, read_json


class GapReason(StrEnum):
    """Why events may be missing."""

    UNKNOWN_ID = "unknown_id"
    EVICTED = "evicted"
    UPSTREAM_RECONNECT = "upstream_reconnect"
    SLOW_CONSUMER = "slow_consumer"
    EVENT_TOO_LONG = "event_too_long"
    UNDELIVERABLE = "undeliverable"
    """An event cannot be encoded for this subscriber."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Events may be missing here."""

    reason: GapReason
    after: str | None
    """The id of the last event before it, if there is one."""


_UNPARSED = object()
NOT_JSON = object()


class Entry:
    """
    An event, or a gap, with its place.

    What it looks like on the wire is made once for each framing and kept, so that a
    thousand clients that come back at once share one copy.
    """

    __slots__ = (
        "_json",
        "at_ms",
        "encodings",
        "end",
        "gap",
        "id",
        "message",
        "seq",
        "shapes",
        "size",
    )

    def __init__(
        self, seq: int, id: str, message: Message | None, gap: Gap | None, at_ms: int
    ) -> None:
        self.seq = seq
        self.id = id
        self.message = message
        self.gap = gap
        self.at_ms = at_ms
        self.size = 64 + (len(message.data) if message is not None else 0)
        """Roughly how many bytes it keeps."""
        self.end = 0
        """Bytes of the log up to and with it."""
        self.encodings: dict[Hashable, bytes] = {}
        self.shapes: dict[Hashable, Entry | None] | None = None
        """What it has become in flows, by what they do; None for what they withhold."""
        self._json: Any = _UNPARSED

    @property
    def timestamp_ms(self) -> int:
        """When it happened: as the publisher says, else when it came."""
        if self.message is not None and self.message.timestamp_ms is not None:
            return self.message.timestamp_ms
        return self.at_ms

    def parsed(self) -> Any:
        """
        Give the data as JSON, read once; :data:`NOT_JSON` when it is none.

        :raises JsonTooLarge: when it holds too many values to be read.
        """
        if self._json is _UNPARSED:
            try:
                self._json = read_json(self.message.data) if self.message else NOT_JSON
            except JsonTooLarge:
                raise
            except (ValueError, RecursionError):
                self._json = NOT_JSON
        return self._json

    def as_json(self) -> dict[str, Any]:
        """Give the event in the one JSON form that all entrypoints use."""
        message = self.message
        assert message is not None
        return {
            "id": self.id,
            "type": message.type,
            "dataBase64" if message.binary else "data": message.data,
            "topic": message.topic,
            "timestamp": self.timestamp_ms,
        }
