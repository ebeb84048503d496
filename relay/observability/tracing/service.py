"""Tracing as a part of the daemon: started, changed and stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from twisted.internet.defer import Deferred, succeed

from relay.observability.observers import Observers
from relay.observability.tracing.counts import SpanCounts
from relay.settings.source import SettingsError
from relay.settings.tracing import TracingSettings, read_headers

if TYPE_CHECKING:
    from relay.observability.tracing.export import SpanExport
    from relay.observability.tracing.tracer import Tracer


class Holder(Protocol):
    """The place where calls outside of exchanges find the tracer."""

    tracer: Any


class Tracing:
    """
    Exports spans while it is on. The first time imports OpenTelemetry.

    :param reactor: the clock.
    :param now: returns the time of day in nanoseconds, and the seconds of the clock.
    :param observers: of exchanges.
    :param holder: where calls outside of exchanges find the tracer.
    :param instance: the name of this daemon.
    """

    def __init__(
        self,
        reactor: Any,
        now: Callable[[], tuple[int, float]],
        observers: Observers,
        holder: Holder,
        instance: str,
    ) -> None:
        self._reactor = reactor
        self._now = now
        self._observers = observers
        self._holder = holder
        self._instance = instance
        self.tracer: Tracer | None = None
        """None while tracing is off."""
        self.export: SpanExport | None = None
        self.counts = SpanCounts()

    def prepare(
        self, settings: TracingSettings, with_query: bool, ca: str | None
    ) -> Callable[[], None]:
        """
        Prepare to use other settings; the first ones start it.

        :param with_query: whether spans have the queries of requests.
        :param ca: path of a PEM file of the authorities; None for the system's.
        :return: puts the settings in force.
        :raises SettingsError: when the file of the headers cannot be used.
        """
        if settings.endpoint is None:
            return self._switch_off
        headers = read_headers(settings.headers) | headers_in_file(
            settings.headers_file
        )
        return lambda: self._begin(settings, with_query, ca, headers)

    def _switch_off(self) -> None:
        self.stop()

    def _begin(
        self,
        settings: TracingSettings,
        with_query: bool,
        ca: str | None,
        headers: dict[str, str],
    ) -> None:
        from relay.observability.tracing.export import SpanExport
        from relay.observability.tracing.redaction import Redaction
        from relay.observability.tracing.spans import Spans
        from relay.observability.tracing.tracer import Tracer

        assert settings.endpoint is not None
        self.stop()
        self.export = SpanExport(
            self._reactor,
            settings.endpoint,
            headers,
            ca,
            settings.timeout_ms / 1000,
            settings.max_queue,
            self.counts,
        )
        spans = Spans(
            settings.service_name,
            self._instance,
            settings.attributes,
            Redaction(settings.redact),
        )
        self.tracer = Tracer(
            settings,
            with_query,
            self._reactor,
            self._now,
            spans,
            self.export.put,
            self.counts,
        )
        self._observers.add(self.tracer)
        self._holder.tracer = self.tracer

    def stop(self) -> Deferred[None]:
        """
        Begin no more spans, and export what is left.

        :return: fires within a bounded time.
        """
        self._holder.tracer = None
        tracer, self.tracer = self.tracer, None
        export, self.export = self.export, None
        if tracer is not None:
            self._observers.remove(tracer)
            tracer.close()
        return succeed(None) if export is None else export.stop()


def headers_in_file(path: str | None) -> dict[str, str]:
    """
    Read the headers in a file.

    :param path: of ``tracing.headers_file``; None for no headers.
    :raises SettingsError: when the file cannot be used.
    """
    if path is None:
        return {}
    try:
        with open(path, encoding="utf-8") as file:
            return read_headers(file.read())
    except OSError as error:
        raise SettingsError(
            f"tracing.headers_file ({path}): {error.strerror}"
        ) from None
    except ValueError as error:
        raise SettingsError(f"tracing.headers_file ({path}): {error}") from None
