"""One event as it passes through a channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from sys import getsizeof

from relay.eventstream.event import DEFAULT_TYPE


@dataclass(frozen=True, slots=True)
class Message:
    """A message of a source or a publisher."""

    data: str
    """The text; base64 of the bytes when they are binary."""
    type: str = DEFAULT_TYPE
    id: str = ""
    """The source's own id; empty when the event has none of its own."""
    topic: str = ""
    timestamp_ms: int | None = None
    """The time of the event, as the publisher states it."""
    binary: bool = False
    metadata: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None

    @property
    def content_bytes(self) -> int:
        """The size of the content: of the text in UTF-8, or of the decoded bytes."""
        if self.binary:
            return len(self.data) * 3 // 4 - self.data.count("=")
        return len(self.data.encode("utf-8", "surrogatepass"))

    @property
    def held_bytes(self) -> int:
        """The memory that the texts of the message take, in bytes."""
        size = getsizeof(self.data)
        if self.type is not DEFAULT_TYPE:
            size += getsizeof(self.type)
        if self.id:
            size += getsizeof(self.id)
        if self.topic:
            size += getsizeof(self.topic)
        if self.metadata is None and self.headers is None:
            return size
        for values in (self.metadata, self.headers):
            if values:
                pairs = values.items()
                size += sum([getsizeof(a) + getsizeof(b) + 64 for a, b in pairs])
        return size
