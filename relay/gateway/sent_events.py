"""The count of the events that a client was sent."""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.eventstream.boundary import EventCounter
from relay.http.client_stream import Ledger
from relay.model.marks import Mark, Marks


class SentEvents:
    """
    Counts the events of one response, and notes the first.

    :param ledger: where they are counted.
    """

    __slots__ = ("_counter", "_ledger", "_marks")

    def __init__(self, ledger: Ledger, marks: Marks) -> None:
        self._ledger = ledger
        self._marks = marks
        self._counter: EventCounter | None = None

    @property
    def any(self) -> bool:
        """Whether the client was sent an event."""
        return bool(self._ledger.events)

    @property
    def at_boundary(self) -> bool:
        """Whether no event is incomplete, as far as is known."""
        return self._counter is None or self._counter.at_boundary

    def find_in_body(self, headers: Headers) -> None:
        """
        Count the events of the body from now on: it is an event stream.

        :param headers: of the response. Of a body that is encoded, nothing is known.
        """
        if not headers.hasHeader(b"content-encoding"):
            self._counter = EventCounter()

    def feed(self, data: bytes) -> int:
        """
        Count the events of a piece of the body.

        :return: how many of them end in it; 0 unless it is an event stream.
        """
        if self._counter is None:
            return 0
        events = self._counter.feed(data)
        self.add(events)
        return events

    def add(self, events: int) -> None:
        """Count events."""
        if events and not self._ledger.events:
            self._marks.note(Mark.FIRST_EVENT)
        self._ledger.events += events
