"""The forms of a publication's body, and of the response to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Protocol

from relay.channel.message import Message
from relay.connectors.publication import read_body, read_content, read_media_type


class PublicationForm(Protocol):
    """The form of bodies; one object serves all publications of an entrypoint."""

    def longest_body(self, longest_bytes: int) -> int:
        """
        Return how long a body may be, in bytes.

        :param longest_bytes: the longest data of an event, in bytes.
        """

    def read(
        self, content_type: str, body: bytes, topic: str, longest_bytes: int
    ) -> list[Message]:
        """
        Read the events of a body.

        :param content_type: the value of the header; empty without one.
        :param topic: the topic of the path.
        :param longest_bytes: the longest data of an event that is allowed.
        :raises BadEvent: when any event is invalid; none is published then.
        """

    def answer(self, event_ids: Sequence[str], durable: bool) -> bytes:
        """
        Write the answer, in JSON.

        :param event_ids: of the published events.
        :param durable: whether they are stored.
        :return: empty if the answer has no body.
        """


class EventBodies:
    """
    Relay's form: events in JSON, a text, or bytes, as ``Content-Type`` says.

    :param most: how many events a body may have.
    """

    def __init__(self, most: int) -> None:
        self._most = most

    def longest_body(self, longest_bytes: int) -> int:
        """Leave room for escapes, and for the other members of an event."""
        return longest_bytes * 6 + 65536

    def read(
        self, content_type: str, body: bytes, topic: str, longest_bytes: int
    ) -> list[Message]:
        """Read one event or several."""
        media_type = read_media_type(content_type)
        return read_body(media_type, body, topic, longest_bytes, self._most)

    def answer(self, event_ids: Sequence[str], durable: bool) -> bytes:
        """Write the ids of the events."""
        return json.dumps({"ids": event_ids, "durable": durable}).encode()


class ContentBodies:
    """Gravitee's form: a body is the content of one message; an empty body is none."""

    def longest_body(self, longest_bytes: int) -> int:
        """Allow the longest data: the body is the data."""
        return longest_bytes

    def read(
        self, content_type: str, body: bytes, topic: str, longest_bytes: int
    ) -> list[Message]:
        """Return the body as one message; none for an empty body."""
        return [read_content(body, topic, longest_bytes, "the body")] if body else []

    def answer(self, event_ids: Sequence[str], durable: bool) -> bytes:
        """Return no bytes: the response has a status only."""
        return b""
