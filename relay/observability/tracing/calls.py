"""Calls to sources and other servers, as spans."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanContext, SpanKind

from relay.model.marks import Mark, Moment, Value
from relay.observability.tracing.attempts import Attempt, attempts_in
from relay.observability.tracing.attributes import (
    Attributes,
    attempt_error,
    of_attempt,
    of_moment,
    span_name,
)
from relay.observability.tracing.spans import (
    SpanEvent,
    Spans,
    new_context,
    traceparent_of,
)

Export = Callable[[ReadableSpan], None]
_END = (Mark.ANSWERED, Mark.ATTEMPT_FAILED)


class Sent(NamedTuple):
    """
    A request that was sent to a server.

    :param context: of its span, which the server was told.
    :param path: without the query; None if it may be a secret.
    """

    at_s: float
    context: SpanContext
    secure: bool
    host: str
    port: int
    path: str | None

    @property
    def url(self) -> str | None:
        """The URL without its query; None if its path may be a secret."""
        if self.path is None:
            return None
        scheme = "https" if self.secure else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}{self.path}"


class Calls:
    """
    The calls of one exchange, or of one reader of a source.

    :param trace: the context of the exchange; of a reader one that no span has.
    :param seconds: the clock of the moments.
    """

    __slots__ = ("_seconds", "_trace", "sent")

    def __init__(self, trace: SpanContext, seconds: Callable[[], float]) -> None:
        self._trace = trace
        self._seconds = seconds
        self.sent: list[Sent] = []
        """What was sent and is in no span yet."""

    def sending(
        self, secure: bool, host: str, port: int, path: bytes | None
    ) -> tuple[bytes, bytes | None]:
        """
        Begin a request.

        :param path: with the query, which is dropped; None if it may be a secret.
        :return: its headers ``traceparent`` and ``tracestate``, the second one None for
            none.
        """
        trace = self._trace
        sampled = bool(trace.trace_flags.sampled)
        context = new_context(trace.trace_id, sampled, trace)
        if sampled:
            shown = None if path is None else path.partition(b"?")[0].decode("latin-1")
            self.sent.append(Sent(self._seconds(), context, secure, host, port, shown))
        state = trace.trace_state.to_header().encode("ascii") or None
        return traceparent_of(context), state

    def take(self, attempt: Attempt) -> Sent | None:
        """
        Return the request of an attempt, and forget it.

        :return: None when the attempt failed before anything was sent.
        """
        until_s = attempt.ended_s
        for number, one in enumerate(self.sent):
            if one.at_s >= attempt.began_s and (until_s is None or one.at_s <= until_s):
                return self.sent.pop(number)
        return None


class AttemptSpans:
    """
    Makes the spans of attempts.

    :param spans: makes spans.
    :param export: takes them.
    """

    def __init__(self, spans: Spans, export: Export) -> None:
        self._spans = spans
        self._export = export

    def add(
        self,
        calls: Calls,
        attempt: Attempt,
        number: int,
        method: str,
        trace: SpanContext,
        parent: SpanContext | None,
        at_ns: Callable[[float], int],
        end_s: float,
        more: Attributes,
    ) -> None:
        """
        Export the span of an attempt.

        :param number: of the attempt among those of one call, from 0 on.
        :param end_s: the end of an attempt that lasts.
        :param more: attributes beside those of the attempt.
        """
        sent = calls.take(attempt)
        context = (
            new_context(trace.trace_id, True, trace) if sent is None else sent.context
        )
        attributes = of_attempt(attempt, method, None if sent is None else sent.url)
        if sent is not None and attempt.host is None:
            attributes["server.address"] = sent.host
            attributes["server.port"] = sent.port
        attributes["http.request.resend_count"] = number or None
        events = []
        if attempt.connected_s is not None:
            events.append(SpanEvent("connected", at_ns(attempt.connected_s), {}))
        ended_s = end_s if attempt.ended_s is None else attempt.ended_s
        self._export(
            self._spans.make(
                span_name(method, ""),
                SpanKind.CLIENT,
                context,
                parent,
                (at_ns(attempt.began_s), at_ns(ended_s)),
                {**attributes, **more},
                error=attempt_error(attempt),
                events=events,
            )
        )


class TracedCall:
    """
    A call outside of exchanges, such as that of a channel's source: a trace of its own.

    :param is_sampled: whether it is recorded.
    :param now: returns the time of day in nanoseconds, and the seconds of the clock.
    :param more: attributes of the spans.
    """

    def __init__(
        self,
        trace_id: int,
        is_sampled: bool,
        now: Callable[[], tuple[int, float]],
        method: str,
        attempts: AttemptSpans,
        more: Attributes,
    ) -> None:
        self._trace = new_context(trace_id, is_sampled)
        self._wall_ns, self._begun_s = now()
        # It does not refer to this object, so that there is no reference cycle.
        self._seconds = lambda: now()[1]
        self._method = method
        self._attempts = attempts
        self._more = more
        self._moments: list[Moment] = []
        self._number = 0
        self._calls = Calls(self._trace, self._seconds)
        self.sending = self._calls.sending

    def note(self, mark: Mark, *values: Value) -> None:
        """Take a mark; the one that ends an attempt exports its span."""
        if not self._trace.trace_flags.sampled:
            return
        self._moments.append(Moment(self._seconds(), mark, values))
        if mark not in _END:
            return
        for attempt in attempts_in(self._moments):
            self._attempts.add(
                self._calls,
                attempt,
                self._number,
                self._method,
                self._trace,
                None,
                self._at_ns,
                self._seconds(),
                self._more,
            )
            self._number += 1
        self._moments.clear()

    def _at_ns(self, at_s: float) -> int:
        return self._wall_ns + int((at_s - self._begun_s) * 1e9)


def moment_events(
    moments: list[Moment], at_ns: Callable[[float], int]
) -> list[SpanEvent]:
    """Make the events of a span of the moments of an exchange."""
    return [
        SpanEvent(str(one.mark), at_ns(one.at_s), of_moment(one)) for one in moments
    ]
