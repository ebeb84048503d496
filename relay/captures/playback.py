"""
Places in a capture, and the times at which its records are due.

A place is where a reader begins: at the first response, or after an event. It holds the
offset of a line, and how much of the piece in that line is passed over, since one piece
may have many events.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from relay.captures.format import (
    CaptureError,
    Opened,
    Received,
    Record,
    Stopped,
)
from relay.captures.reader import CaptureReader
from relay.eventstream.parser import EventParser, EventTooLong

MAX_SPEED = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader of a capture begins."""

    opened: Opened
    """The head of the response that is in force here."""
    offset: int
    """Of the next line in the file, in bytes."""
    skip: int
    """How many bytes of the piece in that line are passed over."""
    at_us: int
    """The time of this place."""
    at_end: bool = False
    """Whether no event follows."""


def beginning(file: BinaryIO) -> Place:
    """
    Find the first response.

    :param file: a capture, owned by the caller.
    :raises CaptureError: when it is malformed, or has no piece of a body.
    """
    file.seek(0)
    reader = CaptureReader(file)
    place: Place | None = None
    for record in reader:
        if isinstance(record, Opened) and place is None:
            place = Place(record, reader.tell(), 0, record.at_us)
        elif isinstance(record, Received) and place is not None:
            return place
    raise CaptureError("the capture has no response with a body")


def place_after(file: BinaryIO, event_id: str) -> Place | None:
    """
    Find the place after the first event with an id.

    If the response that has the event was lost before another event, the place is at
    the next response. The whole capture is read if need be.

    :param file: a capture, owned by the caller.
    :return: None when no event has the id.
    :raises CaptureError: when it is malformed.
    """
    file.seek(0)
    reader = CaptureReader(file)
    opened: Opened | None = None
    parser = EventParser()
    found: Place | None = None
    offset = reader.tell()
    at_us = 0
    for record in reader:
        at_us = record.at_us
        if isinstance(record, Opened):
            opened, parser = record, EventParser(last_event_id=record.last_event_id)
            if found is not None:
                return Place(opened, reader.tell(), 0, at_us)
        elif isinstance(record, Received) and opened is not None:
            position = 0
            for line in record.data.splitlines(keepends=True):
                position += len(line)
                any_event = _feed(parser, line)
                if found is not None:
                    if any_event:
                        return found
                elif parser.last_event_id == event_id:
                    found = Place(opened, offset, position, at_us)
        offset = reader.tell()
    if found is None:
        return None
    return replace(found, offset=offset, skip=0, at_us=at_us, at_end=True)


def play(
    file: BinaryIO, place: Place, speed: float, loop: bool
) -> Iterator[tuple[float, Record]]:
    """
    Return the records from a place on, each with its time.

    :param file: a capture, owned by the caller; read while the records are taken.
    :param speed: how many times as fast as it was recorded; 0 for no waiting at all.
    :param loop: whether the capture begins again at its end, without an end.
    :return: pairs of the seconds from the place to the record, and the record. A
        :class:`Stopped` is the last one of each round, without a reason if the capture
        was cut off.
    :raises CaptureError: while records are taken, when one is malformed.
    """
    scale = 1 / (speed * 1_000_000) if speed else 0.0
    file.seek(0)
    reader = CaptureReader(file)
    first = beginning(file) if loop else place
    due_s = 0.0
    while True:
        reader.seek(place.offset)
        skip, last_us, reason = place.skip, place.at_us, ""
        for record in reader:
            last_us = record.at_us
            if isinstance(record, Stopped):
                reason = record.reason
                break
            if isinstance(record, Received) and skip:
                record, skip = replace(record, data=record.data[skip:]), 0
                if not record.data:
                    continue
            yield due_s + (last_us - place.at_us) * scale, record
        due_s += (last_us - place.at_us) * scale
        yield due_s, Stopped(last_us, reason)
        if not loop:
            return
        place = first


def _feed(parser: EventParser, line: bytes) -> bool:
    """Feed a line; return whether it completes an event."""
    try:
        return bool(parser.feed(line))
    except EventTooLong:
        return _feed(parser, b"")
