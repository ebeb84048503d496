"""
Whether the events after a reconnect follow right on those before it.

A source that sends ids and honours ``Last-Event-ID`` can go on where it broke off, but
nothing in its answer says that it did: a source that ignores the header, and one whose
memory does not reach back far enough, look just the same. So the source is put to the
proof (mode ``verify``): it is asked to go on after the event *before* the last one. If
the first event that comes is the last one again, in every part, nothing is missing.
Everything else is a gap, and is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from relay.eventstream.event import Event

LONGEST_ID_BYTES = 4096
"""The longest id that is sent as ``Last-Event-ID``: it must fit into a request head."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Characters that a field value cannot hold (RFC 9110, 5.5)."""


def can_be_sent(event_id: str) -> bool:
    """
    Whether an id can be the value of ``Last-Event-ID``.

    :param event_id: a source's id.
    """
    if len(event_id) > LONGEST_ID_BYTES or _CONTROL.search(event_id):
        return False
    try:
        return len(event_id.encode("utf-8")) <= LONGEST_ID_BYTES
    except UnicodeEncodeError:
        return False


class ResumeMode(StrEnum):
    """How far a source's ids are believed."""

    VERIFY = "verify"
    TRUST = "trust"
    NONE = "none"


class Continuity:
    """
    Follows one source over its connections; does no IO.

    :param mode: how far the source's ids are believed.
    :param resume_at: the id of the event after which the first connection is to go on;
        the source's word is taken for it, for there is no earlier id to prove it with.
    """

    def __init__(self, mode: ResumeMode, resume_at: str = "") -> None:
        resume_at = resume_at if can_be_sent(resume_at) else ""
        self._mode = mode
        self._last = resume_at
        """The last id that an event had of its own."""
        self._before = ""
        """The one before it, if no gap lies between the two."""
        self._newest_has_id = bool(resume_at)
        """Whether the newest event had an id of its own."""
        self._any_event = False
        self._ever_connected = False
        self._told = False
        """Whether a gap was told that no event has followed yet."""
        self._in_force = ""
        """The id that the stream carries over to events without one."""
        self._newest: Event | None = None
        self._expected: Event | None = None
        """What the first event must be to prove continuity."""

    @property
    def last_event_id(self) -> str:
        """What the next connection sends as ``Last-Event-ID``; empty sends none."""
        if self._mode is ResumeMode.NONE:
            return ""
        return self._before if self._provable else self._last

    @property
    def _provable(self) -> bool:
        return (
            self._mode is ResumeMode.VERIFY
            and self._newest_has_id
            and bool(self._before)
        )

    def connected(self) -> bool:
        """
        A connection stands that was opened with :attr:`last_event_id`.

        :return: whether a gap is to be told now.
        """
        self._in_force = self.last_event_id
        first, self._ever_connected = not self._ever_connected, True
        if first and (self._mode is not ResumeMode.NONE or not self._last):
            return False
        if self._provable:
            self._expected = self._newest
            return False
        believed = (
            self._mode is not ResumeMode.NONE
            and self._newest_has_id
            and (self._mode is ResumeMode.TRUST or not self._any_event)
        )
        if believed or self._told:
            return False
        self._gap()
        return True

    def take(self, events: Iterable[Event]) -> list[tuple[Event, str] | None]:
        """
        Sort out what is new.

        :param events: the next events of the connection.
        :return: each new event with the id that it has of its own, empty if it only
            carries one over; None where a gap is to be told.
        """
        taken: list[tuple[Event, str] | None] = []
        for event in events:
            expected, self._expected = self._expected, None
            if expected is not None:
                # The id alone proves nothing: some sources restate one for several.
                if (event.id, event.type, event.data) == (
                    expected.id,
                    expected.type,
                    expected.data,
                ):
                    self._in_force = event.id
                    continue
                self._gap()
                taken.append(None)
            own_id = event.id if event.id != self._in_force else ""
            if own_id and not can_be_sent(own_id):
                own_id = ""
            if self._in_force and not event.id:
                # The source has reset its id: no Last-Event-ID is sent any more.
                self._last = self._before = ""
            self._in_force = event.id
            if own_id:
                self._before, self._last = self._last, own_id
            self._newest_has_id = bool(own_id)
            self._newest = event
            self._any_event = True
            self._told = False
            taken.append((event, own_id))
        return taken

    def pass_over(self) -> None:
        """Note that an event was dropped; its readers get a gap."""
        self._expected = None
        self._gap()

    def reach(self, event_id: str) -> None:
        """
        Set the last event id, also from a block without an event.

        :param event_id: the id that the source's last block has set; empty when the
            block has reset it (WHATWG HTML, 9.2.6).
        """
        if event_id == self._in_force:
            return
        if not event_id:
            self._in_force = self._last = self._before = ""
            self._newest_has_id = False
        elif can_be_sent(event_id) and (self._told or self._mode is ResumeMode.TRUST):
            # The proof of VERIFY is made of events; after a gap there is none to keep.
            self._last = event_id
            self._newest_has_id = True

    def _gap(self) -> None:
        self._told = True
        self._last = self._before = ""
        self._newest_has_id = False
