"""One place of a channel's log."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from relay.channel.ids import is_field_value
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


NOT_JSON = object()
PLACE_BYTES = 400
"""What an entry takes beside its texts: with its message, its id, and its places in the
log (measured with tracemalloc, CPython 3.11)."""


class Entry:
    """An event, or a gap, with its place."""

    __slots__ = (
        "arrived_s",
        "at_ms",
        "end",
        "gap",
        "id",
        "memo",
        "message",
        "repeats_id",
        "seq",
        "size",
    )

    def __init__(
        self,
        seq: int,
        id: str,
        message: Message | None,
        gap: Gap | None,
        at_ms: int,
        arrived_s: float = 0.0,
    ) -> None:
        self.seq = seq
        self.id = id
        self.message = message
        self.gap = gap
        self.at_ms = at_ms
        self.arrived_s = arrived_s
        """When it came to this process, of the monotonic clock, in seconds."""
        self.size = PLACE_BYTES + (message.held_bytes if message is not None else 0)
        """How many bytes of memory it takes, roughly."""
        self.end = 0
        """Data of the log up to and with it, in characters."""
        self.repeats_id = False
        """Whether the log held an event with the same id of the source before it."""
        self.memo: dict[Hashable, Any] | None = None
        """What was made of it for several groups at once, such as its data as JSON;
        dropped as soon as it was delivered to all of them."""

    @property
    def data_bytes(self) -> int:
        """How much data it is for a client, roughly."""
        return 64 + (len(self.message.data) if self.message is not None else 0)

    @property
    def timestamp_ms(self) -> int:
        """The time that the publisher states, otherwise the time of arrival."""
        if self.message is not None and self.message.timestamp_ms is not None:
            return self.message.timestamp_ms
        return self.at_ms

    @property
    def source_id(self) -> str:
        """The source's id, if it names this event alone and fits into a header,
        otherwise :attr:`id`."""
        message = self.message
        if message is None or self.repeats_id or not is_field_value(message.id):
            return self.id
        return message.id

    def parsed(self) -> Any:
        """
        Return the data as JSON, parsed once while it is needed.

        :return: :data:`NOT_JSON` if the data is not JSON.

        :raises JsonTooLarge: when it holds too many values to be read.
        """
        memo = self.memo
        if memo is None:
            memo = self.memo = {}
        elif NOT_JSON in memo:
            return memo[NOT_JSON]
        found: Any = NOT_JSON
        if self.message is not None:
            try:
                found = read_json(self.message.data)
            except JsonTooLarge:
                raise
            except (ValueError, RecursionError):
                pass
        memo[NOT_JSON] = found
        return found

    def as_json(self) -> dict[str, Any]:
        """Return the event in the JSON form of all entrypoints."""
        message = self.message
        assert message is not None
        return {
            "id": self.id,
            "type": message.type,
            "dataBase64" if message.binary else "data": message.data,
            "topic": message.topic,
            "timestamp": self.timestamp_ms,
        }
