"""The connection of a link to the hub of its machine."""

from __future__ import annotations

from typing import Any

from twisted.application.service import Service
from twisted.internet.interfaces import IAddress, IDelayedCall
from twisted.internet.protocol import ClientFactory, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure

from relay.cluster.local.address import SocketAddress
from relay.cluster.local.framing import Framed, Writing
from relay.cluster.local.link import LocalLink

RETRY_S = 0.05
"""After what time a connection is tried again, in seconds."""


class _Connection(Framed):
    """A connection to the hub."""

    def __init__(self, client: HubClient) -> None:
        super().__init__(Writing(client.reactor))
        self._client = client

    def connectionMade(self) -> None:
        """Begin a session."""
        self._client.made(self)

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """End the session."""
        super().connectionLost(reason)
        self._client.lost()


class _Factory(ClientFactory):
    """Makes connections for a client."""

    noisy = False

    def __init__(self, client: HubClient) -> None:
        self._client = client

    def buildProtocol(self, addr: IAddress | None) -> _Connection:
        """Make a connection."""
        return _Connection(self._client)

    def clientConnectionFailed(self, connector: Any, reason: Failure) -> None:
        """Try again later."""
        self._client.lost()


class HubClient(Service):
    """
    Keeps a link connected to a hub; a connection that is lost is made again.

    :param path: of the hub's socket.
    """

    _log = Logger()

    def __init__(self, reactor: Any, link: LocalLink, path: str) -> None:
        self.reactor = reactor
        self._link = link
        self._address = SocketAddress(path)
        self.connection: _Connection | None = None
        """The connection of the present session."""
        self._timer: IDelayedCall | None = None
        self._missing = False
        """Whether it was logged that the hub does not answer."""

    def startService(self) -> None:
        """Connect."""
        super().startService()
        self._connect()

    def stopService(self) -> None:
        """Close the connection, and with it the session."""
        super().stopService()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self.connection is not None:
            self.connection.close()
        self._address.close()

    def _connect(self) -> None:
        self._timer = None
        try:
            address = self._address.open()
        except OSError:
            self.lost()
            return
        self.reactor.connectUNIX(address, _Factory(self))

    def made(self, connection: _Connection) -> None:
        """Begin a session over a connection."""
        if not self.running:
            connection.close()
            return
        if self._missing:
            self._missing = False
            self._log.info("the hub of this machine answers again")
        self.connection = connection
        connection.receive = self._link.received
        self._link.connected(connection)

    def lost(self) -> None:
        """Take the end of a connection, or that none was made, and try again."""
        if self.connection is not None:
            self.connection = None
            self._link.disconnected()
        if not self.running:
            return
        if not self._missing:
            self._missing = True
            self._log.warn("the hub of this machine does not answer")
        self._timer = self.reactor.callLater(RETRY_S, self._connect)
