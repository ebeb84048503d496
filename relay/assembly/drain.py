"""The drain of a daemon, made of its listeners and its gateway."""

from __future__ import annotations

from functools import partial

from relay.daemon.drain import DrainState, NodeDrain
from relay.daemon.listeners import Listeners
from relay.gateway.drain import Drain
from relay.gateway.resource import GatewayResource
from relay.model.outcome import Outcome
from relay.observability.readiness import Readiness
from relay.settings.daemon import DrainSettings


class ClientEntrance:
    """The listeners for clients, and the gateway behind them."""

    def __init__(self, listeners: Listeners, resource: GatewayResource) -> None:
        self._listeners = listeners
        self._resource = resource

    def close(self) -> None:
        """Accept no new connections, and end each open one with its next response."""
        self._listeners.close_for_clients()

    def refuse(self) -> None:
        """Refuse the requests of open connections."""
        self._resource.close()

    def open(self) -> None:
        """Accept connections and requests again."""
        self._resource.reopen()
        self._listeners.reopen_for_clients()


def drain_obstacle(drain: NodeDrain) -> str | None:
    """Return why a drain prevents changes of the daemon; None while there is none."""
    if drain.stopping:
        return "the daemon is stopping"
    return None if drain.state is DrainState.SERVING else "the daemon is draining"


def node_drain(
    settings: DrainSettings,
    listeners: Listeners,
    resource: GatewayResource,
    readiness: Readiness,
) -> NodeDrain:
    """
    Make the drain of a daemon.

    :param settings: of drains that are not asked for by a request.
    :param listeners: of the daemon.
    :param resource: the gateway whose exchanges end.
    :param readiness: of the daemon.
    """
    services = resource.services
    return NodeDrain(
        services.reactor,
        ClientEntrance(listeners, resource),
        partial(Drain, services.reactor, services.live.all, Outcome.DRAINED),
        readiness,
        settings.delay_ms / 1000.0,
        settings.spread_ms / 1000.0,
        services.settings.drain_timeout_ms / 1000.0,
        services.wall_ms,
    )
