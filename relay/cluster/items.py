"""Events and gaps as bytes, as a link carries and an engine keeps them."""

from __future__ import annotations

import json
from typing import Any

from relay.channel.entry import GapReason
from relay.channel.message import Message
from relay.eventstream.event import DEFAULT_TYPE


def write_item(item: Message | GapReason) -> bytes:
    """
    Write an event or a gap: a JSON object in UTF-8, without members that have their
    default.
    """
    fields: dict[str, Any]
    if isinstance(item, GapReason):
        fields = {"gap": item.value}
    else:
        fields = {"data": item.data}
        if item.type != DEFAULT_TYPE:
            fields["type"] = item.type
        if item.id:
            fields["id"] = item.id
        if item.topic:
            fields["topic"] = item.topic
        if item.timestamp_ms is not None:
            fields["timestamp"] = item.timestamp_ms
        if item.binary:
            fields["binary"] = True
        if item.metadata:
            fields["metadata"] = dict(item.metadata)
        if item.headers:
            fields["headers"] = dict(item.headers)
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    # A source may send half a surrogate pair, which its clients get as it is.
    return text.encode("utf-8", "surrogatepass")


def read_item(written: bytes) -> Message | GapReason:
    """
    Read what :func:`write_item` wrote.

    :raises ValueError: when it is something else.
    """
    fields = json.loads(written.decode("utf-8", "surrogatepass"))
    if "gap" in fields:
        return GapReason(fields["gap"])
    return Message(
        fields["data"],
        fields.get("type", DEFAULT_TYPE),
        fields.get("id", ""),
        fields.get("topic", ""),
        fields.get("timestamp"),
        fields.get("binary", False),
        fields.get("metadata"),
        fields.get("headers"),
    )
