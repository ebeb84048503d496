"""What the body of an event stream shows of its source: events and heartbeats."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relay.eventstream.event import Event
from relay.eventstream.parser import EventParser, EventTooLong
from relay.upstream.probe.proposal import Silence

Tell = Callable[[str, dict[str, Any]], None]
"""Takes the name and the members of an observation."""
MOST_SHOWN = 20
"""How many events, and how many heartbeats, are reported one by one."""
LONGEST_SHOWN = 2000
"""How many characters of the data, the id and the type of an event are reported."""
MOST_BYTES = 1024 * 1024
"""How much of a stream is read."""
HEARTBEAT_TYPES = frozenset({"heartbeat", "keep-alive", "keepalive", "ping"})
"""Types of events that sources send as heartbeats, besides comments."""


class ObservedStream:
    """
    Reads a stream, and measures its silence.

    :param now_ms: the time since the probe began, in milliseconds.
    :param tell: takes what is observed.
    """

    def __init__(self, now_ms: Callable[[], int], tell: Tell) -> None:
        self._now_ms = now_ms
        self._tell = tell
        self._parser = EventParser(max_event_bytes=MOST_BYTES)
        self._begun_ms = self._byte_ms = now_ms()
        self._longest_ms = 0
        self._heartbeat_ms: int | None = None
        """When the last heartbeat arrived."""
        self._interval_ms: int | None = None
        self.events = 0
        self.heartbeats = 0
        self.bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether enough was read."""
        return self.bytes >= MOST_BYTES

    def take(self, data: bytes) -> bool:
        """
        Read some bytes.

        :return: whether a heartbeat interval was measured.
        """
        now_ms = self._now_ms()
        self._longest_ms = max(self._longest_ms, now_ms - self._byte_ms)
        self._byte_ms = now_ms
        self.bytes += len(data)
        comments = self._parser.comments
        try:
            events = self._parser.feed(data)
        except EventTooLong as error:
            events = list(error.events)
        for event in events:
            self._event(event, now_ms)
        beats = self._parser.comments > comments or any(
            one.type.lower() in HEARTBEAT_TYPES for one in events
        )
        return beats and self._beat(now_ms)

    def silence(self) -> Silence:
        """Return what was measured so far."""
        now_ms = self._now_ms()
        return Silence(
            self._interval_ms,
            max(self._longest_ms, now_ms - self._byte_ms),
            now_ms - self._begun_ms,
        )

    def _event(self, event: Event, now_ms: int) -> None:
        self.events += 1
        if self.events > MOST_SHOWN:
            return
        shown = {
            "number": self.events,
            "event": event.type[:LONGEST_SHOWN],
            "data": event.data[:LONGEST_SHOWN],
            "characters": len(event.data),
        }
        if event.id:
            shown["id"] = event.id[:LONGEST_SHOWN]
        if event.retry is not None:
            shown["retry"] = event.retry
        self._tell("event", shown)

    def _beat(self, now_ms: int) -> bool:
        self.heartbeats += 1
        before_ms, self._heartbeat_ms = self._heartbeat_ms, now_ms
        shown: dict[str, Any] = {"number": self.heartbeats}
        if before_ms is not None:
            shown["intervalMs"] = now_ms - before_ms
            self._interval_ms = max(self._interval_ms or 0, now_ms - before_ms)
        if self.heartbeats <= MOST_SHOWN:
            self._tell("heartbeat", shown)
        return before_ms is not None
