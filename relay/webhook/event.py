"""The wire form of an event: the body of a POST, and its headers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relay.channel.entry import Entry
from relay.json_text import JsonTooLarge

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """
    One event.

    :param id: as clients of the API see it.
    :param topic: its topic; empty for none.
    :param content_type: of the body.
    :param body: its data.
    :param content: the event as a JSON object, for a dead-letter list.
    :param problem: why it cannot be sent; empty when it can.
    """

    id: str
    type: str
    topic: str
    content_type: str
    body: bytes
    content: Mapping[str, Any]
    problem: str = ""

    @classmethod
    def of(cls, entry: Entry) -> OutgoingEvent:
        """
        Make an event of an entry of a channel.

        :param entry: with a message.
        """
        content_type = TEXT
        if entry.message is not None and entry.message.binary:
            content_type = BYTES
        elif _is_structure(entry):
            content_type = JSON
        return cls.read({**entry.as_json(), "contentType": content_type})

    @classmethod
    def read(cls, content: Mapping[str, Any]) -> OutgoingEvent:
        """
        Read an event.

        :param content: the event as a dead-letter list holds it.
        """
        problem = ""
        if "dataBase64" in content:
            try:
                body = base64.b64decode(content["dataBase64"], validate=True)
            except ValueError:
                body, problem = b"", "the event's data is no base64"
        else:
            # Half of a surrogate pair is JSON, and no UTF-8.
            body = content["data"].encode("utf-8", "replace")
        return cls(
            content["id"],
            content["type"],
            content.get("topic") or "",
            content["contentType"],
            body,
            content,
            problem,
        )


def _is_structure(entry: Entry) -> bool:
    """Whether the data is a JSON object or array, as far as is worth finding out."""
    try:
        return isinstance(entry.parsed(), dict | list)
    except JsonTooLarge:
        data = entry.message.data.strip() if entry.message is not None else ""
        return data[:1] + data[-1:] in ("{}", "[]")
