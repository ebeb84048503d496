"""
Writes HTTP/1.1 requests; sans IO.

The head is exactly the head that the deployment describes. The framing of the body is
added here, and a body that is longer or shorter than its ``Content-Length`` is an
error: its rest would be taken for the next request (RFC 9112, 11.2).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from twisted.web.http_headers import Headers
from twisted.web.iweb import UNKNOWN_LENGTH

from relay.http.chunks import http_chunk
from relay.http.headers import is_token

_TARGET = re.compile(rb"[\x21-\x7e]+")
_LENGTH_ZERO = (b"POST", b"PUT")
"""Methods whose requests have ``Content-Length: 0`` when they have no body (RFC 9110,
8.6)."""


class RequestHead(NamedTuple):
    """
    The head of a request.

    :param method: in the client's letters.
    :param target: the request-target byte for byte (RFC 9112, 3.2.1).
    :param headers: all the fields but the framing; ``Host`` among them.
    :param keep_alive: whether the connection may carry another request after this one.
    """

    method: bytes
    target: bytes
    headers: Headers
    keep_alive: bool


class RequestInvalid(ValueError):
    """A request that cannot be sent."""


class BodyLengthWrong(Exception):
    """A body is longer or shorter than its ``Content-Length``."""


class RequestWriter:
    """
    Writes one request.

    :param length: the length of its body in bytes; None without a body, and
        ``UNKNOWN_LENGTH`` for a body in chunks.
    """

    __slots__ = ("_head", "_left", "_length")

    def __init__(self, head: RequestHead, length: int | str | None) -> None:
        self._head = head
        self._length = length
        self._left = length if isinstance(length, int) else 0

    def head(self) -> bytes:
        """
        Write the head.

        :raises RequestInvalid: when the method or the target is malformed, or when
            there is not exactly one ``Host``.
        """
        method, target, headers, keep_alive = self._head
        if not is_token(method) or _TARGET.fullmatch(target) is None:
            raise RequestInvalid("a method or a request-target is malformed")
        if len(headers.getRawHeaders(b"host", ())) != 1:
            raise RequestInvalid("a request needs exactly one Host field")
        lines = [b"%b %b HTTP/1.1" % (method, target)]
        if not keep_alive:
            lines.append(b"Connection: close")
        if self._length is UNKNOWN_LENGTH:
            lines.append(b"Transfer-Encoding: chunked")
        elif self._length is not None:
            lines.append(b"Content-Length: %d" % self._left)
        elif method in _LENGTH_ZERO:
            lines.append(b"Content-Length: 0")
        for name, values in headers.getAllRawHeaders():
            for value in values:
                lines.append(b"%b: %b" % (name, value))
        lines.append(b"\r\n")
        return b"\r\n".join(lines)

    def body(self, data: bytes) -> bytes:
        """
        Frame a part of the body.

        :param data: the part; an empty one is not written.
        :raises BodyLengthWrong: when the body is longer than it may be.
        """
        if self._length is UNKNOWN_LENGTH:
            return http_chunk(data) if data else b""
        self._left -= len(data)
        if self._left < 0:
            raise BodyLengthWrong()
        return data

    def end(self) -> bytes:
        """
        End the body.

        :raises BodyLengthWrong: when the body is shorter than it has to be.
        """
        if self._length is UNKNOWN_LENGTH:
            return b"0\r\n\r\n"
        if self._left:
            raise BodyLengthWrong()
        return b""
