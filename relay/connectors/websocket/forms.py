"""The forms of WebSocket frames: events in JSON, or contents alone."""

from __future__ import annotations

import base64
from collections.abc import Hashable, Mapping, Sequence
from typing import Protocol

from relay.channel.entry import Entry, Gap
from relay.channel.message import Message
from relay.channel.subscribers.framing import Framing
from relay.connectors.publication import read_content, read_event, read_json
from relay.connectors.websocket import frames


class SocketForm(Protocol):
    """The form of frames; one object serves all clients of an entrypoint."""

    framing: Framing
    takes_bytes: bool
    """Whether a client may send binary frames."""
    ignores_publishers: bool
    """Whether events of a client that may not publish are dropped, not refused."""
    going_away: tuple[int, str]
    """The close code and the reason when the client may come back at once."""

    def longest_message(self, longest_bytes: int) -> int:
        """
        Return how long a message of a client may be, in bytes.

        :param longest_bytes: the longest data of an event, in bytes.
        """

    def read(self, payload: str | bytes, topic: str, longest_bytes: int) -> Message:
        """
        Read a published event.

        :param payload: of a text or a binary message.
        :param topic: the topic of the path.
        :param longest_bytes: the longest data that is allowed.
        :raises BadEvent: when the event is invalid.
        """

    def acknowledgement(self, entries: Sequence[Entry]) -> bytes:
        """Write the answer to a publication; empty for none."""

    def error(self, status: int, problem: str) -> bytes | None:
        """
        Write the answer to a publication that is refused.

        :param status: the HTTP status of such a refusal.
        :return: None when the form has no such answer: the connection is closed.
        """

    def control(self, name: str, content: Mapping[str, object]) -> bytes | None:
        """Write a message of the gateway's own; see :meth:`Feed.control`."""


class EventForm:
    """Relay's form: one event in JSON in each text frame, in both directions."""

    takes_bytes = False
    ignores_publishers = False
    going_away = (frames.GOING_AWAY, "going away")

    def __init__(self) -> None:
        self.framing: Framing = frames.FrameFraming()

    def longest_message(self, longest_bytes: int) -> int:
        """Leave room for escapes: in JSON one byte may be escaped as six."""
        return longest_bytes * 6 + 65536

    def read(self, payload: str | bytes, topic: str, longest_bytes: int) -> Message:
        """Read an event in JSON."""
        assert isinstance(payload, str)
        return read_event(read_json(payload, "the frame"), topic, "", longest_bytes)

    def acknowledgement(self, entries: Sequence[Entry]) -> bytes:
        """Write the ids of the events."""
        return frames.text_frame({"ack": [entry.id for entry in entries]})

    def error(self, status: int, problem: str) -> bytes:
        """Write the status and the problem."""
        return frames.text_frame({"error": {"status": status, "message": problem}})

    def control(self, name: str, content: Mapping[str, object]) -> bytes:
        """Write a frame with one member: the last part of the name."""
        return frames.text_frame({name.rpartition(".")[2]: dict(content)})


class ContentForm:
    """
    Gravitee's form: a frame is the content of one message, in both directions.

    The frames of the gateway are binary, as Gravitee's are; those of a client may be
    text or binary. There is no frame for answers to publications and for gaps.
    """

    takes_bytes = True
    ignores_publishers = True
    going_away = (frames.TRY_AGAIN, "Try Again Later")

    def __init__(self) -> None:
        self.framing: Framing = ContentFraming()

    def longest_message(self, longest_bytes: int) -> int:
        """Leave room for the headers of fragments."""
        return longest_bytes + 65536

    def read(self, payload: str | bytes, topic: str, longest_bytes: int) -> Message:
        """Take the payload as the data of an event."""
        return read_content(payload, topic, longest_bytes, "the frame")

    def acknowledgement(self, entries: Sequence[Entry]) -> bytes:
        """Write nothing."""
        return b""

    def error(self, status: int, problem: str) -> None:
        """There is no such frame."""

    def control(self, name: str, content: Mapping[str, object]) -> None:
        """There is no such frame."""


class ContentFraming:
    """Entries as binary frames, each with the content of one event."""

    heartbeat = b""
    heartbeat_s = 0.0
    key: Hashable = "content frames"

    def encode(self, entry: Entry) -> bytes:
        """Encode the data of an event, or its bytes, as a frame."""
        message = entry.message
        assert message is not None
        if message.binary:
            return frames.frame(frames.BINARY, base64.b64decode(message.data))
        return frames.frame(frames.BINARY, message.data.encode("utf-8", "replace"))

    def encode_gap(self, gap: Gap) -> bytes:
        """Write nothing: a frame is a content."""
        return b""


def form_of(compatibility: str) -> SocketForm:
    """
    Make the form of an entrypoint.

    :param compatibility: ``relay`` or ``gravitee``.
    """
    return EventForm() if compatibility == "relay" else ContentForm()


CLOSE_CODES = {413: frames.TOO_BIG, 503: frames.TRY_AGAIN}
"""How a connection is closed after a publication that was refused with a status."""


def close_code(status: int) -> int:
    """Return the close code for the status of a refusal."""
    return CLOSE_CODES.get(status, frames.SERVER_ERROR)
