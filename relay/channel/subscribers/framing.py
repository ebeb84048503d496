"""The wire form of an entry of the log."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from typing import Protocol

from relay.channel.entry import Entry, Gap
from relay.eventstream.encoder import HEARTBEAT, encode
from relay.eventstream.event import DEFAULT_TYPE, Event
from relay.model.outcome import Outcome

GOAWAY = encode(Event("goaway", ""))
"""Sent before a stream is ended for a reason that is not the source's."""


def error_event(outcome: Outcome, **details: object) -> bytes:
    """
    Encode the ``event: error`` that ends a stream which a client should not reopen.

    :param outcome: the ``reason``.
    :param details: further members of the data.
    """
    return encode(Event("error", json.dumps({"reason": outcome, **details})))


class Framing(Protocol):
    """Makes bytes of entries, the same for all subscribers with an equal key."""

    key: Hashable
    heartbeat: bytes
    """What keeps a quiet connection alive."""
    heartbeat_s: float
    """After how long without an event it is sent; 0 for never."""

    def encode(self, entry: Entry) -> bytes:
        """
        Encode an event.

        :param entry: with a message.
        """

    def encode_gap(self, gap: Gap) -> bytes:
        """Encode a gap; empty when this framing does not report gaps."""


class SseForm(Framing, Protocol):
    """The bytes of an event stream; one object serves all clients of an entrypoint."""

    goaway: bytes
    """What ends a stream to which the client may come back."""
    first_block: bool
    """Whether the reconnection time is a block of its own, before the first event."""


class SseFraming:
    """
    The event-stream format, in the form that all tested clients read alike.

    :param metadata: write metadata as comment lines.
    :param headers: write headers as comment lines.
    :param tell_gaps: report gaps as events.
    :param heartbeat_ms: the longest silence of a stream; 0 for no limit.
    """

    heartbeat = HEARTBEAT
    goaway = GOAWAY
    first_block = False

    def __init__(
        self, metadata: bool, headers: bool, tell_gaps: bool, heartbeat_ms: int
    ) -> None:
        self.heartbeat_s = heartbeat_ms / 1000.0
        self._metadata = metadata
        self._headers = headers
        self._tell_gaps = tell_gaps
        self.key: Hashable = ("sse", metadata, headers, tell_gaps, heartbeat_ms)

    def encode(self, entry: Entry) -> bytes:
        """Encode an event, with the id that the client resumes after."""
        message = entry.message
        assert message is not None
        encoded = encode(Event(message.type, message.data, entry.id))
        comments = b""
        if self._metadata:
            comments += _comments(message.metadata)
        if self._headers:
            comments += _comments(message.headers)
        return encoded[:-1] + comments + b"\n" if comments else encoded

    def encode_gap(self, gap: Gap) -> bytes:
        """
        Encode the event that reports a gap. It has no id: the client keeps the id of
        the last event before it, and meets the gap again if it resumes after that id.
        """
        if not self._tell_gaps:
            return b""
        data = json.dumps({"reason": gap.reason, "after": gap.after})
        return encode(Event("relay.gap", data))


class GraviteeSseFraming(SseFraming):
    """
    The event-stream format as Gravitee writes it.

    Every event is of the type ``message``, has the source's id, and an empty line after
    a heartbeat. Data of several lines are several ``data`` lines, as the format wants.
    """

    heartbeat = b":\n\n"
    goaway = encode(Event("goaway", "Stopping, please reconnect"))
    first_block = True

    def __init__(
        self, metadata: bool, headers: bool, tell_gaps: bool, heartbeat_ms: int
    ) -> None:
        super().__init__(metadata, headers, tell_gaps, heartbeat_ms)
        self.key = ("gravitee", self.key)

    def encode(self, entry: Entry) -> bytes:
        """Encode an event, with the time of the source among its metadata."""
        message = entry.message
        assert message is not None
        event = Event(DEFAULT_TYPE, message.data, entry.source_id)
        encoded = encode(event, names_default=True)
        comments = b""
        if self._metadata:
            comments += b":sourceTimestamp: %d\n" % entry.timestamp_ms
            comments += _comments(message.metadata)
        if self._headers:
            comments += _comments(message.headers)
        return encoded[:-1] + comments + b"\n" if comments else encoded


def retry_block(retry_ms: int) -> bytes:
    """
    State a reconnection time in a block without an event.

    :param retry_ms: milliseconds.
    """
    return b"retry: %d\n\n" % retry_ms


def with_retry(data: bytes, retry_ms: int) -> bytes:
    """
    State a reconnection time within the first event.

    :param data: begins with an event, never with a comment.
    :param retry_ms: milliseconds.
    """
    return b"retry: %d\n%s" % (retry_ms, data)


def _comments(values: Mapping[str, str] | None) -> bytes:
    lines = []
    for key, value in (values or {}).items():
        text = " ".join(f":{key}: {value}".splitlines())
        lines.append(text.encode("utf-8", "replace") + b"\n")
    return b"".join(lines)
