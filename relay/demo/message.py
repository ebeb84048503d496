"""A published message and its forms on the wire."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\r|\n")


def compact_json(value: object) -> str:
    """JSON without white space and with non-ASCII characters as they are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Draft:
    """A message as a publisher sends it; the source adds ids and the time."""

    name: str | None = None
    data: str | None = None
    """The payload; an object or array travels as JSON text, see *encoding*."""
    encoding: str | None = None
    """``json`` where *data* is JSON text made of an object or array."""
    client_id: str | None = None

    @classmethod
    def of(
        cls,
        name: str | None,
        data: object,
        encoding: str | None = None,
        client_id: str | None = None,
    ) -> Draft:
        """
        Encode *data* as Ably does: strings as they are, objects and arrays as JSON.

        :param data: a string, dict, list or None.
        :raises TypeError: for data of another kind.
        """
        if data is None or isinstance(data, str):
            return cls(name, data, encoding, client_id)
        if not isinstance(data, (dict, list)):
            raise TypeError("must be a string, an object or an array")
        joined = "json" if encoding is None else f"{encoding}/json"
        return cls(name, compact_json(data), joined, client_id)


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One published message; it is encoded once for all readers."""

    serial: int
    """Position in the source, over all channels; the first is 1."""
    channel: str
    timestamp_ms: int
    message_id: str
    payload: str
    envelope: bytes
    """The JSON object that a subscriber finds in ``data``."""
    event: bytes
    """The whole event, blank line included."""
    event_id: str
    """The id that a subscriber sends in ``Last-Event-ID``."""

    @classmethod
    def publish(
        cls,
        draft: Draft,
        *,
        run: str,
        serial: int,
        message_id: str,
        channel: str,
        timestamp_ms: int,
    ) -> DemoMessage:
        """
        Encode a draft.

        :param run: identity of the running source; part of the event id.
        :raises UnicodeEncodeError: where a string holds half a surrogate pair.
        """
        fields = {
            "id": message_id,
            "name": draft.name,
            "clientId": draft.client_id,
            "timestamp": timestamp_ms,
            "encoding": draft.encoding,
            "channel": channel,
            "data": draft.data,
        }
        present = {key: value for key, value in fields.items() if value is not None}
        envelope = compact_json(present).encode("utf-8")
        # No colon in the id: with one, a browser's Last-Event-ID needs a preflight
        # (Fetch, "CORS-unsafe request-header byte").
        event_id = f"{run}-{serial}"
        event = b"id: %s\nevent: message\ndata: %s\n\n" % (event_id.encode(), envelope)
        payload = draft.data or ""
        return cls(
            serial,
            channel,
            timestamp_ms,
            message_id,
            payload,
            envelope,
            event,
            event_id,
        )

    def bare_event(self) -> bytes:
        """The event with the payload alone as its data (``enveloped=false``)."""
        lines = "".join(f"data: {line}\n" for line in _LINE_END.split(self.payload))
        return f"id: {self.event_id}\nevent: message\n{lines}\n".encode()
