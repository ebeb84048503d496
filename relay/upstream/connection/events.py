"""The events of a :class:`~relay.upstream.connection.reader.ResponseReader`."""

from __future__ import annotations

from typing import NamedTuple

from twisted.web.http_headers import Headers

from relay.upstream.connection.response_rules import InvalidResponse


class Head(NamedTuple):
    """
    The status line and the header fields of a response, interim or final.

    :param minor: the version is ``HTTP/1.minor``.
    :param headers: the end-to-end fields. In the response to a ``HEAD`` request,
        ``Content-Length`` is one of them.
    :param connection: the fields that concern the connection: framing, ``Connection``
        and its kin.
    """

    minor: int
    code: int
    phrase: bytes
    headers: Headers
    connection: Headers


class Interim(NamedTuple):
    """A response before the final one (RFC 9110, 15.2)."""

    head: Head


class Final(NamedTuple):
    """
    The head of the response.

    :param length: the length of the body in bytes; None when its framing does not tell.
    """

    head: Head
    length: int | None


class Chunk(NamedTuple):
    """
    One or more whole chunks that arrived in one read.

    :param framed: the chunks as they were received: sizes in their plain form, without
        extensions, so that they can be forwarded as they are.
    :param content: the content of the chunks.
    """

    framed: bytes
    content: bytes


class Data(NamedTuple):
    """A part of the body whose framing is not forwarded."""

    content: bytes


class End(NamedTuple):
    """
    The end of the response.

    :param trailers: the trailer fields of a chunked body, those without a colon left
        out.
    """

    trailers: list[tuple[bytes, bytes]]


class Malformed(NamedTuple):
    """The bytes that follow are not a response; nothing after them is read."""

    error: InvalidResponse


Event = Interim | Final | Chunk | Data | End | Malformed
