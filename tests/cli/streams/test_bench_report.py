"""What a measurement counts."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import jmespath
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.output import Output
from relay.cli.streams.bench_report import SENT, BenchClient, Report
from relay.eventstream.event import Event


class ReportTests(SynchronousTestCase):
    """Events, ends and latencies."""

    def test_published_timestamps(self) -> None:
        """They are measured; other events are counted only."""
        report = Report()
        for data in (json.dumps({SENT: 0}), SENT, "[1]", '{"a": 1}', "x"):
            report.measure(Event("bench", data))
        self.assertEqual((report.events, report.latency.count), (5, 1))

    def test_timestamps_of_the_source(self) -> None:
        """Numbers of ms and seconds, and ISO 8601."""
        report = Report(jmespath.compile("at"))
        values: list[Any] = [0, 1.7e12, 1.7e9, "2026-01-01T00:00:00Z", "no", None, []]
        for value in values:
            report.measure(Event("message", json.dumps({"at": value})))
        self.assertEqual(report.latency.count, 4)
        begun_ms = time.time() * 1000
        self.assertLess(report.latency.min_ms, begun_ms - 1.7e12 + 60_000)

    def test_ends(self) -> None:
        """Each has its count, and its reason; a stream is open once."""
        report = Report()
        client = BenchClient(report)
        response: Any = None
        client.opened(response, "")
        client.events([None, (Event("relay.gap", "{}"), "")])
        client.received(b"1234")
        client.lost("cut", "broke off", 1.0)
        client.lost("failed", "refused", 2.0)
        client.opened(response, "1")
        client.lost("ended", "ended", 1.0)
        client.failed("gave up")
        client.closed()
        found = report.to_json()
        self.assertEqual(
            found["streams"],
            {"opened": 2, "mostOpen": 1, "ended": 1, "cut": 1, "failed": 2},
        )
        self.assertEqual((found["gaps"], found["bytes"], report.open), (2, 4, 0))
        self.assertEqual(len(found["reasons"]), 4)

    def test_text(self) -> None:
        """Figures, reasons and histograms."""
        report = Report()
        client = BenchClient(report)
        response: Any = None
        client.opened(response, "")
        client.lost("cut", "broke \x1b off", 1.0)
        report.measure(Event("bench", json.dumps({SENT: time.time() * 1000})))
        report.duration_s = 2.0
        out = io.StringIO()
        report.show(Output(out=out, err=out))
        text = out.getvalue()
        self.assertIn("1 streams opened, at most 1 at once; 0 ended, 1 cut", text)
        self.assertIn("1 events in 2.0 s: 0.5 events/s", text)
        self.assertIn("  1 x broke \\u001b off\n", text)
        self.assertIn("Time to head: p50 ", text)
        self.assertIn("Latency: p50 ", text)
