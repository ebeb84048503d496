"""The chunks of HTTP/1.1 bodies (RFC 9112, 7.1)."""

from __future__ import annotations

import re

_SIZE_LINE = re.compile(rb"([1-9A-Fa-f][0-9A-Fa-f]{0,7})\r\n")


def whole_chunks(data: bytes) -> tuple[int, bytes]:
    """
    Find the whole chunks at the beginning of some bytes.

    :param data: what came, from a chunk's beginning on.
    :return: their size in bytes with framing, and their content.
    """
    first = b""
    others: list[bytes] = []
    passed = 0
    while (line := _SIZE_LINE.match(data, passed)) is not None:
        begin = line.end()
        end = begin + int(line[1], 16)
        if data[end : end + 2] != b"\r\n":
            break
        if passed:
            others.append(data[begin:end])
        else:
            first = data[begin:end]
        passed = end + 2
        if passed == len(data):
            break
    return passed, first + b"".join(others) if others else first


def http_chunk(data: bytes) -> bytes:
    """
    Frame some of a body as one chunk (RFC 9112, 7.1).

    :param data: not empty.
    """
    return b"%x\r\n%b\r\n" % (len(data), data)
