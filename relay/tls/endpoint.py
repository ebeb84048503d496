"""A client endpoint for TLS over another endpoint."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import (
    IOpenSSLClientConnectionCreator,
    IProtocol,
    IProtocolFactory,
    IReactorTime,
    IStreamClientEndpoint,
)
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from relay.reactor.direct_tls import tls_protocol


@implementer(IStreamClientEndpoint)
class TLSEndpoint:
    """
    Connects through another endpoint, and starts a TLS handshake at once.

    Twisted's ``wrapClientTLS`` uses a protocol that delays small writes until the next
    turn of the reactor, and leaves a reference cycle for each connection.

    :param creator: makes the client side of a connection.
    :param below: what connects.
    :param clock: for Twisted's factory.
    """

    def __init__(
        self,
        creator: IOpenSSLClientConnectionCreator,
        below: IStreamClientEndpoint,
        clock: IReactorTime,
    ) -> None:
        self._creator = creator
        self._below = below
        self._clock = clock
        self._protocol = tls_protocol()

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """
        Connect.

        :param protocolFactory: makes the protocol above TLS.
        :return: fires before the end of the handshake.
        """
        factory = TLSMemoryBIOFactory(self._creator, True, protocolFactory, self._clock)
        factory.protocol = self._protocol
        connecting: Deferred[IProtocol] = self._below.connect(factory)
        return connecting.addCallback(_above)


def _above(tls: IProtocol) -> IProtocol:
    protocol: IProtocol = tls.wrappedProtocol  # type: ignore[attr-defined]
    return protocol
