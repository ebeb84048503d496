"""A listener of the gateway that speaks HTTP/2 with clients that choose it."""

from __future__ import annotations

from typing import Any

from twisted.internet.interfaces import IAddress, IHandshakeListener, IReactorTime
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.http.client_stream import Application
from relay.http.headers import client_address
from relay.http.http1.connection import Http1Site
from relay.http.http2.connection import Http2Connection
from relay.http.http2.floods import Floods
from relay.reactor.deadline import Deadline
from relay.settings.gateway import GatewaySettings, LimitSettings
from relay.settings.listeners import ListenerSettings


def gateway_site(
    application: Application,
    listener: ListenerSettings,
    settings: GatewaySettings,
    limits: LimitSettings,
    reactor: IReactorTime,
) -> Http1Site:
    """
    Make what accepts the connections of a listener.

    :param application: what every request goes to.
    :param limits: how much a request head may hold.
    """
    if listener.tls is None or not listener.tls.http2:
        return Http1Site(application, listener, settings, limits, reactor)
    return Http2Site(
        application, listener, settings, limits, reactor, listener.tls.http2_max_streams
    )


class Http2Site(Http1Site):
    """
    A listener with HTTP/2.

    :param max_streams: how many streams one connection may have at once.
    """

    def __init__(
        self,
        application: Application,
        listener: ListenerSettings,
        settings: GatewaySettings,
        limits: LimitSettings,
        reactor: IReactorTime,
        max_streams: int,
    ) -> None:
        super().__init__(application, listener, settings, limits, reactor)
        self.max_streams = max_streams
        self.floods = Floods(reactor.seconds, limits.ipv6_prefix)
        self.connections: set[Http2Connection] = set()
        self._has_stopped = False
        """Whether the port is closed, and connections are left."""

    def buildProtocol(self, addr: IAddress | None) -> Any:
        """Accept a connection, whose protocol the TLS handshake chooses."""
        return Negotiation(self, super().buildProtocol(addr))

    def retire(self) -> None:
        """Let each connection end with its last stream, and tell its client."""
        super().retire()
        for connection in list(self.connections):
            connection.retire()

    def startFactory(self) -> None:
        """Keep connections open, except those whose clients were told of their end."""
        super().startFactory()
        self._has_stopped = False

    def stopFactory(self) -> None:
        """
        Let each connection end with its last stream.

        Clients are told by then, not before: some give up their open streams when they
        receive GOAWAY.
        """
        self.closing = self._has_stopped = True
        for connection in list(self.connections):
            if not connection.streams:
                connection.retire()
        self._leave_application()

    def lost(self, connection: Http2Connection) -> None:
        """A connection is over."""
        self.connections.discard(connection)
        self._leave_application()

    def _leave_application(self) -> None:
        """Once there is nothing to retire, be forgotten by the application."""
        if self._has_stopped and not self.connections:
            self._has_stopped = False
            self.application.when_closing.remove(self.retire)


@implementer(IHandshakeListener)
class Negotiation(Protocol):
    """
    Holds a connection until its TLS handshake is done (RFC 7301).

    :param site: the listener.
    :param http1: what speaks with a client that does not choose HTTP/2.
    """

    transport: Any

    def __init__(self, site: Http2Site, http1: Protocol) -> None:
        self._site = site
        self._http1 = http1
        self._clock = Deadline(site.reactor, site.settings.head_timeout_ms)

    def connectionMade(self) -> None:
        """Start the handshake clock, or refuse an address that sent floods."""
        if self._site.floods.refuses(client_address(self.transport)):
            self.transport.abortConnection()
            return
        self._clock.start(self.transport.abortConnection)

    def handshakeCompleted(self) -> None:
        """Replace this object by the connection of the chosen protocol."""
        self._clock.stop()
        transport = self.transport
        chosen: Any = self._http1
        if transport.negotiatedProtocol == b"h2":
            chosen = Http2Connection(self._site)
        transport.wrappedProtocol = chosen
        chosen.makeConnection(transport)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """The handshake was not completed."""
        self._clock.stop()
