"""One event of an event stream."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_TYPE = "message"
"""The type of an event without an ``event`` field (WHATWG HTML §9.2.6)."""


@dataclass(frozen=True, slots=True)
class Event:
    """
    One event as a WHATWG reader dispatches it (HTML §9.2.6).
    """

    type: str
    """The ``event`` field; `DEFAULT_TYPE` if the block had none or an empty one."""

    data: str
    """The ``data`` lines joined by LF; an event of the parser never contains CR."""

    id: str = ""
    """The last event id at dispatch, set by this event or an earlier one."""

    retry: int | None = None
    """
    The reconnection time in milliseconds that the stream has stated since the previous
    event; None without one. A block without data may contain it, so it is kept for the
    next event: encoding the events again then loses none.
    """
