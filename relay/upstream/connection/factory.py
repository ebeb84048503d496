"""Builds a connection for the endpoint that connects it."""

from __future__ import annotations

from collections.abc import Callable
from weakref import ref

from twisted.internet.interfaces import IAddress, IReactorTime
from twisted.internet.protocol import Factory

from relay.upstream.connection.connection import UpstreamConnection
from relay.upstream.connection.response_rules import HeadLimits
from relay.upstream.connection.states import State


class ConnectionFactory(Factory[UpstreamConnection]):
    """
    Builds one connection.

    :param clock: the clock of its timeouts.
    :param on_idle: called with the connection when it can carry another request.
    :param limits: the size limits of the head of a response.
    """

    noisy = False

    def __init__(
        self,
        clock: IReactorTime,
        on_idle: Callable[[UpstreamConnection], None],
        limits: HeadLimits,
    ) -> None:
        self._arguments = clock, on_idle, limits
        # Weak: over TLS the connection refers to the factory.
        self._built: ref[UpstreamConnection] | None = None

    @property
    def ready(self) -> UpstreamConnection | None:
        """The connection, if it can carry a request."""
        built = self._built() if self._built is not None else None
        return built if built is not None and built.state is State.IDLE else None

    def buildProtocol(self, addr: IAddress | None) -> UpstreamConnection:
        """Build the connection."""
        connection = UpstreamConnection(*self._arguments)
        self._built = ref(connection)
        return connection

    def logPrefix(self) -> str:
        """Names the connection in twistd's log."""
        return "upstream"
