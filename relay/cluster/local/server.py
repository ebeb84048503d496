"""The socket of a hub."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any

from twisted.application.service import Service
from twisted.internet.defer import Deferred, maybeDeferred
from twisted.internet.interfaces import IListeningPort, IPushProducer
from twisted.internet.protocol import Factory, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from relay.cluster.local.address import SocketAddress
from relay.cluster.local.framing import Framed, Writing
from relay.cluster.local.hub import Hub

MODE = 0o600
"""Who may connect: the user that runs the daemon."""


@implementer(IPushProducer)
class _Connection(Framed):
    """
    A member's connection.

    While its socket takes no more bytes, the hub sends it no entries, and takes no
    message of it, so that answers do not pile up either.
    """

    def __init__(self, server: HubServer) -> None:
        super().__init__(server.writing)
        self._server = server

    def connectionMade(self) -> None:
        """Begin a session."""
        hub = self._server.hub
        session = self._session = hub.connect(self)
        self.receive = lambda message: hub.received(session, message)
        self._server.connections.add(self)
        self.transport.registerProducer(self, True)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """End the session."""
        super().connectionLost(reason)
        self._server.connections.discard(self)
        self._server.hub.disconnected(self._session)

    def pauseProducing(self) -> None:
        """Wait until the member has read."""
        self._server.hub.paused(self._session)
        self.transport.pauseProducing()

    def resumeProducing(self) -> None:
        """Go on."""
        self.transport.resumeProducing()
        self._server.hub.resumed(self._session)

    def stopProducing(self) -> None:
        """Leave the end to :meth:`connectionLost`."""


class HubServer(Service):
    """
    A hub, and the Unix socket at which members connect.

    :param hub: it is started and stopped with the service.
    :param path: of the socket, in a directory that other users cannot enter. A socket
        that is there already is replaced.
    """

    def __init__(self, reactor: Any, hub: Hub, path: str) -> None:
        self.reactor = reactor
        self.hub = hub
        self.writing = Writing(reactor)
        self.connections: set[_Connection] = set()
        self._address = SocketAddress(path)
        self._port: IListeningPort | None = None

    def startService(self) -> None:
        """Listen."""
        super().startService()
        factory = Factory.forProtocol(lambda: _Connection(self))
        factory.noisy = False
        address = self._address.open()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(address)
        self._port = self.reactor.listenUNIX(address, factory, mode=MODE)
        self.hub.start()

    def stopService(self) -> Deferred[None] | None:
        """Close the socket and all connections."""
        super().stopService()
        self.hub.stop()
        for connection in list(self.connections):
            connection.close()
        port, self._port = self._port, None
        if port is None:
            return None
        stop: Callable[[], Any] = port.stopListening
        stopped: Deferred[None] = maybeDeferred(stop)
        return stopped.addBoth(lambda _: self._address.close())
