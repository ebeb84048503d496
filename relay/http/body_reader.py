"""
Reads the bodies of HTTP/1.1 messages, of requests and of responses (RFC 9112, 6 and 7);
sans IO.

A reader takes bytes that are cut anywhere and returns the content in them, all that one
read contains at once: a read of 64 KiB may hold ten thousand chunks of one byte, and to
forward each of them alone would take the event loop most of a second. A reader is in
one of these states:

======== =========================================== ====================
State    reads                                       goes to
======== =========================================== ====================
START    the beginning of a chunk                    SIZE, START (chunks
                                                     that are whole)
SIZE     the line with the size of a chunk           CONTENT, TRAILERS
CONTENT  content, up to the end of the chunk or body CRLF, DONE
CRLF     the line end behind a chunk                 START
TRAILERS trailer fields                              DONE
DONE     nothing: what follows is not of the body
BROKEN   nothing: the body is malformed
======== =========================================== ====================
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import IntEnum, auto

from relay.http.chunks import whole_chunks

MOST_BODY_BYTES = 2**63 - 1
"""The longest body and the longest chunk: the largest signed 64-bit integer."""
MOST_SIZE_LINE_BYTES = 1023
"""The longest line with the size of a chunk and its extensions, without its end."""
MOST_TRAILER_BYTES = 65_536
"""All trailer fields of a body together, with their line ends."""
_LENGTH = re.compile(rb"[0-9]{1,19}")
_SIZE = re.compile(rb"([0-9A-Fa-f]+)(?:;[\t\x20-\x5b\x5d-\x7e\x80-\xff]*)?")


def content_length(value: bytes) -> int | None:
    """
    Read a value of ``Content-Length`` (RFC 9110, 8.6).

    :param value: the whole value.
    :return: bytes, at most :data:`MOST_BODY_BYTES`; None when it is no length.
    """
    if _LENGTH.fullmatch(value) is None:
        return None
    length = int(value)
    return length if length <= MOST_BODY_BYTES else None


class State(IntEnum):
    """The states of a reader."""

    START = auto()
    SIZE = auto()
    CONTENT = auto()
    CRLF = auto()
    TRAILERS = auto()
    DONE = auto()
    BROKEN = auto()


class LengthReader:
    """
    Reads a body with a ``Content-Length``.

    :param length: its length in bytes, above 0.
    """

    __slots__ = ("_left", "end", "state")

    framed_bytes = 0
    """No read contains chunks."""

    def __init__(self, length: int) -> None:
        self.state = State.CONTENT
        self.end = 0
        """Where the bytes of the last read begin that are not of the body."""
        self._left = length

    def feed(self, data: bytes, begin: int = 0) -> list[bytes]:
        """
        Read bytes.

        :param data: the bytes of one read.
        :param begin: where those of the body begin.
        :return: the content in them.
        """
        piece = data[begin : begin + self._left]
        self.end = begin + len(piece)
        self._left -= len(piece)
        if not self._left:
            self.state = State.DONE
        return [piece]


class ChunkReader:
    """
    Reads a chunked body.

    :param is_trailer: called with the line of each trailer field, without its end;
        returns whether the field is valid.
    """

    __slots__ = (
        "_is_trailer",
        "_left",
        "_line",
        "end",
        "framed_bytes",
        "state",
        "trailers",
    )

    def __init__(self, is_trailer: Callable[[bytes], bool]) -> None:
        self.state = State.START
        self.end = 0
        """Where the bytes of the last read begin that are not of the body."""
        self.framed_bytes = 0
        """The length of the whole chunks in their plain form that the last read begins
        with; their content is its first piece. 0 without any."""
        self.trailers = bytearray()
        """The lines of the trailer fields, with their ends."""
        self._is_trailer = is_trailer
        self._left = 0
        """How much of the chunk is still to come, in bytes."""
        self._line = bytearray()
        """A line whose end has not come."""

    def feed(self, data: bytes, begin: int = 0) -> list[bytes]:
        """
        Read bytes.

        :param data: the bytes of one read.
        :param begin: where those of the body begin.
        :return: the content in them, in pieces, up to a malformed part.
        """
        pieces: list[bytes] = []
        self.framed_bytes, at, end = 0, begin, len(data)
        if self.state is State.START:
            at = self._read_start(data, at, pieces)
            if pieces:
                self.framed_bytes = at - begin
        while at < end and (read := _READ.get(self.state)) is not None:
            at = read(self, data, at, pieces)
        self.end = at
        return pieces

    def _read_start(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        passed, content = whole_chunks(data, at)
        if passed:
            pieces.append(content)
            return at + passed
        self.state = State.SIZE
        return self._read_size(data, at, pieces)

    def _read_size(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        line, at = self._take_line(data, at, MOST_SIZE_LINE_BYTES)
        if line is None:
            return at
        found = _SIZE.fullmatch(line)
        size = MOST_BODY_BYTES + 1 if found is None else int(found[1], 16)
        if size > MOST_BODY_BYTES:
            self.state = State.BROKEN
        else:
            self._left = size
            self.state = State.CONTENT if size else State.TRAILERS
        return at

    def _read_content(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        piece = data[at : at + self._left]
        pieces.append(piece)
        self._left -= len(piece)
        if not self._left:
            self.state = State.CRLF
        return at + len(piece)

    def _read_crlf(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        line, at = self._take_line(data, at, 0)
        if line is not None:
            self.state = State.START
        elif self._line != b"\r":
            self.state = State.BROKEN
        return at

    def _read_trailers(self, data: bytes, at: int, pieces: list[bytes]) -> int:
        most = MOST_TRAILER_BYTES - len(self.trailers) - 2
        line, at = self._take_line(data, at, max(0, most))
        if line is None:
            return at
        if not line:
            self.state = State.DONE
        elif self._is_trailer(line):
            self.trailers += line + b"\r\n"
        else:
            self.state = State.BROKEN
        return at

    def _take_line(self, data: bytes, at: int, most: int) -> tuple[bytes | None, int]:
        """
        Take a line that ends with CRLF; a longer one breaks the body.

        :param most: the longest line, in bytes without its end.
        :return: the line without its end, None while it is incomplete, and where the
            unread bytes begin now.
        """
        held = self._line
        room = at + most + 2 - len(held)
        begin = held_bytes = len(held)
        if not held:
            end = data.find(b"\r\n", at, room)
            if end >= 0:
                return data[at:end], end + 2
            begin = 1
        held += data[at:room]
        end = held.find(b"\r\n", begin - 1)
        if end >= 0:
            line = bytes(held[:end])
            held.clear()
            return line, at + end + 2 - held_bytes
        if len(held) >= most + 2:
            self.state = State.BROKEN
        return None, len(data)


_READ: dict[State, Callable[[ChunkReader, bytes, int, list[bytes]], int]] = {
    State.START: ChunkReader._read_start,
    State.SIZE: ChunkReader._read_size,
    State.CONTENT: ChunkReader._read_content,
    State.CRLF: ChunkReader._read_crlf,
    State.TRAILERS: ChunkReader._read_trailers,
}
"""The method of each state; it returns where the unread bytes begin."""
