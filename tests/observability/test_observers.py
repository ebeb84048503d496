"""The observers of exchanges."""

from __future__ import annotations

from typing import Any, cast

from twisted.trial.unittest import SynchronousTestCase

from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchange
from relay.observability.observers import AccessLogging, Observers


class Exchange:
    """What observers see of an exchange."""

    ends_at_once = False

    def __init__(self, streams: bool) -> None:
        self.streams = streams
        self.record = AccessRecord("GET", "h", "/", "::1", "::1")


def exchange(streams: bool = False) -> LiveExchange:
    """Make an exchange."""
    return cast(LiveExchange, Exchange(streams))


class Noting:
    """An observer that notes its calls."""

    def __init__(self, name: str, calls: list[str], fails: bool = False) -> None:
        self._name, self._calls, self._fails = name, calls, fails

    def _note(self, moment: str) -> None:
        self._calls.append(f"{self._name} {moment}")
        if self._fails:
            raise ValueError(self._name)

    def began(self, exchange: LiveExchange) -> None:
        """Note the call."""
        self._note("began")

    def answered(self, exchange: LiveExchange) -> None:
        """Note the call."""
        self._note("answered")

    def ended(self, exchange: LiveExchange) -> None:
        """Note the call."""
        self._note("ended")


class ObserversTests(SynchronousTestCase):
    """Several observers."""

    def observe(self, observers: Observers) -> None:
        """Observe a whole exchange."""
        one = exchange()
        observers.began(one)
        observers.answered(one)
        observers.ended(one)

    def test_the_first_to_begin_is_the_last_to_end(self) -> None:
        """The order is reversed at the end of an exchange."""
        calls: list[str] = []
        observers = Observers(Noting("a", calls))
        observers.add(Noting("b", calls))
        self.observe(observers)
        self.assertEqual(
            calls,
            ["a began", "b began", "a answered", "b answered", "b ended", "a ended"],
        )

    def test_a_failing_observer_harms_no_other(self) -> None:
        """Its failures are logged, one for each call."""
        calls: list[str] = []
        self.observe(Observers(Noting("bad", calls, fails=True), Noting("a", calls)))
        self.assertEqual(len(calls), 6)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 3)


class AccessLoggingTests(SynchronousTestCase):
    """The access log as an observer."""

    def test_only_event_streams_have_a_line_at_their_start(self) -> None:
        """Every exchange has a line at its end."""
        lines: list[str] = []

        class Log:
            def opened(self, record: AccessRecord, now_ms: int) -> None:
                lines.append(f"open {now_ms}")

            def closed(self, record: AccessRecord, now_ms: int) -> None:
                lines.append(f"close {now_ms}")

        observer = AccessLogging(cast(Any, Log()), lambda: 7)
        for streams in (False, True):
            one = exchange(streams)
            observer.began(one)
            observer.answered(one)
            observer.ended(one)
        self.assertEqual(lines, ["close 7", "open 7", "close 7"])
