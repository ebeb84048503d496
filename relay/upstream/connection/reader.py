"""
Reads one HTTP/1.1 response, with the interim responses before it; sans IO.

:meth:`ResponseReader.feed` takes bytes that are cut anywhere, and returns what they
contain. The reader is in one of these states, each of which has one method:

====== ============================================= =================================
State  reads                                         goes to
====== ============================================= =================================
HEAD   a status line and header fields               HEAD (interim), BODY, TO_END
                                                     or DONE (no body)
BODY   a body with a ``Content-Length``, or chunked, DONE
       by a reader of :mod:`relay.http.body_reader`
TO_END a body that its connection ends               (the connection's end)
DONE   excess bytes
BROKEN nothing, after a malformed part
====== ============================================= =================================

A read that begins with whole chunks in their plain form returns them with their framing
(:class:`~relay.upstream.connection.events.Chunk`), so that they can be forwarded as
they are. Each has been read to its end and checked (RFC 9112, 7.1). The content of all
other chunks is returned as data: chunks that arrive in several reads, behind the head,
with extensions or with leading zeros. One read returns few events, however many chunks
it contains.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, auto

from relay.http.body_reader import ChunkReader, LengthReader, State as Body
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
    MOST_INTERIM,
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


class State(IntEnum):
    """The states of a :class:`ResponseReader`."""

    HEAD = auto()
    BODY = auto()
    TO_END = auto()
    DONE = auto()
    BROKEN = auto()


_START = Body.START
_new = tuple.__new__


def _any_line(line: bytes) -> bool:
    """Whether a trailer is valid; one that is no field is left out later."""
    return True


class ResponseReader:
    """
    Reads one response.

    :param method: of the request.
    :param limits: the size limits of each head.
    """

    __slots__ = (
        "_body",
        "_heads",
        "_interim",
        "_no_body",
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
        self._body: LengthReader | ChunkReader | None = None
        """Reads the body; None before it, and when its connection ends it."""

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
        body = self._body
        if body is not None and body.state is _START and end < _PLAIN_BYTES:
            # One event of a stream is one chunk in one read.
            line = _SIZE_LINES[end]
            if data.startswith(line) and data.endswith(b"\r\n"):
                return [_new(Chunk, (data, data[len(line) : -2]))]
        events: list[Event] = []
        at = 0
        try:
            while at < end:
                at = _READ[self.state](self, data, at, events)
        except InvalidResponse as error:
            self.state = State.BROKEN
            events.append(Malformed(error.with_traceback(None)))
        return events

    def _end(self, events: list[Event]) -> None:
        self.state = State.DONE
        trailers: list[tuple[bytes, bytes]] = []
        if isinstance(self._body, ChunkReader) and self._body.trailers:
            for line in self._body.trailers.split(b"\r\n"):
                name, colon, value = line.partition(b":")
                if colon:
                    trailers.append((bytes(name), bytes(value.strip(b" \t"))))
        events.append(End(trailers))

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
        if length == 0:
            self._end(events)
        elif length is not None:
            self.state, self._body = State.BODY, LengthReader(length)
        elif encodings:
            self.state, self._body = State.BODY, ChunkReader(_any_line)
        else:
            self.state = State.TO_END
        return at

    def _read_body(self, data: bytes, at: int, events: list[Event]) -> int:
        body = self._body
        assert body is not None
        pieces = body.feed(data, at)
        if at == 0 and body.framed_bytes:
            events.append(Chunk(data[: body.framed_bytes], pieces.pop(0)))
        if pieces:
            events.append(Data(pieces[0] if len(pieces) == 1 else b"".join(pieces)))
        if body.state is Body.BROKEN:
            raise InvalidResponse("The upstream's response has a malformed chunk")
        if body.state is Body.DONE:
            self._end(events)
        return body.end

    def _read_to_end(self, data: bytes, at: int, events: list[Event]) -> int:
        events.append(Data(data[at:]))
        return len(data)

    def _read_excess(self, data: bytes, at: int, events: list[Event]) -> int:
        self.excess = True
        return len(data)

    def _read_nothing(self, data: bytes, at: int, events: list[Event]) -> int:
        return len(data)


_READ: dict[State, Callable[[ResponseReader, bytes, int, list[Event]], int]] = {
    State.HEAD: ResponseReader._read_head,
    State.BODY: ResponseReader._read_body,
    State.TO_END: ResponseReader._read_to_end,
    State.DONE: ResponseReader._read_excess,
    State.BROKEN: ResponseReader._read_nothing,
}
"""The method of each state; it returns where the unread bytes begin."""
