"""What ``relay bench`` has measured."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from relay.cli.streams.follower import Ending, Follower
from relay.cli.streams.histogram import Histogram
from relay.cli.streams.rates import byte_text
from relay.eventstream.event import Event
from relay.upstream.connection.stream import UpstreamResponse

if TYPE_CHECKING:
    from relay.cli.output import Output

SENT = "relayBenchSentMs"
"""The member of the data of published events with the time, in ms since the epoch."""
GAP = "relay.gap"
_MOST_REASONS = 5
_SECONDS_BELOW = 1e11
"""A smaller timestamp is in seconds: in milliseconds it would be a date of 1973."""


class Report:
    """
    The counts of all clients.

    :param timestamp: a compiled JMESPath expression for the time of an event in its
        JSON data; None to measure published events only.
    """

    def __init__(self, timestamp: Any = None) -> None:
        self._timestamp = timestamp
        self.opened = 0
        self.most_open = 0
        self.open = 0
        self.events = 0
        self.bytes = 0
        self.gaps = 0
        self.cuts = 0
        self.ends = 0
        self.failures = 0
        self.published = 0
        self.reasons: Counter[str] = Counter()
        self.head = Histogram()
        self.latency = Histogram()
        self.duration_s = 0.0

    def measure(self, event: Event) -> None:
        """Count an event, and how long ago it was sent, if it says so."""
        self.events += 1
        if event.type == GAP:
            self.gaps += 1
        if self._timestamp is None and SENT not in event.data:
            return
        now_ms = time.time() * 1000
        try:
            data = json.loads(event.data)
            if self._timestamp is None:
                sent_ms = float(data[SENT])
            else:
                sent_ms = _milliseconds(self._timestamp.search(data))
        except (ValueError, TypeError, KeyError, RecursionError):
            return
        self.latency.add(now_ms - sent_ms)

    def to_json(self) -> dict[str, Any]:
        """Return the figures."""
        seconds = max(self.duration_s, 0.001)
        return {
            "durationMs": round(self.duration_s * 1000),
            "streams": {
                "opened": self.opened,
                "mostOpen": self.most_open,
                "ended": self.ends,
                "cut": self.cuts,
                "failed": self.failures,
            },
            "events": self.events,
            "eventsPerSecond": round(self.events / seconds, 3),
            "bytes": self.bytes,
            "bytesPerSecond": round(self.bytes / seconds, 3),
            "gaps": self.gaps,
            "published": self.published,
            "head": self.head.to_json(),
            "latency": self.latency.to_json(),
            "reasons": dict(self.reasons.most_common(_MOST_REASONS)),
        }

    def show(self, output: Output) -> None:
        """Print the figures."""
        if output.json:
            output.data(self.to_json())
            return
        seconds = max(self.duration_s, 0.001)
        output.line(
            f"{self.opened} streams opened, at most {self.most_open} at once; "
            f"{self.ends} ended, {self.cuts} cut, {self.failures} failed, "
            f"{self.gaps} gaps"
        )
        output.line(
            f"{self.events} events in {seconds:.1f} s: {self.events / seconds:.1f} "
            f"events/s, {byte_text(self.bytes / seconds)}/s"
        )
        for reason, count in self.reasons.most_common(_MOST_REASONS):
            output.line(f"  {count} x {reason}")
        for name, histogram in (
            ("Time to head", self.head),
            ("Latency", self.latency),
        ):
            if histogram.count:
                output.line()
                output.line(f"{name}: {histogram.summary()}")
                for line in histogram.lines():
                    output.line(line)


class BenchClient:
    """
    One client, which reports what its :class:`Follower` reads.

    :param report: of all clients.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._begun_s = time.monotonic()
        self._is_open = False
        self.follower: Follower | None = None

    def opened(self, response: UpstreamResponse, last_event_id: str) -> None:
        """Count the stream, and measure the time to its head."""
        report = self._report
        report.head.add((time.monotonic() - self._begun_s) * 1000)
        report.opened += 1
        report.open += 1
        report.most_open = max(report.most_open, report.open)
        self._is_open = True

    def received(self, data: bytes) -> None:
        """Count the bytes."""
        self._report.bytes += len(data)

    def events(self, taken: Sequence[tuple[Event, str] | None]) -> None:
        """Count and measure the events."""
        for one in taken:
            if one is None:
                self._report.gaps += 1
            else:
                self._report.measure(one[0])

    def lost(self, how: Ending, reason: str, delay_s: float | None) -> None:
        """Count the end of the response, or the failure."""
        report = self._report
        self.closed()
        report.reasons[reason] += 1
        if how == "failed":
            report.failures += 1
        elif how == "cut":
            report.cuts += 1
        else:
            report.ends += 1
        self._begun_s = time.monotonic() + (delay_s or 0)

    def failed(self, reason: str) -> None:
        """Count a client that gives up."""
        self.closed()
        self._report.failures += 1
        self._report.reasons[reason] += 1

    def closed(self) -> None:
        """Count the stream as closed, if it was open."""
        self._report.open -= self._is_open
        self._is_open = False


def _milliseconds(value: Any) -> float:
    """
    Read a timestamp: a number of ms or seconds since the epoch, or ISO 8601.

    :raises ValueError: when it is none.
    """
    if isinstance(value, str):
        return datetime.fromisoformat(value).timestamp() * 1000
    number = float(value)
    return number * 1000 if number < _SECONDS_BELOW else number
