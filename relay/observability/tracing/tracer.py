"""
The observer that makes spans of exchanges.

The span of an exchange is made at its end. A stream lasts hours: until then the spans
of its attempts, and a short span ``relay.stream.open`` from the request to the response
head, show that it is open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, cast

from opentelemetry.trace import SpanContext, SpanKind
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.web.http_headers import Headers

from relay.observability.access import AccessRecord
from relay.observability.live import LiveExchange
from relay.observability.tracing.attempts import attempts_in
from relay.observability.tracing.attributes import (
    Attributes,
    error_of,
    of_end,
    of_exchange,
    span_name,
)
from relay.observability.tracing.calls import (
    AttemptSpans,
    Calls,
    Export,
    TracedCall,
    moment_events,
)
from relay.observability.tracing.counts import SpanCounts
from relay.observability.tracing.sampling import Sampling
from relay.observability.tracing.spans import (
    SpanEvent,
    Spans,
    new_context,
    new_trace_id,
    parse_context,
)
from relay.settings.tracing import TracingSettings

MOST_MARKS = 100
"""How many marks of the events of one stream its span has; the first ones."""


class TracedExchange(LiveExchange, Protocol):
    """What the tracer reads of an exchange."""

    request: Any
    stream: Any
    target: Any
    trusted: bool
    response_hooks: list[Callable[[int, Headers], None]]


class ExchangeTrace(Calls):
    """
    The trace of one exchange.

    :param context: of its span.
    :param parent: of its span; None for none.
    """

    __slots__ = ("attempted", "context", "links", "marks", "parent", "user_agent")

    def __init__(
        self,
        context: SpanContext,
        parent: SpanContext | None,
        links: Sequence[SpanContext],
        seconds: Callable[[], float],
    ) -> None:
        super().__init__(context, seconds)
        self.context = context
        self.parent = parent
        self.links = links
        self.user_agent: str | None = None
        self.attempted = False
        """Whether the spans of the attempts were exported."""
        self.marks: list[tuple[float, int, int]] = []
        """Of the clock, in seconds: how many events and bytes were sent by then."""


class Tracer:
    """
    Makes the spans of exchanges and calls.

    :param with_query: whether spans have the queries of requests.
    :param now: returns the time of day in nanoseconds, and the seconds of the clock.
    :param spans: makes spans.
    :param export: takes spans.
    :param counts: counts what is not recorded because of the limit.
    """

    def __init__(
        self,
        settings: TracingSettings,
        with_query: bool,
        clock: IReactorTime,
        now: Callable[[], tuple[int, float]],
        spans: Spans,
        export: Export,
        counts: SpanCounts,
    ) -> None:
        self._settings = settings
        self._with_query = with_query
        self._clock = clock
        self._now = now
        self._spans = spans
        self._export = export
        self._attempts = AttemptSpans(spans, export)
        self._sampling = Sampling(
            settings.sample_ratio, settings.max_per_second, clock.seconds, counts
        )
        self._streams: dict[ExchangeTrace, LiveExchange] = {}
        """The recorded event streams."""
        self._timer: IDelayedCall | None = None

    def close(self) -> None:
        """Mark no more events."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
        self._streams.clear()

    def began(self, exchange: LiveExchange) -> None:
        """Begin or continue a trace."""
        live = cast(TracedExchange, exchange)
        headers: Headers = live.request.headers
        sent = _context(headers)
        parent, links = None, list[SpanContext]()
        if sent is not None and self._trusts(live):
            parent = sent
        elif sent is not None:
            links = [sent]
        trace_id = new_trace_id() if parent is None else parent.trace_id
        decided = None if parent is None else bool(parent.trace_flags.sampled)
        is_sampled = self._sampling.decides(trace_id, decided)
        context = new_context(trace_id, is_sampled, parent)
        trace = ExchangeTrace(context, parent, links, self._clock.seconds)
        record = exchange.record
        record.trace = trace
        shown = f"{trace_id:032x}"
        if is_sampled:
            record.trace_id = shown
            if self._settings.user_agent:
                trace.user_agent = _first(headers, b"user-agent")
        name = self._settings.response_header
        if name is not None:
            live.response_hooks.append(
                lambda status, fields: fields.setRawHeaders(name, [shown])
            )

    def answered(self, exchange: LiveExchange) -> None:
        """Export the spans of the attempts, and the one of an open stream."""
        trace = _recorded(exchange.record)
        if trace is None:
            return
        self._export_attempts(exchange.record, trace)
        if not exchange.streams:
            return
        live, record = cast(TracedExchange, exchange), exchange.record
        self._export(
            self._spans.make(
                "relay.stream.open",
                SpanKind.INTERNAL,
                new_context(trace.context.trace_id, True, trace.context),
                trace.context,
                (record.begun_ms * 1_000_000, self._at_ns(record)),
                of_exchange(record, live.target.context_path, _secure(live)),
            )
        )
        if self._settings.event_marks_ms:
            self._streams[trace] = exchange
            self._schedule()

    def ended(self, exchange: LiveExchange) -> None:
        """Export the span of an exchange."""
        record = exchange.record
        trace = _recorded(record)
        record.trace = None
        if trace is None:
            return
        self._streams.pop(trace, None)
        live = cast(TracedExchange, exchange)
        self._export_attempts(record, trace)
        route = live.target.context_path
        attributes: Attributes = {
            **of_exchange(record, route, _secure(live)),
            **of_end(record),
            "user_agent.original": trace.user_agent,
            "url.query": record.query if self._with_query else None,
        }

        def at_ns(at_s: float) -> int:
            return self._at_ns(record, at_s)

        events = moment_events(record.timeline.moments, at_ns)
        events += [
            SpanEvent(
                "relay.events",
                at_ns(at_s),
                {"relay.events": count, "http.response.body.size": size},
            )
            for at_s, count, size in trace.marks
        ]
        events.sort(key=lambda one: one.at_ns)
        self._export(
            self._spans.make(
                span_name(record.method, route),
                SpanKind.SERVER,
                trace.context,
                trace.parent,
                (record.begun_ms * 1_000_000, self._at_ns(record)),
                attributes,
                error=error_of(record),
                events=events,
                links=trace.links,
            )
        )

    def begin_call(self, method: str, attributes: Attributes) -> TracedCall:
        """
        Begin the trace of a call outside of exchanges.

        :param method: of the request.
        :param attributes: of its spans.
        """
        trace_id = new_trace_id()
        return TracedCall(
            trace_id,
            self._sampling.decides(trace_id, None),
            self._now,
            method,
            self._attempts,
            attributes,
        )

    def _trusts(self, exchange: TracedExchange) -> bool:
        trust = self._settings.trust
        return trust == "all" or (trust == "proxies" and exchange.trusted)

    def _at_ns(self, record: AccessRecord, at_s: float | None = None) -> int:
        """Convert a moment of the clock, by default now, to the time of day."""
        moment_s = self._clock.seconds() if at_s is None else at_s
        since_ns = int((moment_s - record.begun_s) * 1e9)
        return record.begun_ms * 1_000_000 + since_ns

    def _export_attempts(self, record: AccessRecord, trace: ExchangeTrace) -> None:
        if trace.attempted:
            return
        trace.attempted = True
        for number, attempt in enumerate(attempts_in(record.timeline.moments)):
            self._attempts.add(
                trace,
                attempt,
                number,
                record.method,
                trace.context,
                trace.context,
                lambda at_s: self._at_ns(record, at_s),
                self._clock.seconds(),
                {"relay.api.id": record.api_id},
            )

    def _schedule(self) -> None:
        if self._timer is None:
            wait_s = self._settings.event_marks_ms / 1000
            self._timer = self._clock.callLater(wait_s, self._mark)

    def _mark(self) -> None:
        """Mark the events of all recorded streams that were sent some."""
        self._timer = None
        now_s = self._clock.seconds()
        for trace, exchange in self._streams.items():
            sent = exchange.transferred
            before = trace.marks[-1][1] if trace.marks else 0
            if sent.events != before and len(trace.marks) < MOST_MARKS:
                trace.marks.append((now_s, sent.events, sent.sent_bytes))
        if self._streams:
            self._schedule()


def _recorded(record: AccessRecord) -> ExchangeTrace | None:
    """Return the trace of an exchange, if it is recorded."""
    trace = record.trace
    if isinstance(trace, ExchangeTrace) and trace.context.trace_flags.sampled:
        return trace
    return None


def _context(headers: Headers) -> SpanContext | None:
    """Read the context that a client sent."""
    parents = headers.getRawHeaders(b"traceparent", [])
    if len(parents) != 1:
        return None
    states = b",".join(headers.getRawHeaders(b"tracestate", []))
    return parse_context(parents[0].decode("latin-1"), states.decode("latin-1"))


def _first(headers: Headers, name: bytes) -> str | None:
    values = headers.getRawHeaders(name)
    return values[0].decode("latin-1") if values else None


def _secure(exchange: TracedExchange) -> bool:
    return bool(exchange.stream.peer.secure)
