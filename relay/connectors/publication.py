"""Published events, in their JSON form, as text, or as bytes."""

from __future__ import annotations

import base64
import binascii
import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from relay import json_text
from relay.channel.message import Message
from relay.eventstream.event import DEFAULT_TYPE

LONGEST_ID = 256
LONGEST_TYPE = 256
LATEST_MS = 2**53 - 1
"""The largest integer that all JSON implementations read exactly (RFC 8259, 6)."""
RESERVED = "relay."
"""The prefix of the types of events that Relay itself sends."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Surrogates, which JSON can express and UTF-8 cannot (RFC 8259, 8.2)."""
_FIELDS = frozenset(("id", "type", "data", "dataBase64", "topic", "timestamp"))


class BadEvent(Exception):
    """
    An event is invalid; the message names the field.

    :param status: the HTTP status of the refusal.
    """

    def __init__(self, problem: str, status: int = 400) -> None:
        super().__init__(problem)
        self.status = status


def read_event(value: object, topic: str, at: str, longest_bytes: int) -> Message:
    """
    Read an event in its JSON form.

    :param value: decoded JSON.
    :param topic: the topic of the path.
    :param at: the location of the event in the body, for messages.
    :param longest_bytes: the longest data that is allowed.
    :raises BadEvent: for the first invalid field.
    """
    if not isinstance(value, Mapping):
        raise BadEvent(f"{at or 'the event'} must be a JSON object")
    where = f"{at}." if at else ""
    for name in value:
        if name not in _FIELDS:
            known = ", ".join(sorted(_FIELDS))
            raise BadEvent(
                f"{where}{name} is no field of an event; the fields are {known}"
            )
    if ("data" in value) is ("dataBase64" in value):
        raise BadEvent(f"{where}data or {where}dataBase64 is needed, and only one")
    if value.get("topic", topic) != topic:
        raise BadEvent(f"{where}topic must be the one of the path, {topic!r}")
    timestamp = value.get("timestamp")
    if timestamp is not None and (
        isinstance(timestamp, bool)
        or not isinstance(timestamp, int)
        or not 0 <= timestamp <= LATEST_MS
    ):
        raise BadEvent(f"{where}timestamp must be milliseconds since the Unix epoch")
    message = Message(
        _data(value, where),
        type=_type(_name(value, "type", where, LONGEST_TYPE), f"{where}type"),
        id=_name(value, "id", where, LONGEST_ID),
        topic=topic,
        timestamp_ms=timestamp,
        binary="dataBase64" in value,
    )
    return checked(message, f"{where}data", longest_bytes)


def _data(value: Mapping[str, Any], where: str) -> str:
    if "data" in value:
        data = value["data"]
        if isinstance(data, str):
            return data
        return json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    encoded = value["dataBase64"]
    try:
        return base64.b64encode(base64.b64decode(encoded, validate=True)).decode()
    except (binascii.Error, ValueError, TypeError):
        raise BadEvent(f"{where}dataBase64 is no base64") from None


def _name(value: Mapping[str, Any], field: str, where: str, longest: int) -> str:
    text = value.get(field, "")
    if not isinstance(text, str):
        raise BadEvent(f"{where}{field} must be a string")
    return _one_line(text, f"{where}{field}", longest)


def _type(text: str, field: str) -> str:
    if text.startswith(RESERVED):
        raise BadEvent(f"{field} must not begin with {RESERVED}, which is reserved")
    return text or DEFAULT_TYPE


def _one_line(text: str, field: str, longest: int) -> str:
    if len(text) > longest or set(text) & set("\r\n\0"):
        raise BadEvent(f"{field} must be one line of at most {longest} characters")
    if not text.isascii() and _SURROGATE.search(text):
        raise BadEvent(f"{field} has half a surrogate pair")
    return text


def with_id(message: Message, event_id: str, header: str) -> Message:
    """
    Set the id of an event from a header.

    :param event_id: the value of the header.
    :raises BadEvent: when it is no valid id, or the event has a different one.
    """
    if message.id not in ("", event_id):
        raise BadEvent(f"id is given twice, in the body and in {header}")
    return replace(message, id=_one_line(event_id, header, LONGEST_ID))


def with_type(message: Message, event_type: str, header: str) -> Message:
    """
    Set the type of an event from a header.

    :param event_type: the value of the header.
    :raises BadEvent: when it is no valid type, or the event has a different one.
    """
    if message.type not in (DEFAULT_TYPE, event_type):
        raise BadEvent(f"type is given twice, in the body and in {header}")
    event_type = _one_line(event_type, header, LONGEST_TYPE)
    return replace(message, type=_type(event_type, header))


