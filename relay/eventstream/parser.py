"""
Parse an event stream (HTML §9.2.6).

Theory of operation. The parser works on bytes, line by line: in UTF-8 no byte of a
longer character is a CR, LF, colon or space, and decoding the value of a field gives
the same text as decoding the stream and then splitting it. A line ends at LF, at CR, or
at CRLF. A CR at the end of a chunk ends its line at once, so that no event waits for
the next byte; an LF at the beginning of the next chunk is then dropped.

Between two chunks the parser keeps one unfinished line and the fields of one unfinished
block, both bounded by ``max_event_bytes``; of a longer block it keeps only the id, and
reads to its end. Every byte is examined a constant number of times, however the stream
is divided into chunks.
"""

from __future__ import annotations

from typing import NoReturn

from relay.eventstream.event import DEFAULT_TYPE, Event

BOM = b"\xef\xbb\xbf"
"""The byte order mark in UTF-8."""

MAX_EVENT_BYTES = 1024 * 1024
"""The longest event by default."""

MAX_RETRY_MS = 2**31 - 1
"""The longest reconnection time: the longest delay of a browser's 32-bit timer."""

_PASSED_OVER = b":"
"""Replaces the beginning of a line that is dropped, which makes it a comment."""
_LF = 0x0A
_CR = 0x0D


class EventTooLong(ValueError):
    """
    One event exceeds the limit of the parser, and is dropped.

    The next call of :meth:`EventParser.feed`, which may have no bytes, parses the rest
    of the chunk.

    :ivar limit_bytes: the limit that was exceeded.
    :ivar events: the events that the same chunk completed before the dropped one.
    """

    def __init__(self, limit_bytes: int, events: tuple[Event, ...]) -> None:
        super().__init__(f"an event is longer than {limit_bytes} bytes")
        self.limit_bytes = limit_bytes
        self.events = events


