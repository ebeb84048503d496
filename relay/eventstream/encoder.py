"""
Events out, as bytes: the wire form that every tested client reads alike.

LF only, no byte order mark, one space after each colon, one blank line after each
event. ``retry`` and a restated ``id`` stand inside an event that has data, because
several client libraries take a block without data for an event, and a heartbeat is
one comment line without a blank line, because others take every blank line for one.
"""

from __future__ import annotations

from relay.eventstream.event import DEFAULT_TYPE, Event

HEARTBEAT = b":\n"
"""What keeps a quiet stream alive; it may stand between any two events."""


def encode(event: Event, *, previous_id: str = "") -> bytes:
    """
    Write one event.

    CR and CRLF in the data become LF, since the format has no way to tell them apart;
    what UTF-8 cannot express (a lone surrogate) becomes ``?``.

    :param event: the event; its id is written unless it is empty.
    :param previous_id: the id that the reader holds. An empty id of the event is
        written only if it must undo this one.
    :raises ValueError: the type or the id has a line end in it, the id a NUL, or the
        reconnection time is negative: no reader would see these as they are.
    """
    if "\n" in event.type or "\r" in event.type:
        raise ValueError("an event type cannot have a line end")
    if "\n" in event.id or "\r" in event.id or "\0" in event.id:
        raise ValueError("an event id cannot have a line end or a NUL")
    lines = []
    if event.id:
        lines.append(f"id: {event.id}\n")
    elif previous_id:
        lines.append("id:\n")
    if event.type and event.type != DEFAULT_TYPE:
        lines.append(f"event: {event.type}\n")
    if event.retry is not None:
        if event.retry < 0:
            raise ValueError("a reconnection time cannot be negative")
        lines.append(f"retry: {event.retry}\n")
    data = event.data
    if "\r" in data:
        data = data.replace("\r\n", "\n").replace("\r", "\n")
    lines.append("data: " + data.replace("\n", "\ndata: ") + "\n\n")
    return "".join(lines).encode("utf-8", "replace")
