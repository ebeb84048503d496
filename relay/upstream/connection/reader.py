"""
Reads one HTTP/1.1 response, with the interim responses before it; sans IO.

:meth:`ResponseReader.feed` takes bytes that are cut anywhere, and returns what they
contain. The reader is in one of these states, each of which has one method:

=========== ================================= =========================================
State       reads                             goes to
=========== ================================= =========================================
HEAD        a status line and header fields   HEAD (interim), SIZED, TO_END, CHUNK_SIZE
                                              or DONE (no body)
SIZED       a body with a ``Content-Length``  DONE
TO_END      a body that its connection ends   (the connection's end)
CHUNK_SIZE  the line with a chunk's size      CHUNK_DATA, TRAILERS (size 0)
CHUNK_DATA  the content of a chunk            CHUNK_END
CHUNK_END   the CRLF behind a chunk           CHUNK_SIZE
TRAILERS    trailer fields                    DONE
DONE        excess bytes
BROKEN      nothing, after a malformed part
=========== ================================= =========================================

A read that begins with whole chunks in their plain form returns them with their framing
(:class:`~relay.upstream.connection.events.Chunk`), so that they can be forwarded as
they are. Each has been read to its end and checked (RFC 9112, 7.1). The content of all
other chunks is returned as data: chunks that arrive in several reads, with extensions
or with leading zeros. One read returns few events, however many chunks it contains.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum, auto

from relay.http.chunks import whole_chunks
from relay.upstream.connection.events import (
    Chunk,
    Data,
    End,
    Event,
    Final,
    Interim,
    Malformed,
)
from relay.upstream.connection.head_reader import CONNECTION_FIELDS, HeadReader
from relay.upstream.connection.response_rules import (
    MOST_BODY_BYTES,
    MOST_CHUNK_LINE_BYTES,
    MOST_INTERIM,
    MOST_TRAILER_BYTES,
    HeadLimits,
    InvalidResponse,
    check_framing,
)

NO_BODY_CODES = (204, 304)
_SWITCHING_PROTOCOLS = 101
_OF_HEAD = CONNECTION_FIELDS - {b"content-length"}

_PLAIN_BYTES = 4096
_SIZE_LINES = [b"-" * _PLAIN_BYTES] * _PLAIN_BYTES
"""The line with the size of a chunk by the length of the whole chunk, for small ones.
For lengths that no chunk has, a line that is longer than the chunk."""
for _size in range(1, _PLAIN_BYTES):
    _line = b"%x\r\n" % _size
    if len(_line) + _size + 2 < _PLAIN_BYTES:
        _SIZE_LINES[len(_line) + _size + 2] = _line
_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]+)(?:;[\t\x20-\x5b\x5d-\x7e\x80-\xff]*)?")


class State(Enum):
    """The states of a :class:`ResponseReader`."""

    HEAD = auto()
    SIZED = auto()
    TO_END = auto()
    CHUNK_SIZE = auto()
    CHUNK_DATA = auto()
    CHUNK_END = auto()
    TRAILERS = auto()
    DONE = auto()
    BROKEN = auto()


_CHUNK_SIZE = State.CHUNK_SIZE
_new = tuple.__new__


class ResponseReader:
    """
    Reads one response.

    :param method: of the request.
    :param limits: the size limits of each head.
    """

    __slots__ = (
        "_heads",
        "_interim",
        "_joined",
        "_left",
        "_line",
        "_no_body",
        "_pieces",
        "_trailer_bytes",
        "_trailers",
        "begun",
        "excess",
        "state",
    )

    def __init__(self, method: bytes, limits: HeadLimits) -> None:
        self.state = State.HEAD
        self.begun = False
        """Whether a byte has been received."""
        self.excess = False
        """Whether bytes have been received behind the response."""
        self._no_body = method == b"HEAD"
        self._heads: HeadReader | None = HeadReader(
            limits, _OF_HEAD if self._no_body else CONNECTION_FIELDS
        )
        self._interim = 0
        self._left = 0
        """How much of the body, the chunk or its end is still to come, in bytes."""
        self._line = bytearray()
        """A line of a chunked body whose end has not been received."""
        self._pieces: list[bytes] = []
        """Content of the present read that no event contains yet."""
        self._joined = False
        """Whether whole chunks of the present read have been looked for."""
        self._trailers: list[tuple[bytes, bytes]] = []
        self._trailer_bytes = 0

    def __repr__(self) -> str:
        """Name the state."""
        return f"<ResponseReader {self.state.name}>"

    def feed(self, data: bytes) -> list[Event]:
        """
        Read bytes.

        :param data: the bytes of one read from the connection, not empty.
        :return: its events, in order. :class:`Malformed` and :class:`End` come
            last.
        """
        end = len(data)
        if self.state is _CHUNK_SIZE and end < _PLAIN_BYTES and not self._line:
            # One event of a stream is one chunk in one read.
            line = _SIZE_LINES[end]
            if data.startswith(line) and data.endswith(b"\r\n"):
                return [_new(Chunk, (data, data[len(line) : -2]))]
        events: list[Event] = []
        self._joined = False
        at = 0
        try:
            while at < end:
                at = _READ[self.state](self, data, at, events)
        except InvalidResponse as error:
            self.state = State.BROKEN
            # Content before the malformed part belongs to the body.
            self._flush(events)
            events.append(Malformed(error.with_traceback(None)))
        else:
            self._flush(events)
        return events

    def _flush(self, events: list[Event]) -> None:
        pieces = self._pieces
        if pieces:
            events.append(Data(pieces[0] if len(pieces) == 1 else b"".join(pieces)))
            pieces.clear()

    def _end(self, events: list[Event]) -> None:
        self._flush(events)
        self.state = State.DONE
        events.append(End(self._trailers))

    def _read_head(self, data: bytes, at: int, events: list[Event]) -> int:
        assert self._heads is not None
        self.begun = True
        head, at = self._heads.read(data, at)
        if head is None:
            return at
        if head.code < 200:
            self._interim += 1
            if head.code == _SWITCHING_PROTOCOLS:
                raise InvalidResponse(
                    "The upstream switches protocols, which it was not asked for"
                )
            if self._interim > MOST_INTERIM:
                raise InvalidResponse(
                    f"The upstream sent more than {MOST_INTERIM} interim responses"
                )
            events.append(Interim(head))
            return at
        self._heads = None
        encodings = head.connection.getRawHeaders(b"transfer-encoding", ())
        lengths = head.headers if self._no_body else head.connection
        length = check_framing(
            (1, head.minor), encodings, lengths.getRawHeaders(b"content-length", ())
        )
        if self._no_body or head.code in NO_BODY_CODES:
            length = 0
        elif encodings:
            length = None
        events.append(Final(head, length))
        if length is not None:
            self.state, self._left = State.SIZED, length
            if length == 0:
                self._end(events)
        else:
            self.state = State.CHUNK_SIZE if encodings else State.TO_END
        return at

    def _read_sized(self, data: bytes, at: int, events: list[Event]) -> int:
        piece = data[at : at + self._left]
        self._pieces.append(piece)
        self._left -= len(piece)
        if self._left == 0:
            self._end(events)
        return at + len(piece)

    def _read_to_end(self, data: bytes, at: int, events: list[Event]) -> int:
        self._pieces.append(data[at:])
        return len(data)

    def _read_chunk_size(self, data: bytes, at: int, events: list[Event]) -> int:
        if not (self._line or self._joined):
            self._joined = True
            passed, content = whole_chunks(data[at:] if at else data)
            if passed:
                if at:
                    self._pieces.append(content)
                else:
                    events.append(Chunk(data[:passed], content))
                return at + passed
        line, at = self._take_line(data, at, MOST_CHUNK_LINE_BYTES)
        if line is None:
            return at
        written = _SIZE_LINE.fullmatch(line)
        size = -1 if written is None else int(written[1], 16)
        if not 0 <= size <= MOST_BODY_BYTES:
            raise InvalidResponse("The upstream's response has a malformed chunk")
        self._left = size
        self.state = State.CHUNK_DATA if size else State.TRAILERS
        return at

    def _read_chunk_data(self, data: bytes, at: int, events: list[Event]) -> int:
        piece = data[at : at + self._left]
        self._pieces.append(piece)
        self._left -= len(piece)
        if self._left == 0:
            self.state, self._left = State.CHUNK_END, 2
        return at + len(piece)

    def _read_chunk_end(self, data: bytes, at: int, events: list[Event]) -> int:
        missing = b"\r\n"[-self._left :]
        piece = data[at : at + self._left]
        if not missing.startswith(piece):
            raise InvalidResponse("The upstream's response has a malformed chunk")
        self._left -= len(piece)
        if self._left == 0:
            self.state = State.CHUNK_SIZE
        return at + len(piece)

    def _read_trailers(self, data: bytes, at: int, events: list[Event]) -> int:
        left = MOST_TRAILER_BYTES - self._trailer_bytes - 2
        line, at = self._take_line(data, at, max(0, left))
        if line is None:
            return at
        if not line:
            self._end(events)
            return at
        self._trailer_bytes += len(line) + 2
        name, colon, value = line.partition(b":")
        if colon:
            self._trailers.append((name, value.strip(b" \t")))
        return at

    def _take_line(self, data: bytes, at: int, most: int) -> tuple[bytes | None, int]:
        """
        Take a line that ends with CRLF.

        :param most: the longest line, in bytes without its end.
        :return: the line without its end, None while it is incomplete, and where the
            unread bytes begin now.
        :raises InvalidResponse: when the line is longer.
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
            raise InvalidResponse("The upstream's response has a malformed chunk")
        return None, len(data)

    def _read_excess(self, data: bytes, at: int, events: list[Event]) -> int:
        self.excess = True
        return len(data)

    def _read_nothing(self, data: bytes, at: int, events: list[Event]) -> int:
        return len(data)


_READ: dict[State, Callable[[ResponseReader, bytes, int, list[Event]], int]] = {
    State.HEAD: ResponseReader._read_head,
    State.SIZED: ResponseReader._read_sized,
    State.TO_END: ResponseReader._read_to_end,
    State.CHUNK_SIZE: ResponseReader._read_chunk_size,
    State.CHUNK_DATA: ResponseReader._read_chunk_data,
    State.CHUNK_END: ResponseReader._read_chunk_end,
    State.TRAILERS: ResponseReader._read_trailers,
    State.DONE: ResponseReader._read_excess,
    State.BROKEN: ResponseReader._read_nothing,
}
"""The method of each state; it returns where the unread bytes begin."""