class EventParser:
    """
    The parser of one event stream, from its first byte.

    :param max_event_bytes: the limit of all field lines of a block together, without
        line ends; a longer block is dropped. Comments do not count, so that a stream
        of heartbeats only has no limit.
    :param last_event_id: the id with which the reader resumes (``Last-Event-ID``).
    """

    __slots__ = (
        "_block_bytes",
        "_data",
        "_head",
        "_line",
        "_max_event_bytes",
        "_new_id",
        "_new_retry",
        "_passing",
        "_pending",
        "_skip_lf",
        "_type",
        "comments",
        "last_event_id",
        "retry",
    )

    last_event_id: str
    """The id to resume with; updated at a blank line, never by an unfinished block."""

    retry: int | None
    """The last valid reconnection time in milliseconds, ``None`` before the first."""

    comments: int
    """Number of complete comment lines so far."""

    def __init__(
        self, *, max_event_bytes: int = MAX_EVENT_BYTES, last_event_id: str = ""
    ) -> None:
        self._max_event_bytes = max_event_bytes
        self.last_event_id = last_event_id
        self.retry = None
        self.comments = 0
        self._head: bytes | None = b""
        self._line = bytearray()
        self._skip_lf = False
        self._data = bytearray()
        self._type = b""
        self._new_id: bytes | None = None
        self._new_retry: int | None = None
        self._block_bytes = 0
        self._passing = False
        """Whether the block is too long, and is dropped up to its blank line."""
        self._pending: list[bytes] = []
        """Complete lines that are not parsed yet."""

    def feed(self, chunk: bytes) -> list[Event]:
        """
        Parse the next bytes of the stream.

        :param chunk: any number of bytes, divided anywhere.
        :returns: the events that they complete, in order.
        :raises EventTooLong: an event was dropped at this place; call again to
            continue.
        """
        if self._head is not None:
            chunk = self._without_bom(self._head + chunk)
        if self._skip_lf and chunk:
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        lines = self._complete_lines(chunk) if chunk else []
        if self._pending:
            lines, self._pending = [*self._pending, *lines], []
        events: list[Event] = []
        for index, line in enumerate(lines):
            if not line:
                self._end_block(events)
            elif self._passing:
                self._pass_over(line)
            elif self._block_bytes + len(line) <= self._max_event_bytes:
                self._read_field(line)
            elif line.startswith(b":"):
                self.comments += 1
            else:
                self._pending = lines[index + 1 :]
                self._give_up(line, events)
        if self._block_bytes + len(self._line) > self._max_event_bytes:
            line, self._line = bytes(self._line), bytearray(_PASSED_OVER)
            if not (self._passing or line.startswith(b":")):
                self._give_up(b"", events)
        return events

    def _without_bom(self, head: bytes) -> bytes:
        """
        Drop a byte order mark at the start of the stream (HTML §9.2.5), holding back up
        to two bytes that may be the beginning of one.
        """
        if len(head) < len(BOM) and BOM.startswith(head):
            self._head = head
            return b""
        self._head = None
        return head.removeprefix(BOM)

    def _complete_lines(self, chunk: bytes) -> list[bytes]:
        """
        Return the lines that a chunk completes, and keep the unfinished one.
        """
        last = chunk[-1]
        self._skip_lf = last == _CR
        if b"\r" in chunk:
            lines = chunk.splitlines()
            rest = lines.pop() if last not in (_CR, _LF) else b""
        else:
            lines = chunk.split(b"\n")
            rest = lines.pop()
        if self._line and lines:
            lines[0] = bytes(self._line + lines[0])
            self._line = bytearray()
        self._line += rest
        return lines

    def _read_field(self, line: bytes) -> None:
        """
        Add a line that is not blank to the unfinished block (HTML §9.2.6).
        """
        name, colon, value = line.partition(b":")
        if colon and not name:
            self.comments += 1
            return
        self._block_bytes += len(line)
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data += value
            self._data += b"\n"
        elif name == b"event":
            self._type = value
        elif name == b"id":
            if b"\0" not in value:
                self._new_id = value
        elif name == b"retry" and value.isdigit():
            self.retry = self._new_retry = _milliseconds(value)

    def _end_block(self, events: list[Event]) -> None:
        """
        Set the id, and dispatch an event if the block has a data line.
        """
        self._block_bytes = 0
        self._passing = False
        if self._new_id is not None:
            self.last_event_id = self._new_id.decode("utf-8", "replace")
            self._new_id = None
        if self._data:
            data = self._data[:-1].decode("utf-8", "replace")
            kind = self._type.decode("utf-8", "replace") if self._type else DEFAULT_TYPE
            events.append(Event(kind, data, self.last_event_id, self._new_retry))
            self._new_retry = None
            self._data = bytearray()
        self._type = b""

    def _give_up(self, line: bytes, events: list[Event]) -> NoReturn:
        """
        Drop a block that has become too long.
        """
        self._passing = True
        self._data = bytearray()
        self._block_bytes = 0
        if len(line) <= self._max_event_bytes:
            self._pass_over(line)
        raise EventTooLong(self._max_event_bytes, tuple(events))

    def _pass_over(self, line: bytes) -> None:
        """
        Parse only the id of a block that is dropped.
        """
        name, _, value = line.partition(b":")
        if name == b"id" and len(line) <= self._max_event_bytes:
            value = value.removeprefix(b" ")
            if b"\0" not in value:
                self._new_id = value


def _milliseconds(digits: bytes) -> int:
    """
    Parse a reconnection time of any length. Python refuses to convert thousands of
    digits; a number beyond `MAX_RETRY_MS` counts as `MAX_RETRY_MS`.
    """
    significant = digits.lstrip(b"0")
    if len(significant) > len(str(MAX_RETRY_MS)):
        return MAX_RETRY_MS
    return min(int(significant or b"0"), MAX_RETRY_MS)
