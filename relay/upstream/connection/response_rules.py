"""
The rules for the head of a response; sans IO.

If the gateway and the source, or the next hop, disagree about where a response ends, a
client may get the response of another (RFC 9112, 11.2). A response that can be read in
two ways is refused, as nginx, HAProxy and Apache refuse it (RFC 9112, 6.3).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from relay.http.body_reader import content_length

MOST_INTERIM = 16
"""Interim responses (1xx) before the final one."""
EARLY_HINTS = 103

_STATUS = re.compile(rb"HTTP/1\.[0-9] [1-5][0-9]{2}(?: [\t\x20-\x7e\x80-\xff]*)?")
_TEXT = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")


@dataclass(slots=True)
class HeadLimits:
    """
    The size limits of a head: ``limits.max_head_bytes`` and ``max_headers``.

    All connections of a gateway share one object, so that a change applies to all.
    """

    max_bytes: int = 16_384
    """The size of the first line and all fields together, with their line ends."""
    max_fields: int = 500


DEFAULT_LIMITS = HeadLimits()


class InvalidResponse(Exception):
    """
    A response that is not passed on.

    :param message: one sentence for the client, without anything that the source sent.
    """

    def __init__(
        self, message: str = "The upstream sent no valid response head"
    ) -> None:
        super().__init__(message)
        self.message = message


class HeadTooLarge(InvalidResponse):
    """
    A response head that is above a limit of the gateway.
    """

    def __init__(self, limits: HeadLimits) -> None:
        super().__init__(
            "The head of the upstream's response is larger than this gateway takes:"
            f" {limits.max_bytes} bytes (limits.max_head_bytes)"
            f" and {limits.max_fields} headers (limits.max_headers)"
        )


def check_status_line(line: bytes) -> None:
    """
    Refuse a malformed status line (RFC 9112, 4) or status (RFC 9110, 15).

    :param line: without its line end.
    :raises InvalidResponse: when it is none.
    """
    if _STATUS.fullmatch(line) is None:
        raise InvalidResponse("The upstream's response has no valid status line")


def check_field_line(line: bytes) -> None:
    """
    Refuse control characters in a field (RFC 9110, 5.5).

    :param line: without its line end.
    :raises InvalidResponse: when it has some.
    """
    if _TEXT.fullmatch(line) is None:
        raise InvalidResponse("A header of the upstream's response is malformed")


def check_framing(
    version: tuple[int, int], encodings: Sequence[bytes], lengths: Sequence[bytes]
) -> int | None:
    """
    Refuse a body whose end is not given in exactly one way (RFC 9112, 6).

    :param version: of the response.
    :param encodings: the values of ``Transfer-Encoding``.
    :param lengths: the values of ``Content-Length``.
    :return: the length in bytes; None without a ``Content-Length``.
    :raises InvalidResponse: unless that is ``chunked`` alone, one length, or neither.
    """
    if encodings:
        plain = len(encodings) == 1 and encodings[0].strip(b" \t").lower() == b"chunked"
        if not plain:
            raise InvalidResponse(
                "The Transfer-Encoding of the upstream's response is not chunked alone"
            )
        if lengths:
            raise InvalidResponse(
                "The upstream's response has both Transfer-Encoding and Content-Length"
            )
        if version < (1, 1):
            raise InvalidResponse(
                "The upstream's response of HTTP/1.0 has a Transfer-Encoding"
            )
    values = {
        one.strip(b" \t").lstrip(b"0") or one.strip(b" \t")
        for value in lengths
        for one in value.split(b",")
    }
    if len(values) > 1:
        raise InvalidResponse(
            "The Content-Length of the upstream's response is not one number"
        )
    if not values:
        return None
    length = content_length(values.pop())
    if length is None:
        raise InvalidResponse(
            "The Content-Length of the upstream's response is no length of a body"
        )
    return length
