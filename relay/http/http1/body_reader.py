"""
Reads the bodies of HTTP/1.1 requests (RFC 9112, 6 and 7); sans IO.

A reader takes bytes that are cut anywhere and returns the content in them, all that one
read brought at once: a read of 64 KiB may hold ten thousand chunks of one byte, and to
pass each of them on alone would take the event loop most of a second. A reader is in
one of these states:

======= ============================================== ==================
State   reads                                          goes to
======= ============================================== ==================
SIZE    the line with the size of a chunk              CONTENT, TRAILER
CONTENT content, up to the end of the chunk or body    CRLF, DONE
CRLF    the line end behind a chunk                    SIZE
TRAILER trailer fields, which are checked and dropped  DONE
DONE    nothing: what follows the body is in ``rest``
BROKEN  nothing: the body is malformed
======= ============================================== ==================
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto

from relay.http.chunks import whole_chunks
from relay.http.http1.rules import MOST_BODY_BYTES, is_field_line

MOST_SIZE_LINE_BYTES = 1024
"""The longest line with the size of a chunk, its extensions included."""
MOST_TRAILER_BYTES = 65_536
"""The longest trailer section."""
_SIZE = re.compile(rb"([0-9A-Fa-f]+)(?:;[\t\x20-\x5b\x5d-\x7e\x80-\xff]*)?")


class State(Enum):
    """What a reader reads next."""

    SIZE = auto()
    CONTENT = auto()
    CRLF = auto()
    TRAILER = auto()
    DONE = auto()
    BROKEN = auto()


class LengthReader:
    """
    Reads a body with a ``Content-Length``.

    :param length: its length in bytes, above 0.
    """

    __slots__ = ("_left", "rest", "state")

    def __init__(self, length: int) -> None:
        self._left = length
        self.state = State.CONTENT
        self.rest = b""
        """What follows the body, once it is read."""

    def feed(self, data: bytes) -> bytes:
        """
        Read bytes.

        :param data: the bytes of one read.
        :return: the content in them.
        """
        content = data[: self._left]
        self._left -= len(content)
        if not self._left:
            self.state, self.rest = State.DONE, data[len(content) :]
        return content


class ChunkReader:
    """Reads a chunked body, whose chunks and trailers must be sound."""

    __slots__ = ("_data", "_left", "_line", "_place", "_trailer_bytes", "rest", "state")

    def __init__(self) -> None:
        self.state = State.SIZE
        self.rest = b""
        """What follows the body, once it is read."""
        self._data = b""
        self._place = 0
        self._left = 0
        """How much of the chunk is still to come, in bytes."""
        self._line = bytearray()
        """A line whose end has not come."""
        self._trailer_bytes = 0

    def feed(self, data: bytes) -> bytes:
        """
        Read bytes.

        :param data: the bytes of one read.
        :return: the content in them, up to the first malformed part.
        """
        pieces: list[bytes] = []
        self._data, self._place = data, 0
        looked = False
        while self._place < len(data):
            if self.state is State.CONTENT:
                pieces.append(self._take_content())
            elif self.state is State.SIZE and not looked and not self._line:
                # Once for each read, since what is left is copied.
                looked = True
                passed, content = whole_chunks(data[self._place :])
                if passed:
                    pieces.append(content)
                    self._place += passed
            elif self.state in _LINES:
                _LINES[self.state](self)
            else:
                break
        self._data = b""
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _take_content(self) -> bytes:
        content = self._data[self._place : self._place + self._left]
        self._place += len(content)
        self._left -= len(content)
        if not self._left:
            self.state = State.CRLF
        return content

    def _take_size(self) -> None:
        line = self._take_line()
        if line is None:
            if len(self._line) > MOST_SIZE_LINE_BYTES:
                self.state = State.BROKEN
            return
        found = _SIZE.fullmatch(line) if len(line) < MOST_SIZE_LINE_BYTES else None
        size = int(found[1], 16) if found is not None else MOST_BODY_BYTES + 1
        if size > MOST_BODY_BYTES:
            self.state = State.BROKEN
            return
        self._left = size
        self.state = State.CONTENT if size else State.TRAILER

    def _take_line_end(self) -> None:
        line = self._take_line()
        if line == b"":
            self.state = State.SIZE
        elif line is not None or self._line != b"\r":
            self.state = State.BROKEN

    def _take_trailer(self) -> None:
        line = self._take_line()
        if line is None:
            missing = 1 if self._line.endswith(b"\r") else 2
            size = self._trailer_bytes + len(self._line) + missing
            if size > MOST_TRAILER_BYTES:
                self.state = State.BROKEN
            return
        if not line:
            self.state, self.rest = State.DONE, self._data[self._place :]
            return
        self._trailer_bytes += len(line) + 2
        if self._trailer_bytes > MOST_TRAILER_BYTES or not is_field_line(line):
            self.state = State.BROKEN

    def _take_line(self) -> bytes | None:
        """Take a line, without its end; None when its end has not come."""
        data, begin, before = self._data, self._place, self._line
        if before.endswith(b"\r") and data.startswith(b"\n", begin):
            self._place = begin + 1
            line = bytes(before[:-1])
        else:
            end = data.find(b"\r\n", begin)
            if end < 0:
                self._place = len(data)
                before += data[begin:]
                return None
            self._place = end + 2
            line = bytes(before) + data[begin:end]
        before.clear()
        return line


_LINES: dict[State, Callable[[ChunkReader], None]] = {
    State.SIZE: ChunkReader._take_size,
    State.CRLF: ChunkReader._take_line_end,
    State.TRAILER: ChunkReader._take_trailer,
}
"""What takes the line that a state reads."""
