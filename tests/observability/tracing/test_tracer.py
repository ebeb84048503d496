"""Spans of exchanges, on a clock that the test moves."""

from __future__ import annotations

import gc
import weakref
from types import SimpleNamespace
from typing import Any, cast

from opentelemetry.sdk.trace import ReadableSpan
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.model.marks import Mark
from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.observers import Observers
from relay.observability.timeline import Timeline
from relay.observability.tracing.counts import SpanCounts
from relay.observability.tracing.redaction import Redaction
from relay.observability.tracing.service import Tracing
from relay.observability.tracing.spans import Spans
from relay.observability.tracing.tracer import MOST_MARKS, Tracer
from relay.settings.source import SettingsError
from relay.settings.tracing import TracingSettings

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SENT = f"00-{TRACE}-00f067aa0ba902b7-01"


class TracerCase(SynchronousTestCase):
    """A tracer whose spans are kept."""

    def setUp(self) -> None:
        """Trace everything."""
        self.clock = Clock()
        self.spans: list[ReadableSpan] = []

    def tracer(self, with_query: bool = False, **settings: Any) -> Tracer:
        """Make a tracer."""
        return Tracer(
            TracingSettings(endpoint="http://h", **settings),
            with_query,
            self.clock,
            lambda: (int(self.clock.seconds() * 1e9), self.clock.seconds()),
            Spans("relay", "here", [], Redaction()),
            self.spans.append,
            SpanCounts(),
        )

    def exchange(
        self, streams: bool = True, trusted: bool = False, **headers: str
    ) -> Any:
        """Make an exchange as tracers see it."""
        record = AccessRecord("GET", "h", "/a", "192.0.2.1", "192.0.2.2")
        record.begun_s, record.begun_ms = self.clock.seconds(), 5_000
        record.timeline = Timeline(self.clock.seconds)
        fields = Headers({name: [value] for name, value in headers.items()})
        return SimpleNamespace(
            record=record,
            streams=streams,
            trusted=trusted,
            transferred=Transferred(0, 0, 0),
            request=SimpleNamespace(headers=fields),
            stream=SimpleNamespace(peer=SimpleNamespace(secure=True)),
            target=SimpleNamespace(context_path="/a"),
            response_hooks=[],
        )

    def end(self, tracer: Tracer, exchange: Any) -> ReadableSpan:
        """End an exchange, and return its span."""
        exchange.record.outcome, exchange.record.status = Outcome.COMPLETED, 200
        tracer.ended(exchange)
        return self.spans[-1]


