"""Spans of OpenTelemetry, made of what Relay knows when they end."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import (
    Link,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from relay import __version__
from relay.observability.tracing.attributes import Attributes
from relay.observability.tracing.redaction import Redaction

_PROPAGATOR = TraceContextTextMapPropagator()
_NO_CONTEXT = Context()
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_NOT_SAMPLED = TraceFlags(TraceFlags.DEFAULT)
_FAILED = Status(StatusCode.ERROR)
_UNSET = Status(StatusCode.UNSET)


class SpanEvent(NamedTuple):
    """An event of a span, at a time in nanoseconds since the Unix epoch."""

    name: str
    at_ns: int
    attributes: Attributes


def parse_context(traceparent: str, tracestate: str) -> SpanContext | None:
    """
    Read the context that a client sent (W3C Trace Context).

    :param traceparent: the header.
    :param tracestate: the headers, joined by commas; empty if there are none.
    :return: None unless the context is valid.
    """
    carrier = {"traceparent": traceparent}
    if tracestate:
        carrier["tracestate"] = tracestate
    found = get_current_span(_PROPAGATOR.extract(carrier, _NO_CONTEXT))
    context = found.get_span_context()
    return context if context.is_valid else None


def traceparent_of(context: SpanContext) -> bytes:
    """Write a context as the header ``traceparent``."""
    return b"00-%032x-%016x-%02x" % (
        context.trace_id,
        context.span_id,
        context.trace_flags,
    )


def new_trace_id() -> int:
    """Make a trace id."""
    return random.getrandbits(128) or 1


def new_context(
    trace_id: int, is_sampled: bool, parent: SpanContext | None = None
) -> SpanContext:
    """
    Make the context of a new span.

    :param parent: whose ``tracestate`` is passed on; None for no parent.
    """
    return SpanContext(
        trace_id,
        random.getrandbits(64) or 1,
        False,
        _SAMPLED if is_sampled else _NOT_SAMPLED,
        None if parent is None else parent.trace_state,
    )


class Spans:
    """
    Makes the spans of one daemon.

    :param service_name: the attribute ``service.name`` of the daemon.
    :param instance: the attribute ``service.instance.id``.
    :param attributes: more attributes of the daemon, each ``name=value``.
    :param redaction: redacts the attributes of each span.
    """

    def __init__(
        self,
        service_name: str,
        instance: str,
        attributes: Sequence[str],
        redaction: Redaction,
    ) -> None:
        own = dict(one.split("=", 1) for one in attributes)
        self._resource = Resource.create(
            {
                **own,
                "service.name": service_name,
                "service.version": __version__,
                "service.instance.id": instance,
            }
        )
        self._scope = InstrumentationScope("relay", __version__)
        self._redaction = redaction

    def make(
        self,
        name: str,
        kind: SpanKind,
        context: SpanContext,
        parent: SpanContext | None,
        times_ns: tuple[int, int],
        attributes: Attributes,
        *,
        error: str | None = None,
        events: Sequence[SpanEvent] = (),
        links: Sequence[SpanContext] = (),
    ) -> ReadableSpan:
        """
        Make a span that has ended.

        :param times_ns: of its begin and its end, in nanoseconds since the Unix epoch.
        :param error: the type of its error; None without one.
        :param links: contexts of other traces that it belongs to.
        """
        applied = self._redaction.applied
        return ReadableSpan(
            name,
            context,
            parent,
            self._resource,
            applied(attributes),
            [Event(one.name, applied(one.attributes), one.at_ns) for one in events],
            [Link(one) for one in links],
            kind,
            status=_UNSET if error is None else _FAILED,
            start_time=times_ns[0],
            end_time=times_ns[1],
            instrumentation_scope=self._scope,
        )
