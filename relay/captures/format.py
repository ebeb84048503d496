"""
The records of a capture, and their lines.

A capture is a text file of JSON lines. The first line names the format and its version;
each further line is one record with its time. A piece of the body is a JSON string if
it is UTF-8, and base64 if it is not, as when a piece ends amid a character. A line is
written at once: a file that was cut anywhere is complete up to its last whole line.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Literal, NoReturn

VERSION = 1
"""The version of the format that is written, and the newest one that is read."""
NAME = "relay"
LONGEST_LINE = 16 * 1024 * 1024
"""The longest line that is read, in bytes."""
SECRET_HEADERS = frozenset(
    {
        "authentication-info",
        "authorization",
        "cookie",
        "proxy-authenticate",
        "proxy-authentication-info",
        "proxy-authorization",
        "set-cookie",
        "set-cookie2",
        "www-authenticate",
    }
)
"""Headers that are not recorded: they hold credentials, or belong to their exchange."""
_SECRET_WORDS = ("token", "secret", "api-key", "apikey", "password", "session")
"""Parts of the names of further headers that are not recorded."""

How = Literal["ended", "cut", "failed"]


class CaptureError(ValueError):
    """A file is no capture, or a line of it is malformed."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first line."""

    started_at: str
    """The date and time of the beginning, in ISO 8601."""
    url: str
    """The URL without user and query, which may hold secrets."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The head of a response."""

    at_us: int
    """Microseconds since the beginning of the capture, as in all records."""
    status: int
    headers: tuple[tuple[str, str], ...]
    """Without those that hold credentials."""
    last_event_id: str
    """The ``Last-Event-ID`` of the request; empty for none."""


@dataclass(frozen=True, slots=True)
class Received:
    """The bytes of one read of the body, without the framing of HTTP."""

    at_us: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """The end of a response, or an attempt that received none."""

    at_us: int
    how: How
    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The end of the recording."""

    at_us: int
    reason: str


Record = Opened | Received | Lost | Stopped


def recorded_headers(headers: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Leave out the headers that hold credentials."""
    return tuple((name, value) for name, value in headers if not _is_secret(name))


def encode_head(head: Head) -> bytes:
    """Encode the first line."""
    return _line(
        {
            "capture": NAME,
            "version": VERSION,
            "startedAt": head.started_at,
            "url": head.url,
        }
    )


def encode(record: Record) -> bytes:
    """Encode one record as a line."""
    at = {"atMs": record.at_us / 1000}
    match record:
        case Received(_, data):
            try:
                return _line(at | {"data": data.decode("utf-8")})
            except UnicodeDecodeError:
                return _line(at | {"base64": base64.b64encode(data).decode("ascii")})
        case Opened(_, status, headers, last_event_id):
            opened: dict[str, Any] = {"status": status, "headers": headers}
            if last_event_id:
                opened["lastEventId"] = last_event_id
            return _line(at | {"opened": opened})
        case Lost(_, how, reason):
            return _line(at | {how: reason})
        case Stopped(_, reason):
            return _line(at | {"stopped": reason})


def decode_head(line: bytes) -> Head:
    """
    Decode the first line.

    :raises CaptureError: when the file is no capture, or one of a newer version.
    """
    try:
        value = _value(line)
        if value.get("capture") != NAME:
            raise ValueError("no capture")
    except ValueError:
        raise CaptureError("the file is not a capture of Relay") from None
    version = value.get("version")
    if version != VERSION or isinstance(version, bool):
        raise CaptureError(
            f"the capture has the version {str(version)[:20]}; version {VERSION} is "
            "supported"
        )
    return Head(_text(value, "startedAt"), _text(value, "url"))


def decode(line: bytes) -> Record:
    """
    Decode one record.

    :raises CaptureError: when the line is malformed; the message names the member.
    """
    try:
        value = _value(line)
    except ValueError as error:
        raise CaptureError(f"the line is not a JSON object ({error})") from None
    at_us = _microseconds(value)
    kinds = [name for name in _DECODERS if name in value]
    if len(kinds) != 1:
        names = ", ".join(_DECODERS)
        raise CaptureError(f"the record must have exactly one of {names}")
    record: Record = _DECODERS[kinds[0]](at_us, value)
    return record


def _opened(at_us: int, value: dict[str, Any]) -> Opened:
    opened = value["opened"]
    if not isinstance(opened, dict):
        raise CaptureError("opened must be an object")
    status = opened.get("status")
    if type(status) is not int or not 100 <= status <= 999:
        raise CaptureError("opened.status must be the status of a response")
    headers = opened.get("headers", [])
    if not isinstance(headers, list) or not all(
        isinstance(one, list) and len(one) == 2 and all(isinstance(t, str) for t in one)
        for one in headers
    ):
        raise CaptureError("opened.headers must be a list of [name, value]")
    return Opened(
        at_us,
        status,
        tuple((name, content) for name, content in headers),
        _text(opened, "lastEventId"),
    )


def _data(at_us: int, value: dict[str, Any]) -> Received:
    try:
        return Received(at_us, _text(value, "data").encode("utf-8"))
    except UnicodeEncodeError:
        raise CaptureError("data has half a surrogate pair") from None


def _base64(at_us: int, value: dict[str, Any]) -> Received:
    try:
        return Received(
            at_us, base64.b64decode(_text(value, "base64").encode(), validate=True)
        )
    except (binascii.Error, ValueError):
        raise CaptureError("base64 is malformed") from None


_DECODERS: dict[str, Any] = {
    "opened": _opened,
    "data": _data,
    "base64": _base64,
    "ended": lambda at_us, value: Lost(at_us, "ended", _text(value, "ended")),
    "cut": lambda at_us, value: Lost(at_us, "cut", _text(value, "cut")),
    "failed": lambda at_us, value: Lost(at_us, "failed", _text(value, "failed")),
    "stopped": lambda at_us, value: Stopped(at_us, _text(value, "stopped")),
}


def _is_secret(name: str) -> bool:
    lowered = name.lower()
    return lowered in SECRET_HEADERS or any(word in lowered for word in _SECRET_WORDS)


def _line(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace") + b"\n"


def _value(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(value, dict):
        raise ValueError("no object")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _text(value: dict[str, Any], name: str) -> str:
    found = value.get(name, "")
    if not isinstance(found, str):
        raise CaptureError(f"{name} must be text")
    return found


def _microseconds(value: dict[str, Any]) -> int:
    at_ms: Any = value.get("atMs")
    if type(at_ms) not in (int, float) or not 0 <= at_ms <= 1e14:
        raise CaptureError("atMs must be a number of milliseconds")
    at_us: int = round(at_ms * 1000)
    return at_us
