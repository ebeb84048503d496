"""An event as policies see it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from relay.channel.message import Message
from relay.expression.errors import EvaluationFailed
from relay.expression.json_path import parse_json
from relay.expression.values import Fields, Value

_UNREAD = object()


class Event(Fields):
    """
    One event; it is the ``#message`` of expressions.

    :param id: as clients see it; for an event that is being published, the publisher's.
    :param at_ms: when it was received, in milliseconds since the Unix epoch.
    :param line: equal for all events of one channel.
    :param place: its number in the channel, which identifies it when it is read again;
        None for an event that is being published.
    :param attributes: that steps have assigned, for the steps that follow.
    """

    __slots__ = ("_json", "at_ms", "attributes", "id", "line", "message", "place")

    def __init__(
        self,
        message: Message,
        id: str,
        at_ms: int,
        line: str,
        place: int | None = None,
        attributes: Mapping[str, Value] = MappingProxyType({}),
    ) -> None:
        self.message = message
        self.id = id
        self.at_ms = at_ms
        self.line = line
        self.place = place
        self.attributes = attributes
        self._json: Any = _UNREAD

    def having(self, message: Message) -> Event:
        """
        Copy the event with another message.
        """
        return Event(
            message, self.id, self.at_ms, self.line, self.place, self.attributes
        )

    def assigning(self, attributes: Mapping[str, Value]) -> Event:
        """
        Copy the event with further attributes.
        """
        copied = self.having(self.message)
        copied.attributes = {**self.attributes, **attributes}
        copied._json = self._json
        return copied

    def json_or_null(self) -> Value:
        """Parse the data as JSON, once; null when it is no JSON."""
        try:
            return self.json()
        except EvaluationFailed:
            return None

    def json(self) -> Value:
        """
        Parse the data as JSON, once; the result must not be changed in place.

        :raises EvaluationFailed: when it is no JSON.
        """
        if self._json is _UNREAD:
            self._json = parse_json(self.message.data)
        value: Value = self._json
        return value

    def get(self, name: str) -> Value:
        """Look up a member of ``#message``."""
        message = self.message
        if name == "content":
            return message.data
        if name == "jsonContent":
            return self.json_or_null()
        if name == "type":
            return message.type
        if name == "id":
            return self.id
        if name == "topic":
            return message.topic
        if name == "headers":
            return message.headers or {}
        if name == "metadata":
            return message.metadata or {}
        if name == "attributes":
            return self.attributes
        if name == "contentLength":
            return len(message.data.encode("utf-8", "replace"))
        if name == "timestamp":
            known = message.timestamp_ms
            return self.at_ms if known is None else known
        return None


def compact(value: Value) -> str:
    """
    Encode JSON as events carry it, without white space.
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
