"""
The listening sockets of workers, which the control process opens and keeps.

A TCP listener has one socket for each worker, all bound to one address (SO_REUSEPORT):
the system distributes connections among them. A worker accepts from a copy of its
socket; since the control process keeps the original, connections of a worker that has
died wait in the backlog for its successor. A Unix socket, and a socket that systemd has
passed on, is one for all workers.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from twisted.internet.abstract import isIPv6Address
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.defer import Deferred
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IProtocolFactory
from twisted.python.failure import Failure

from relay.daemon.listener import Listener, OpenPort, Place
from relay.http.listener.proxy_protocol import listen


class SharedPort:
    """
    The sockets of one TCP address, from which this process does not accept.

    :param number: of the port; 0 for one that is free, which it keeps.
    :param factory: is started and stopped with the port.
    :param interface: an address; empty for all of IPv4.
    :param count: of sockets.
    """

    def __init__(
        self,
        number: int,
        factory: IProtocolFactory,
        backlog: int,
        interface: str,
        count: int,
    ) -> None:
        self.port = number
        self.factory = factory
        self._backlog = backlog
        self._interface = interface
        self._count = count
        self._sockets: list[socket.socket] = []

    @property
    def connected(self) -> bool:
        """Whether the sockets are open."""
        return bool(self._sockets)

    def startListening(self) -> None:
        """
        Open the sockets.

        :raises CannotListenError: when the address is in use by another process, which
            may share its own address with its own workers.
        """
        with self._errors():
            first = self._bound(shared=False)
            # Another process is refused the address when it asks for it alone.
            first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self.port = first.getsockname()[1]
            for _ in range(1, self._count):
                self._bound(shared=True)
            for one in self._sockets:
                one.listen(self._backlog)
        self.factory.doStart()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._close()
            raise CannotListenError(self._interface, self.port, error) from None

    def _bound(self, shared: bool) -> socket.socket:
        version_6 = isIPv6Address(self._interface)
        family = socket.AF_INET6 if version_6 else socket.AF_INET
        made = socket.socket(family, socket.SOCK_STREAM)
        self._sockets.append(made)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        found = socket.getaddrinfo(
            self._interface or "0.0.0.0", self.port, family, socket.SOCK_STREAM
        )
        made.bind(found[0][4])
        return made

    def socket_of(self, worker: int) -> socket.socket:
        """
        Return the socket of a worker.

        :param worker: from 1.
        """
        return self._sockets[worker - 1]

    def getHost(self) -> IPv4Address | IPv6Address:
        """Return the address."""
        name = self._sockets[0].getsockname()
        if self._sockets[0].family == socket.AF_INET6:
            return IPv6Address("TCP", *name)
        return IPv4Address("TCP", *name)

    def stopListening(self) -> None:
        """Close the sockets; those of workers are closed by the workers."""
        if self._sockets:
            self._close()
            self.factory.doStop()

    def connectionLost(self, reason: Failure) -> None:
        """Close the sockets at once."""
        self.stopListening()

    def _close(self) -> None:
        for one in self._sockets:
            one.close()
        self._sockets.clear()


class _Sharing:
    """
    What endpoints of clients listen with, in the place of a reactor.

    Other calls than those of TCP go to the reactor: one socket for all workers.
    """

    def __init__(self, reactor: Any, count: int) -> None:
        self._reactor = reactor
        self._count = count

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reactor, name)

    def listenTCP(
        self,
        port: int,
        factory: IProtocolFactory,
        backlog: int = 50,
        interface: str = "",
    ) -> SharedPort:
        """Open a socket for each worker."""
        made = SharedPort(port, factory, backlog, interface, self._count)
        made.startListening()
        return made


def shared_ports(reactor: Any, count: int) -> OpenPort:
    """
    Return what opens ports: those for clients are shared among workers.

    :param reactor: listens on the others.
    :param count: of workers.
    """
    sharing = _Sharing(reactor, count)

    def open_port(
        place: Place, factory: IProtocolFactory, head_timeout_ms: float
    ) -> Deferred[Any]:
        if not place.for_clients:
            return listen(reactor, place.endpoint, factory, head_timeout_ms)
        opened = listen(sharing, place.endpoint, factory, head_timeout_ms)
        return opened.addCallback(_unread)

    return open_port


def _unread(port: Any) -> Any:
    """Keep this process from accepting, whatever kind of port it is."""
    if not isinstance(port, SharedPort):
        port.stopReading()
        port.startReading = _accept_nothing
    return port


def _accept_nothing() -> None:
    """Leave the connections to the workers."""


def descriptor_of(listener: Listener, worker: int) -> int:
    """
    Return the descriptor of the socket that a worker accepts from.

    :param listener: for clients, whose port is open.
    :param worker: from 1.
    """
    port = listener.port
    if isinstance(port, SharedPort):
        return port.socket_of(worker).fileno()
    number: int = port.fileno()
    return number
