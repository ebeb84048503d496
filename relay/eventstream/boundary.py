"""
Count the events of a stream without parsing them.

The count is exactly what `EventParser` would dispatch: blocks with a ``data`` line that
a blank line has ended, for LF, CR and CRLF and any division into chunks. Comments,
heartbeats, blocks with only an ``id`` or ``retry``, and an incomplete event at the end
are not counted.

Theory of operation. Line ends are converted to LF first, which costs one ``in`` if
there is no CR. Of an unfinished block only a *stand-in* is kept, always shorter than 20
bytes: a text for which counting continues with the same result. It starts with the LF
that ended the previous line, so that every line begins after an LF::

    stand-in = LF [ "data" LF | "x" LF ] first five bytes of the unfinished line

where ``data`` stands for lines that make an event, ``x`` for lines that do not, and
five bytes suffice to distinguish ``data:`` from anything else. All work is done by
methods of `bytes` and by regular expressions that never backtrack: it runs in C and is
linear in the bytes.

The usual chunk is one whole event after another whole event. `EventCounter.feed`
recognises it by its last lines, at the speed of ``memchr``: half the cost of the
general case for an event of 120 bytes, a tenth for one of 16 KB.
"""

from __future__ import annotations

import re

from relay.eventstream.parser import BOM

_BOUNDARY = b"\n"
_LF = 0x0A
_CR = 0x0D
_LINE_PREFIX = 1 + len(b"data:")

_EVENT = re.compile(rb"\ndata(?::[^\n]*+)?+\n(?:[^\n]++\n)*+(?=\n)()")
"""One data line, the rest of its block, and a blank line, which is not consumed: its
LF begins the next block. The group is empty so that `findall` copies nothing."""

_COMMENTS = re.compile(rb"(?:\n:[^\n]*+)++\n")


class EventCounter:
    """
    Counts events and finds boundaries in one byte stream that is forwarded verbatim.
    """

    __slots__ = ("_aligned", "_begun", "_skip_lf", "_unfinished", "events")

    events: int
    """Number of complete events so far."""

    def __init__(self) -> None:
        self.events = 0
        self._aligned = False
        self._begun: bytes | None = b""
        self._skip_lf = False
        self._unfinished = _BOUNDARY

    @property
    def at_boundary(self) -> bool:
        """
        Whether no event is incomplete: nothing was fed yet, or a blank line was the
        last line except for complete comment lines. At a boundary a line can be
        inserted, and an end cuts no event. (If a CR has just ended the block, the LF of
        a CRLF may still follow; a line inserted before it makes that LF a blank line.)
        """
        return self._unfinished == _BOUNDARY and not self._begun

    def feed(self, chunk: bytes) -> int:
        """
        Count the events in the next bytes of the stream, divided anywhere.

        :return: the number of events that they complete.
        """
        if self._aligned and _CR not in chunk:
            line = chunk.rfind(b"\n", 0, -2) + 1
            if (
                chunk[-2:] == b"\n\n"
                and chunk[line : line + 5] == b"data:"
                and (line == 0 or chunk.find(b"\n\n", 0, line) < 0)
            ):
                self.events += 1
                return 1
        return self._feed(chunk)

    def _feed(self, chunk: bytes) -> int:
        if self._begun is not None:
            chunk = self._without_bom(self._begun + chunk)
        if self._skip_lf and chunk:
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        if _CR in chunk:
            self._skip_lf = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        if _LF not in chunk:
            chunk = chunk[:_LINE_PREFIX]
        text = self._unfinished + chunk
        end = text.rfind(b"\n\n") + 1
        events = len(_EVENT.findall(text, 0, end + 1)) if end else 0
        self.events += events
        self._unfinished = _stand_in(text[end:])
        self._aligned = not self._skip_lf and self.at_boundary
        return events

    def _without_bom(self, head: bytes) -> bytes:
        if len(head) < len(BOM) and BOM.startswith(head):
            self._begun = head
            return b""
        self._begun = None
        return head.removeprefix(BOM)


def _stand_in(rest: bytes) -> bytes:
    """
    Shorten an unfinished block to its stand-in.

    :param rest: the block, beginning with the LF before it.
    """
    if rest == _BOUNDARY:
        return rest
    line = rest.rfind(b"\n")
    begun = rest[line : line + _LINE_PREFIX]
    if line == 0:
        return begun
    if b"\ndata:" in rest or b"\ndata\n" in rest:
        return b"\ndata" + begun
    if rest.startswith(b"\n:") and _COMMENTS.fullmatch(rest, 0, line + 1):
        return begun
    return b"\nx" + begun
