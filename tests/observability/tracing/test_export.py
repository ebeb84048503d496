"""The export of spans, to collectors that work and that do not."""

from __future__ import annotations

import socket
from collections.abc import Generator
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind
from twisted.internet import reactor
from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.task import Clock
from twisted.logger import capturedLogs, formatEvent
from twisted.trial.unittest import TestCase

from relay.observability.tracing.counts import SpanCounts
from relay.observability.tracing.export import STOP_S, SpanExport
from relay.observability.tracing.redaction import Redaction
from relay.observability.tracing.spans import Spans, new_context, new_trace_id
from tests.wire.harness.scripted import answering, scripted
from tests.wire.operate.collector import Collector

SPANS = Spans("relay", "here", [], Redaction())
Steps = Generator[Deferred[Any], Any, None]


def span() -> ReadableSpan:
    """Make a span that is recorded."""
    context = new_context(new_trace_id(), True)
    return SPANS.make("x", SpanKind.SERVER, context, None, (1, 2), {"a": "b"})


class ThreadedClock(Clock):
    """A clock that stands still, and takes calls of other threads."""

    callFromThread = staticmethod(reactor.callFromThread)  # type: ignore[attr-defined]


class ExportTests(TestCase):
    """Queues, counts and stops."""

    def export(
        self,
        port: int,
        most: int = 100,
        timeout_s: float = 10,
        clock: Clock | None = None,
    ) -> SpanExport:
        """Export to a port of loopback."""
        url = f"http://127.0.0.1:{port}/v1/traces"
        headers = {"x-key": "collector-secret"}
        self.counts = SpanCounts()
        return SpanExport(
            clock or reactor, url, headers, None, timeout_s, most, self.counts
        )

    @inlineCallbacks
    def test_a_stop_exports_what_waits(self) -> Steps:
        """Every span arrives, before the interval of exports is over."""
        collector = Collector()
        self.addCleanup(collector.close)
        export = self.export(collector.port)
        for _ in range(10):
            export.put(span())
        yield export.stop()
        self.assertEqual(len(collector.spans()), 10)
        self.assertEqual(self.counts.all(), {"exported": 10, "failed": 0, "dropped": 0})

    def test_a_full_queue(self) -> None:
        """What is too much is dropped and counted, whoever is slow."""
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        clock = ThreadedClock()
        export = self.export(silent.getsockname()[1], most=3, clock=clock)
        with capturedLogs() as events:
            for _ in range(10):
                export.put(span())
        self.assertEqual((export.waiting, self.counts["dropped"]), (3, 7))
        (event,) = events
        self.assertEqual(formatEvent(event), "spans are dropped: 3 wait to be exported")
        stopped = export.stop()
        self.assertNoResult(stopped)
        clock.advance(STOP_S * 1.5)
        self.successResultOf(stopped)

    @inlineCallbacks
    def test_a_failure_is_logged_once(self) -> Steps:
        """With the reason and without the headers; so is its end."""
        collector = Collector()
        self.addCleanup(collector.close)
        collector.status = 400
        export = self.export(collector.port, timeout_s=0.2)
        with capturedLogs() as events:
            for status in (400, 400, 200):
                collector.status = status
                export.put(span())
                while export.waiting:
                    waiting: Deferred[None] = Deferred()
                    reactor.callLater(0.02, waiting.callback, None)
                    yield waiting
            yield export.stop()
        lines = [formatEvent(event) for event in events]
        self.assertEqual(len(lines), 2, lines)
        url = f"http://127.0.0.1:{collector.port}"
        self.assertIn(f"traces cannot be exported to {url}", lines[0])
        self.assertIn("400", lines[0])
        self.assertIn("traces are exported again", lines[1])
        self.assertNotIn("secret", str(lines))
        self.assertEqual((self.counts["exported"], self.counts["failed"]), (1, 2))

    @inlineCallbacks
    def test_redirects_are_not_followed(self) -> Steps:
        """They would take the credentials to another host."""
        other = Collector()
        self.addCleanup(other.close)
        moved = (
            f"HTTP/1.1 307 Moved\r\nLocation: {other.url}\r\nContent-Length: 0\r\n\r\n"
        )
        with scripted(answering(moved.encode())) as (port, _):
            export = self.export(port, timeout_s=0.2)
            export.put(span())
            yield export.stop()
        self.assertEqual(other.headers, [])
        self.assertEqual(self.counts["failed"], 1)
