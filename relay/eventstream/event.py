"""The value that a reader of an event stream is given."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_TYPE = "message"
"""The type of an event whose block names none (WHATWG HTML §9.2.6)."""


@dataclass(frozen=True, slots=True)
class Event:
    """
    One event as a WHATWG reader dispatches it (HTML §9.2.6).
    """

    type: str
    """The ``event`` field, `DEFAULT_TYPE` when the block had none or an empty one."""

    data: str
    """The ``data`` lines joined by LF; CR never occurs in what a parser gives."""

    id: str = ""
    """The last event id in force at dispatch; it carries over from earlier events."""

    retry: int | None = None
    """
    The reconnection time in milliseconds that the stream stated since the event
    before this one, if it stated any. A block without data may hold it, so it is
    kept for the next event: writing the events out again then loses none.
    """