class TimeTests(TracerCase):
    """Times and marks."""

    def test_times(self) -> None:
        """The begin is the time of day of the request; durations are monotonic."""
        tracer, exchange = self.tracer(), self.exchange(streams=False)
        tracer.began(exchange)
        self.clock.advance(1.5)
        exchange.record.timeline.note(Mark.HEAD, 200)
        self.clock.advance(1)
        span = self.end(tracer, exchange)
        self.assertEqual(span.start_time, 5_000_000_000)
        self.assertEqual(span.end_time, 7_500_000_000)
        self.assertEqual([one.timestamp for one in span.events], [6_500_000_000])
        self.assertIsNone(exchange.record.trace)

    def test_marks_of_events(self) -> None:
        """One in each interval in which events were sent, up to a bound."""
        tracer, exchange = self.tracer(event_marks_ms=1000), self.exchange()
        tracer.began(exchange)
        tracer.answered(exchange)
        for number in range(MOST_MARKS + 20):
            if number != 1:
                exchange.transferred = Transferred(0, number + 5, number + 1)
            self.clock.advance(1)
        span = self.end(tracer, exchange)
        marks = [one for one in span.events if one.name == "relay.events"]
        self.assertEqual(len(marks), MOST_MARKS)
        self.assertEqual(dict(marks[0].attributes or {})["relay.events"], 1)
        # Nothing was sent in the second interval.
        self.assertEqual(dict(marks[1].attributes or {})["relay.events"], 3)
        self.clock.advance(1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_no_marks(self) -> None:
        """0 adds none, and a tracer that is closed has no timer."""
        tracer, exchange = self.tracer(event_marks_ms=0), self.exchange()
        tracer.began(exchange)
        tracer.answered(exchange)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        tracer = self.tracer()
        tracer.began(exchange)
        tracer.answered(exchange)
        self.assertEqual(len(self.clock.getDelayedCalls()), 1)
        tracer.close()
        self.assertEqual(self.clock.getDelayedCalls(), [])


class ContextTests(TracerCase):
    """Whose context is continued, and what is recorded."""

    def test_trust(self) -> None:
        """As the setting says; the context of others is a link."""
        for trust, trusted, continued in (
            ("none", True, False),
            ("proxies", True, True),
            ("proxies", False, False),
            ("all", False, True),
        ):
            tracer = self.tracer(trust=trust)
            exchange = self.exchange(False, trusted, traceparent=SENT)
            tracer.began(exchange)
            span = self.end(tracer, exchange)
            context = span.context
            assert context is not None
            case = (trust, trusted)
            self.assertEqual(f"{context.trace_id:032x}" == TRACE, continued, case)
            self.assertEqual(span.parent is not None, continued, case)
            self.assertEqual(len(span.links), 0 if continued else 1, case)

    def test_malformed_contexts(self) -> None:
        """They count as none, and so do several."""
        tracer = self.tracer(trust="all")
        for value in ("", "x", SENT[:-1], SENT.replace("4bf9", "zzzz"), "\xff" * 10):
            exchange = self.exchange(False, traceparent=value)
            tracer.began(exchange)
            span = self.end(tracer, exchange)
            self.assertEqual((span.parent, list(span.links)), (None, []), value)
        exchange = self.exchange(False)
        exchange.request.headers.setRawHeaders("traceparent", [SENT, SENT])
        tracer.began(exchange)
        self.assertIsNone(self.end(tracer, exchange).parent)

    def test_what_is_not_recorded(self) -> None:
        """It has a context for the source, and no span; its trace id is not logged."""
        tracer = self.tracer(sample_ratio=0.0, response_header="X-Trace-Id")
        exchange = self.exchange(traceparent=SENT)
        tracer.began(exchange)
        parent, state = exchange.record.trace.sending(False, "h", 80, b"/a")
        self.assertRegex(parent, rb"^00-[0-9a-f]{32}-[0-9a-f]{16}-00$")
        self.assertIsNone(state)
        self.assertIsNone(exchange.record.trace_id)
        (hook,) = exchange.response_hooks
        headers = Headers()
        hook(200, headers)
        (shown,) = headers.getRawHeaders("X-Trace-Id", [])
        self.assertIn(shown.encode(), parent)
        tracer.answered(exchange)
        exchange.record.outcome = Outcome.COMPLETED
        tracer.ended(exchange)
        self.assertEqual(self.spans, [])

    def test_clients_cannot_record_more_than_the_limit(self) -> None:
        """Even if all of them ask for it, and are trusted."""
        tracer = self.tracer(trust="all", max_per_second=3)
        for _ in range(10):
            exchange = self.exchange(False, traceparent=SENT)
            tracer.began(exchange)
            exchange.record.outcome = Outcome.COMPLETED
            tracer.ended(exchange)
        self.assertEqual(len(self.spans), 3)

    def test_queries(self) -> None:
        """They are exported only where the access log has them."""
        for with_query in (False, True):
            tracer, exchange = self.tracer(with_query), self.exchange(False)
            exchange.record.query = "a=b"
            tracer.began(exchange)
            attributes = dict(self.end(tracer, exchange).attributes or {})
            self.assertEqual(attributes.get("url.query"), "a=b" if with_query else None)


class CallTests(TracerCase):
    """Calls outside of exchanges."""

    def test_a_span_for_each_attempt(self) -> None:
        """They are of one trace, and the call is freed without the collector."""
        tracer = self.tracer()
        call = tracer.begin_call("GET", {"relay.api.id": "a"})
        sent = []
        for mark, values in (
            (Mark.ATTEMPT_FAILED, ("e", "KEY", "refused")),
            (Mark.ANSWERED, ("e", 302)),
            (Mark.ANSWERED, ("e", 200)),
        ):
            call.note(Mark.CONNECTING, "e", "h", 80, None)
            self.clock.advance(1)
            sent.append(call.sending(False, "h", 80, b"/a?b=c")[0].decode())
            call.note(mark, *values)
        self.assertEqual([one.start_time for one in self.spans], [0, 10**9, 2 * 10**9])
        for number, (span, header) in enumerate(zip(self.spans, sent, strict=True)):
            attributes = dict(span.attributes or {})
            self.assertEqual(attributes["url.full"], "http://h:80/a")
            self.assertEqual(attributes["relay.api.id"], "a")
            resent = attributes.get("http.request.resend_count", 0)
            self.assertEqual(resent, number)
            assert span.context is not None
            self.assertIn(f"{span.context.trace_id:032x}", header)
            self.assertIn(f"{span.context.span_id:016x}", header)
        freed = weakref.ref(call)
        gc.disable()
        self.addCleanup(gc.enable)
        del call
        self.assertIsNone(freed())


class ChangeTests(SynchronousTestCase):
    """Settings that are read again."""

    def test_on_and_off(self) -> None:
        """Observers and calls know the tracer only while it is on."""
        observers, holder = Observers(), SimpleNamespace(tracer=None)
        clock = Clock()
        clock.callFromThread = lambda *_: None  # type: ignore[attr-defined]
        tracing = Tracing(clock, lambda: (0, 0.0), observers, holder, "here")
        tracing.prepare(TracingSettings(), False, None)()
        self.assertIsNone(holder.tracer)
        on = TracingSettings(endpoint="http://127.0.0.1:1/v1/traces")
        tracing.prepare(on, False, None)()
        first = holder.tracer
        self.assertIsNotNone(first)
        prepared = tracing.prepare(on, True, None)
        self.assertIs(holder.tracer, first)
        prepared()
        self.assertIsNot(holder.tracer, first)
        missing = TracingSettings(endpoint="http://h", headers_file="/nowhere")
        self.assertRaises(SettingsError, tracing.prepare, missing, False, None)
        tracing.prepare(TracingSettings(), False, None)()
        self.assertIsNone(holder.tracer)
        # Removed: an exchange that begins now is not traced.
        record = AccessRecord("GET", "h", "/a", "192.0.2.1", "192.0.2.2")
        observers.began(cast(Any, SimpleNamespace(record=record)))
        self.assertIsNone(record.trace)
        self.assertEqual(self.flushLoggedErrors(), [])
