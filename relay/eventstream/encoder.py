"""
Encode events, in the form that all tested clients read in the same way.

LF only, no byte order mark, one space after each colon, one blank line after each
event. ``retry`` and a repeated ``id`` are part of an event with data, because several
client libraries take a block without data for an event. A heartbeat is one comment line
without a blank line, because others take every blank line for an event.
"""

from __future__ import annotations

from relay.eventstream.event import DEFAULT_TYPE, Event

HEARTBEAT = b":\n"
"""Keeps a quiet stream alive; allowed between any two events."""


def encode(
    event: Event, *, previous_id: str = "", names_default: bool = False
) -> bytes:
    """
    Encode one event.

    CR and CRLF in the data become LF, since the format cannot distinguish them; a lone
    surrogate, which UTF-8 cannot encode, becomes ``?``.

    :param event: its id is written unless it is empty.
    :param previous_id: the id that the reader has. An empty id of the event is written
        only if it must reset this one.
    :param names_default: whether ``event: message`` is written, too, which means the
        same as no type.
    :raises ValueError: the type or the id contains a line end, the id a NUL, or the
        reconnection time is negative: no reader would receive these unchanged.
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
    if event.type and (names_default or event.type != DEFAULT_TYPE):
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