def checked(message: Message, field: str, longest_bytes: int) -> Message:
    """
    Refuse an event that is too long.

    :param field: the name of its data in messages.
    :param longest_bytes: the longest data that is allowed.
    :raises BadEvent: when the data is longer.
    """
    if len(message.data.encode("utf-8", "surrogatepass")) > longest_bytes:
        raise BadEvent(f"{field} is longer than {longest_bytes} bytes", 413)
    return message


def read_content(
    content: str | bytes, topic: str, longest_bytes: int, field: str
) -> Message:
    """
    Take a content that has no form as the data of an event.

    :param content: bytes are taken as text if they are UTF-8.
    :param topic: the topic of the path.
    :param longest_bytes: the longest content that is allowed.
    :param field: the name of the content in messages.
    :raises BadEvent: when it is longer.
    """
    whole = content.encode() if isinstance(content, str) else content
    if len(whole) > longest_bytes:
        raise BadEvent(f"{field} is longer than {longest_bytes} bytes", 413)
    try:
        return Message(whole.decode("utf-8"), topic=topic)
    except UnicodeDecodeError:
        return Message(base64.b64encode(whole).decode(), topic=topic, binary=True)


def read_media_type(content_type: str) -> str:
    """
    Read a ``Content-Type`` (RFC 9110, 8.3.1).

    :return: the media type, lower case, without parameters.
    :raises BadEvent: when the charset is not UTF-8.
    """
    media_type, *parameters = content_type.split(";")
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.lower() == "charset":
            _check_charset(value.strip('"'))
    return media_type.strip().lower()


def _check_charset(charset: str) -> None:
    try:
        known = codecs.lookup(charset).name
    except (LookupError, ValueError):
        known = ""
    if known not in ("utf-8", "ascii"):
        raise BadEvent("Content-Type: charset must be utf-8", 415)


def read_body(
    content_type: str, body: bytes, topic: str, longest_bytes: int, most: int
) -> list[Message]:
    """
    Read the events of a request body.

    :param content_type: the media type, lower case, without parameters.
    :param topic: the topic of the path.
    :param longest_bytes: the longest data of one event that is allowed.
    :param most: the largest number of events that is allowed.
    :raises BadEvent: when any event is invalid; none is published then.
    """
    if content_type == "application/octet-stream":
        data = base64.b64encode(body).decode()
        message = Message(data, topic=topic, binary=True)
        return [checked(message, "the body", longest_bytes * 4 // 3 + 4)]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadEvent(f"the body is no UTF-8 at byte {error.start}") from None
    if content_type.startswith("text/"):
        return [checked(Message(text, topic=topic), "the body", longest_bytes)]
    if content_type == "application/json":
        value = read_json(text, "the body")
        if not isinstance(value, list):
            return [read_event(value, topic, "", longest_bytes)]
        events = [(f"[{at}]", one) for at, one in enumerate(value)]
    elif content_type == "application/x-ndjson":
        lines = [line for line in text.split("\n") if line.strip()]
        events = [
            (f"line {at}", read_json(line, f"line {at}"))
            for at, line in enumerate(lines, 1)
        ]
    else:
        raise BadEvent(
            "Content-Type must be application/json, application/x-ndjson, text/* or "
            "application/octet-stream",
            415,
        )
    if not events:
        raise BadEvent("the body holds no event")
    if len(events) > most:
        raise BadEvent(f"the body holds more than {most} events", 413)
    return [read_event(one, topic, at, longest_bytes) for at, one in events]


def with_headers(message: Message, headers: Mapping[str, str]) -> Message:
    """
    Set the headers of an event.
    """
    return replace(message, headers=dict(headers))


def read_json(text: str, what: str) -> object:
    """
    Parse strict JSON, without ``NaN`` and infinity.

    :param what: the name of the text in messages.
    :raises BadEvent: when it is no JSON.
    """

    def refuse(name: str) -> object:
        raise ValueError(f"{name} is no JSON")

    try:
        value: object = json_text.read_json(text, refuse)
    except json_text.JsonTooLarge as error:
        raise BadEvent(f"{what} {error}", 413) from None
    except (ValueError, RecursionError) as error:
        raise BadEvent(f"{what} is no JSON: {error}") from None
    return value
