"""
Ports whose sockets another process has bound and listens on.

Twisted's own ``adoptStreamPort`` makes a port that cannot be opened again. For a Unix
socket it also calls ``listen`` once more, with a backlog of 50, changes the mode of the
file, and removes the file and shuts the socket down for all processes at its end.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any

from twisted.internet import tcp, unix
from twisted.python.failure import Failure

Handle = Callable[[], socket.socket]
"""Returns the socket, which stays with the caller; the port uses a copy."""


class InheritedPort(tcp.Port):
    """
    A TCP port.

    :param handle: of the socket; it is called each time the port is opened.
    """

    def __init__(self, handle: Handle, factory: Any, reactor: Any) -> None:
        self._handle = handle
        interface, number = handle().getsockname()[:2]
        super().__init__(number, factory, interface=interface, reactor=reactor)

    def startListening(self) -> None:
        """Accept the connections of the socket."""
        self._preexistingSocket = _copy(self._handle())
        super().startListening()


class InheritedUnixPort(unix.Port):
    """
    A port of a Unix socket.

    :param handle: of the socket; it is called each time the port is opened.
    """

    _shouldShutdown = False

    def __init__(self, handle: Handle, factory: Any, reactor: Any) -> None:
        self._handle = handle
        path = os.fsencode(handle().getsockname())
        super().__init__(path, factory, reactor=reactor)

    def startListening(self) -> None:
        """Accept the connections of the socket."""
        factory: Any = self.factory
        factory.doStart()
        self.connected = True
        self.socket = _copy(self._handle())
        self.fileno = self.socket.fileno  # type: ignore[method-assign]
        self.numberAccepts = 100
        self.startReading()

    def connectionLost(self, reason: Failure) -> None:
        """Close the copy; the file stays with the process that has made it."""
        tcp.Port.connectionLost(self, reason)


def inherited_port(handle: Handle, factory: Any, reactor: Any) -> Any:
    """
    Open a port of either kind.

    :param factory: builds the protocols of the connections.
    """
    family = handle().family
    kind: Any = InheritedUnixPort if family == socket.AF_UNIX else InheritedPort
    port = kind(handle, factory, reactor)
    port.startListening()
    return port


def _copy(handle: socket.socket) -> socket.socket:
    copy = handle.dup()
    copy.setblocking(False)
    return copy
