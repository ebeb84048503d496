"""The chunks of HTTP/1.1 bodies (RFC 9112, 7.1)."""

from __future__ import annotations

import re

_SIZE_LINE = re.compile(rb"([1-9A-Fa-f][0-9A-Fa-f]{0,7})\r\n")


def whole_chunks(data: bytes, begin: int = 0) -> tuple[int, bytes]:
    """
    Find whole chunks in their plain form: without extensions and leading zeros.

    :param data: the bytes of one read.
    :param begin: where the first chunk begins.
    :return: their size in bytes with framing, and their content.
    """
    first = b""
    others: list[bytes] = []
    at = begin
    while (line := _SIZE_LINE.match(data, at)) is not None:
        content = line.end()
        end = content + int(line[1], 16)
        if data[end : end + 2] != b"\r\n":
            break
        if at == begin:
            first = data[content:end]
        else:
            others.append(data[content:end])
        at = end + 2
        if at == len(data):
            break
    return at - begin, first + b"".join(others) if others else first


def http_chunk(data: bytes) -> bytes:
    """
    Frame some of a body as one chunk (RFC 9112, 7.1).

    :param data: not empty.
    """
    return b"%x\r\n%b\r\n" % (len(data), data)
