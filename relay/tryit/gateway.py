"""The gateway of this process, as its own client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from relay.daemon.listener import Listener
from relay.daemon.listeners import Listeners
from relay.gateway.resource import GatewayResource
from relay.management.http.live_body import LiveBody
from relay.management.tryit.calls import CallWatcher, OwnCall, OwnListener
from relay.model.outcome import ENDED_BY_OPERATOR, Outcome
from relay.model.schema.types.hosts import read_authority
from relay.model.schema.types.request_target import RequestTarget
from relay.model.schema.types.timestamps import timestamp
from relay.reactor.settled import Soon
from relay.tryit.call import ReportedCall
from relay.tryit.dialing import endpoint_of


class Routes(Protocol):
    """The gateway behind the listeners, in this process or in others."""

    def api_at(
        self, host: str, target: RequestTarget, listener_id: str
    ) -> Soon[str | None]:
        """
        Find the API that answers a request, by its id.

        :param host: in its normal form, without its port.
        :param listener_id: where the request comes in.
        """

    def end(self, request_id: str) -> Soon[bool]:
        """
        End an exchange as an operator does.

        :return: whether it was under way.
        """


class LocalRoutes:
    """
    The gateway of this process.

    :param resource: has the APIs that are served, and their exchanges.
    """

    def __init__(self, resource: GatewayResource) -> None:
        self._resource = resource

    def api_at(self, host: str, target: RequestTarget, listener_id: str) -> str | None:
        """Find the API that answers a request, by its id."""
        found = self._resource.table.match(host, target, listener_id)
        return None if found is None else found.api.id

    def end(self, request_id: str) -> bool:
        """End an exchange as an operator does; return whether it was under way."""
        found = self._resource.services.live.find(request_id)
        if found is None or found.record.outcome is not None:
            return False
        found.end(Outcome.STOPPED, ENDED_BY_OPERATOR)
        return True


class LocalGateway:
    """
    Calls the listeners for clients of this process, and nothing else.

    :param listeners: of the daemon.
    :param routes: knows the APIs that are served.
    :param wall_ms: returns the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(
        self,
        reactor: Any,
        listeners: Listeners,
        routes: Routes,
        wall_ms: Callable[[], int],
    ) -> None:
        self._reactor = reactor
        self._listeners = listeners
        self.api_at = routes.api_at
        self.end = routes.end
        self._wall_ms = wall_ms

    def listeners(self) -> list[OwnListener]:
        """Return the listeners for clients, in the order of the settings."""
        return [_described(one) for one in self._listeners.for_clients]

    def call(self, call: OwnCall, watcher: CallWatcher) -> LiveBody:
        """
        Prepare a call, which begins with the body that reports it.

        :param call: names one of :meth:`listeners`.
        :param watcher: is told of the states of the call.
        """
        (listener,) = (
            one for one in self._listeners.for_clients if _id(one) == call.listener_id
        )
        authority = read_authority(call.authority)
        assert authority is not None
        return ReportedCall(
            self._reactor,
            lambda: timestamp(self._wall_ms()),
            endpoint_of(self._reactor, listener, authority.host),
            call,
            watcher,
        )


def _id(listener: Listener) -> str:
    assert listener.place.client is not None
    return listener.place.client.id


def _described(listener: Listener) -> OwnListener:
    client = listener.place.client
    header = None if client is None else client.client_certificate_header
    return OwnListener(
        _id(listener),
        listener.url.partition("://")[2],
        listener.creator is not None,
        frozenset(() if header is None else (header,)),
    )
