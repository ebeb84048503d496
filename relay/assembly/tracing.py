"""The tracing of a daemon: its exchanges, and the calls outside of them."""

from __future__ import annotations

import time

from relay.gateway.services import Services
from relay.observability.tracing.service import Tracing
from relay.settings.schema import Settings
from relay.upstream.tracing import TRACERS


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
