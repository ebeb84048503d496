"""Exchanges that are traced leave no reference cycle either."""

from __future__ import annotations

import atexit
from pathlib import Path

from tests.wire.cycles.case import CycleCase, finish, reset
from tests.wire.cycles.garbage import SharedCollectedDaemon
from tests.wire.operate.collector import Collector


def _settings(_: Path) -> str:
    """Record all, and export it."""
    collector = Collector()
    atexit.register(collector.close)
    return f"""
        [tracing]
        endpoint = "{collector.url}"
        max_per_second = 0
        max_queue = 100000
        response_header = "X-Trace-Id"
    """


TRACED = SharedCollectedDaemon(_settings)


class TracingTests(CycleCase):
    """Calls and streams, with a collector that works."""

    def setUp(self) -> None:
        """Take the daemon that traces."""
        super().setUp()
        self.daemon = TRACED.collected()

    def test_calls_and_streams(self) -> None:
        """The spans of attempts, of open streams and of exchanges."""
        self.proxy()
        self.leaves_none(self.clients("whole", finish, b"ok"))
        self.leaves_none(self.clients("stream", reset))
        self.leaves_none(self.clients("silent", reset, b""))
