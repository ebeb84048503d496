"""Fields of JSON documents by their paths: ``order.items.*.price``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, Any

from pydantic import AfterValidator

from relay.channel.message import Message
from relay.expression.errors import EvaluationFailed
from relay.json_text import JsonTooLarge, read_json

MOST_SEGMENTS = 20
Change = Callable[[Any], Any]
"""Maps an old value to the new one; ``REMOVED`` deletes the field."""
REMOVED = object()


def _path(value: str) -> str:
    read_path(value)
    return value


def read_path(text: str) -> tuple[str, ...]:
    """
    Parse a path.

    :param text: names or list indices, separated by dots; ``*`` stands for all; it may
        begin with ``$.``.
    :raises ValueError: when it is malformed.
    """
    segments = tuple(text.removeprefix("$.").split("."))
    if not all(segments) or len(segments) > MOST_SEGMENTS or "$" in segments:
        raise ValueError(
            f"must be up to {MOST_SEGMENTS} names with dots between, such as a.*.b"
        )
    return segments


FieldPath = Annotated[str, AfterValidator(_path)]


def parse_object(message: Message) -> Any:
    """
    Parse the data of an event into a copy that can be changed.

    :return: an object or a list; None when the data is neither.
    :raises EvaluationFailed: when it holds too many values.
    """
    if message.binary:
        return None
    try:
        document = read_json(message.data)
    except JsonTooLarge as error:
        # Fail instead of returning None: the data may hold what is to be hidden.
        raise EvaluationFailed(f"the data {error}") from None
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict | list) else None


def change(
    document: Any, path: tuple[str, ...], new: Change, create: bool = False
) -> None:
    """
    Change fields in place.

    :param document: an object or a list.
    :param create: whether missing fields, and missing objects on the way to them, are
        created.
    """
    *way, last = path
    holders = [document]
    for segment in way:
        found: list[Any] = []
        for holder in holders:
            if create and isinstance(holder, dict) and segment != "*":
                holder.setdefault(segment, {})
            found += [holder[key] for key in _keys(holder, segment)]
        holders = found
    for holder in holders:
        keys = list(_keys(holder, last))
        if create and not keys and isinstance(holder, dict) and last != "*":
            keys = [last]
        # From the end: removing an item of a list moves those after it.
        for key in reversed(keys):
            is_new = isinstance(holder, dict) and key not in holder
            value = new(None if is_new else holder[key])
            if value is REMOVED:
                del holder[key]
            else:
                holder[key] = value


def _keys(holder: Any, segment: str) -> Iterator[Any]:
    if isinstance(holder, dict):
        if segment == "*":
            yield from list(holder)
        elif segment in holder:
            yield segment
    elif isinstance(holder, list):
        if segment == "*":
            yield from range(len(holder))
        elif segment.isascii() and segment.isdigit() and int(segment) < len(holder):
            yield int(segment)
