"""Chunked bodies whose chunks are much smaller than what one read brings."""

from __future__ import annotations

import re

# Private in Twisted: setup.cfg keeps to the versions that these overrides are written
# for, and tests/http/test_chunks.py holds each of them.
from twisted.web.http import _ChunkedTransferDecoder

_SIZE_LINE = re.compile(rb"([1-9A-Fa-f][0-9A-Fa-f]{0,7})\r\n")


def whole_chunks(data: bytes) -> tuple[int, bytes]:
    """
    Find the whole chunks at the beginning of some bytes.

    :param data: what came, from a chunk's beginning on.
    :return: how many bytes they are, and what is in them.
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


class JoinedChunks(_ChunkedTransferDecoder):
    """
    A decoder of chunks (RFC 9112, 7.1) that passes on what one read holds at once.

    A read of 64 KiB may hold ten thousand chunks of one byte. To pass each of them on
    alone, with a write to the other side, took the event loop most of a second, and to
    take the framing off each of them alone 44 ms. Whole chunks are found together.
    """

    _pieces: list[bytes]
    """What the present read holds, as far as it is not passed on."""

    def dataReceived(self, data: bytes) -> None:
        """Take what one read has brought."""
        self._pieces = []
        try:
            if self.state == "BODY":
                # Up to where the next chunk may begin.
                end = self.length + 2
                super().dataReceived(data[:end])
                data = data[end:]
            if data and self.state == "CHUNK_LENGTH" and not self._buffer:
                passed, content = whole_chunks(data)
                if passed:
                    self._pieces.append(content)
                    data = data[passed:]
            if data:
                super().dataReceived(data)
        finally:
            # What stands before a defect is content, too.
            self._pass_on()

    def _dataReceived_BODY(self) -> bool:
        take, self.dataCallback = self.dataCallback, self._pieces.append
        try:
            return super()._dataReceived_BODY()
        finally:
            self.dataCallback = take

    def _dataReceived_TRAILER(self) -> bool:
        # The end of the body comes after all of its content.
        self._pass_on()
        return super()._dataReceived_TRAILER()

    def _pass_on(self) -> None:
        pieces = self._pieces
        if pieces:
            content = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces.clear()
            self.dataCallback(content)


def http_chunk(data: bytes) -> bytes:
    """
    Frame some of a body as one chunk (RFC 9112, 7.1).

    :param data: not empty.
    """
    return b"%x\r\n%b\r\n" % (len(data), data)
