"""How this process connects to its own listeners."""

from __future__ import annotations

import os
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import UNIXClientEndpoint
from twisted.internet.interfaces import (
    IProtocol,
    IProtocolFactory,
    IStreamClientEndpoint,
    ITransport,
)
from twisted.protocols.policies import ProtocolWrapper, WrappingFactory
from zope.interface import implementer

from relay.daemon.listener import Listener
from relay.tls.endpoint import TLSEndpoint
from relay.tls.own import OwnCreator
from relay.upstream.dial.eyeballs import NameEndpoint

CONNECT_TIMEOUT_S = 5
PROXY_HEADER = b"PROXY UNKNOWN\r\n"
"""A header of the PROXY protocol that names no client: the address of the connection
applies (haproxy, ``proxy-protocol.txt``, 2.1)."""
_ANY_ADDRESS = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}


def endpoint_of(reactor: Any, listener: Listener, host: str) -> IStreamClientEndpoint:
    """
    Return the endpoint that connects to a listener.

    :param listener: is open.
    :param host: the host of the request, without a port.
    """
    bound = listener.bound
    path = getattr(bound, "name", None)
    found: IStreamClientEndpoint
    if path is not None:
        unix: Any = UNIXClientEndpoint
        found = unix(reactor, os.fsdecode(path), CONNECT_TIMEOUT_S)
    else:
        address = _ANY_ADDRESS.get(bound.host, bound.host)
        found = NameEndpoint(reactor, address, bound.port, CONNECT_TIMEOUT_S)
    if listener.place.endpoint.startswith("haproxy:"):
        found = ProxyHeaderEndpoint(found)
    if listener.creator is not None:
        found = TLSEndpoint(OwnCreator(listener.creator, host), found, reactor)
    return found


@implementer(IStreamClientEndpoint)
class ProxyHeaderEndpoint:
    """
    Connects through another endpoint, and sends a header of the PROXY protocol first.

    :param below: what connects.
    """

    def __init__(self, below: IStreamClientEndpoint) -> None:
        self._below = below

    def connect(self, protocolFactory: IProtocolFactory) -> Deferred[IProtocol]:
        """
        Connect.

        :param protocolFactory: makes the protocol that the header precedes.
        """
        factory: Any = _HeaderFactory
        connecting: Deferred[Any] = self._below.connect(factory(protocolFactory))
        return connecting.addCallback(lambda wrapper: wrapper.wrappedProtocol)


class _HeaderFirst(ProtocolWrapper):
    def makeConnection(self, transport: ITransport) -> None:
        transport.write(PROXY_HEADER)
        super().makeConnection(transport)  # type: ignore[no-untyped-call]


class _HeaderFactory(WrappingFactory):
    protocol = _HeaderFirst
    noisy = False
