"""The export of spans over OTLP/HTTP, in a thread of OpenTelemetry's SDK."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from threading import Thread
from typing import Any

import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import (
    BatchSpanProcessor,
    SpanExporter,
    SpanExportResult,
)
from twisted.internet.defer import Deferred
from twisted.logger import Logger

from relay.observability.tracing.counts import SpanCounts

BATCH = 512
"""How many spans one request has at most."""
EVERY_MS = 1_000
"""How long a span waits for others at most."""
STOP_S = 2.0
"""How long a stop waits for the spans that are left."""


class _Reasons(logging.Handler):
    """
    Keeps the newest message of OpenTelemetry's loggers, which repeat themselves.

    The exporter reports only that it has failed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.newest = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message; called in any thread."""
        self.newest = record.getMessage()


_REASONS = _Reasons()
"""The handler of OpenTelemetry's loggers."""


class ReportingExporter(SpanExporter):
    """
    Counts what another exporter exports, and logs once when it begins to fail.

    Its methods are called in the thread of the SDK.

    :param exporter: sends the spans.
    :param where: the endpoint, for the log.
    :param counts: counts the spans.
    """

    log = Logger()

    def __init__(self, exporter: SpanExporter, where: str, counts: SpanCounts) -> None:
        self._exporter = exporter
        self._where = where
        self._counts = counts
        self._failing = False
        self.done = 0
        """How many spans were exported or are lost."""
        library = logging.getLogger("opentelemetry")
        library.addHandler(_REASONS)
        library.propagate = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send some spans."""
        try:
            result = self._exporter.export(spans)
        except Exception as error:
            _REASONS.newest = str(error)
            result = SpanExportResult.FAILURE
        if result is SpanExportResult.SUCCESS:
            self._counts.add("exported", len(spans))
            if self._failing:
                self.log.info("traces are exported again to {url}", url=self._where)
        else:
            self._counts.add("failed", len(spans))
            if not self._failing:
                self.log.error(
                    "traces cannot be exported to {url}: {reason}",
                    url=self._where,
                    reason=_REASONS.newest,
                )
        self._failing = result is not SpanExportResult.SUCCESS
        self.done += len(spans)
        return result

    def shutdown(self) -> None:
        """Abandon what is being sent, and close the connections."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Do nothing: no span is kept here."""
        return True


class SpanExport:
    """
    A bounded queue of spans, and the thread that exports them.

    :param url: the OTLP/HTTP endpoint.
    :param headers: more headers of each request; they may be secrets.
    :param ca: path of a PEM file of the authorities to trust; None for the system's.
    :param most_waiting: how many spans may wait; further ones are dropped.
    :param counts: counts the spans.
    """

    log = Logger()

    def __init__(
        self,
        reactor: Any,
        url: str,
        headers: Mapping[str, str],
        ca: str | None,
        timeout_s: float,
        most_waiting: int,
        counts: SpanCounts,
    ) -> None:
        self._reactor = reactor
        session = requests.Session()
        # A redirect would take the headers to another host.
        session.max_redirects = 0
        self._exporter = ReportingExporter(
            OTLPSpanExporter(
                url,
                certificate_file=ca,
                headers=dict(headers),
                timeout=timeout_s,
                session=session,
            ),
            url,
            counts,
        )
        self._counts = counts
        self._most = most_waiting
        self._processor = BatchSpanProcessor(
            self._exporter,
            max_queue_size=most_waiting,
            schedule_delay_millis=EVERY_MS,
            max_export_batch_size=min(BATCH, most_waiting),
        )
        self._taken = 0
        self._has_dropped = False

    @property
    def waiting(self) -> int:
        """How many spans wait."""
        return self._taken - self._exporter.done

    def put(self, span: ReadableSpan) -> None:
        """Take a span, or drop it if too many wait."""
        if self.waiting >= self._most:
            if not self._has_dropped:
                self._has_dropped = True
                self.log.warn(
                    "spans are dropped: {most} wait to be exported", most=self._most
                )
            self._counts.add("dropped", 1)
            return
        self._taken += 1
        self._processor.on_end(span)

    def stop(self) -> Deferred[None]:
        """
        Export what is left, within a bounded time.

        :return: fires when nothing is left, or the time has passed.
        """
        done: Deferred[None] = Deferred()
        timer = self._reactor.callLater(STOP_S, self._exporter.shutdown)
        last = self._reactor.callLater(STOP_S * 1.5, self._abandon, done)

        def stopped() -> None:
            for one in (timer, last):
                if one.active():
                    one.cancel()
            if not done.called:
                done.callback(None)

        def stop() -> None:
            self._processor.shutdown()
            self._reactor.callFromThread(stopped)

        Thread(target=stop, name="relay-traces-stop", daemon=True).start()
        return done

    def _abandon(self, done: Deferred[None]) -> None:
        if not done.called:
            self.log.warn("{count} spans were not exported", count=self.waiting)
            done.callback(None)
