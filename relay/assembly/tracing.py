"""The tracing of a daemon: its exchanges, and the calls outside of them."""

from __future__ import annotations

import time

from relay.gateway.services import Services
from relay.observability.tracing.service import Tracing
from relay.settings.schema import Settings
from relay.upstream.tracing import TRACERS


def read_spans(tracing: Tracing | None) -> dict[tuple[str, ...], float] | None:
    """Return the number of spans by their result; None before tracing is assembled."""
    if tracing is None:
        return None
    return {(result,): count for result, count in tracing.counts.all().items()}


def read_waiting(tracing: Tracing | None) -> int | None:
    """Return the number of spans that wait; None while tracing is off."""
    if tracing is None or tracing.export is None:
        return None
    return tracing.export.waiting


def read_limited(tracing: Tracing | None) -> int | None:
    """Return how many exchanges and calls the limit of each second left out."""
    return None if tracing is None else tracing.counts.limited


def open_tracing(settings: Settings, instance: str, services: Services) -> Tracing:
    """
    Begin to trace, if the settings say so.

    :param instance: the name of this daemon.
    :raises SettingsError: when a file of the settings cannot be used.
    """
    tracing = Tracing(
        services.reactor,
        lambda: (time.time_ns(), services.reactor.seconds()),
        services.observers,
        TRACERS,
        instance,
    )
    begin = tracing.prepare(
        settings.tracing, settings.log.access_query, settings.outbound.ca
    )
    begin()
    return tracing
