"""The families of tracing."""

from __future__ import annotations

from relay.observability.metrics.family import counter, gauge

SPANS = counter(
    "relay_trace_spans_total",
    ("result",),
    "Spans by what has become of them: `exported`; `failed` if the collector did not "
    "take them in time; `dropped` if too many waited.",
    "`failed` or `dropped` grow: the collector is down or too slow; the daemon's log "
    "has the reason.",
)
SPANS_WAITING = gauge(
    "relay_trace_spans_waiting",
    (),
    "Spans that wait to be exported; without a value while tracing is off.",
    "Near `tracing.max_queue` spans are dropped.",
)
LIMITED = counter(
    "relay_traces_limited_total",
    (),
    "Exchanges and calls that were to be recorded and were not, because of "
    "`tracing.max_per_second`.",
    "Grows: lower `tracing.sample_ratio`, or raise the limit.",
)
TRACING = (SPANS, SPANS_WAITING, LIMITED)
