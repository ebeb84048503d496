"""
Decide whether the events after a reconnect continue those before it.

A source that sends ids and observes ``Last-Event-ID`` can continue after the last
event, but nothing in its response says that it did: a source that ignores the header,
and one whose history does not reach back far enough, respond in the same way. In mode
``verify`` the source must prove it: Relay requests the events after the event *before*
the last one. If the first event that arrives equals the last one, nothing is missing.
In any other case there is a gap, which is reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from relay.eventstream.event import Event

LONGEST_ID_BYTES = 4096
"""The longest id that is sent as ``Last-Event-ID``, which must fit into a head."""
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Characters that a field value cannot contain (RFC 9110, 5.5)."""


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
    """How far the ids of a source are trusted."""

    VERIFY = "verify"
    TRUST = "trust"
    NONE = "none"


class Proof(NamedTuple):
    """
    What another process has read of a source, with which a resume can be verified.

    :param before: the id of the event right before the newest one; empty when that is
        not known.
    :param newest: the newest event, which has set its id itself.
    """

    before: str
    newest: Event


class Continuity:
    """
    Tracks the ids of one source over its connections; does no IO.

    :param resume_at: the id after which the first connection continues; empty for none.
        Without a proof it is trusted: there is no earlier id to verify it with.
    :param proof: of the event with this id; None without one.
    """

    def __init__(
        self, mode: ResumeMode, resume_at: str = "", proof: Proof | None = None
    ) -> None:
        resume_at = resume_at if can_be_sent(resume_at) else ""
        self._mode = mode
        self._last = resume_at
        """The last id that an event set itself."""
        self._before = ""
        """The id before :attr:`_last`; empty if a gap lies between them."""
        self._newest_has_id = bool(resume_at)
        """Whether the newest event set an id itself."""
        self._any_event = False
        self._ever_connected = False
        self._told = False
        """Whether a gap was reported, and no event has followed it."""
        self._in_force = ""
        """The id that events without an id inherit."""
        self._newest: Event | None = None
        self._expected: Event | None = None
        """The event that must arrive first to prove continuity."""
        if resume_at and proof is not None and can_be_sent(proof.before):
            self._before, self._newest = proof
            self._any_event = self._ever_connected = True

    @property
    def last_event_id(self) -> str:
        """The ``Last-Event-ID`` of the next connection; empty for none."""
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
        A connection was opened with :attr:`last_event_id`.

        :return: whether a gap must be reported now.
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
        Return the events that are new.

        :param events: the next events of the connection.
        :return: each new event with the id that it sets itself, empty if it inherits
            its id; None where a gap must be reported.
        """
        taken: list[tuple[Event, str] | None] = []
        for event in events:
            expected, self._expected = self._expected, None
            if expected is not None:
                # The id alone is no proof: some sources repeat one for several events.
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
        """Record that an event was dropped, for which a gap is reported."""
        self._expected = None
        self._gap()

    def reach(self, event_id: str) -> None:
        """
        Set the last event id, also from a block without an event.

        :param event_id: the id set by the last block of the source; empty if the block
            has reset it (WHATWG HTML, 9.2.6).
        """
        if event_id == self._in_force:
            return
        if not event_id:
            self._in_force = self._last = self._before = ""
            self._newest_has_id = False
        elif can_be_sent(event_id) and (self._told or self._mode is ResumeMode.TRUST):
            # VERIFY compares events; after a gap there is no event to compare with.
            self._last = event_id
            self._newest_has_id = True

    def _gap(self) -> None:
        self._told = True
        self._last = self._before = ""
        self._newest_has_id = False
