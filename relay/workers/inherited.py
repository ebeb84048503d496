"""The ports of a worker: their sockets come from the control process."""

from __future__ import annotations

import socket
from collections.abc import Sequence, Set
from functools import partial
from typing import Any

from twisted.internet.defer import Deferred, execute
from twisted.internet.error import CannotListenError
from twisted.internet.interfaces import IProtocolFactory

from relay.daemon.listener import Place
from relay.http.listener.proxy_protocol import ProxyProtocolFactory
from relay.reactor.inherited_port import inherited_port


class InheritedSockets:
    """
    The listening sockets that this worker was handed, by the names of their places.

    :param reactor: of the ports.
    """

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._sockets: dict[str, socket.socket] = {}

    def take(self, names: Sequence[str], descriptors: Sequence[int]) -> None:
        """
        Keep sockets, in the place of those that had their names before.

        :param names: of the places.
        :param descriptors: of the sockets, which belong to this object from now on.
        """
        for name, descriptor in zip(names, descriptors, strict=True):
            before = self._sockets.pop(name, None)
            if before is not None:
                before.close()
            self._sockets[name] = socket.socket(fileno=descriptor)

    def named(self, name: str) -> socket.socket:
        """
        Return a socket.

        :raises CannotListenError: when there is none of this name.
        """
        found = self._sockets.get(name)
        if found is None:
            raise CannotListenError(None, name, OSError("its socket is not open"))
        return found

    def keep(self, names: Set[str]) -> None:
        """
        Close the sockets of all other places: nobody is to wait in their backlogs.

        :param names: of the places.
        """
        for name in [one for one in self._sockets if one not in names]:
            self._sockets.pop(name).close()

    def open_port(
        self, place: Place, factory: IProtocolFactory, head_timeout_ms: float
    ) -> Deferred[Any]:
        """
        Open the port of a place; see :data:`relay.daemon.listener.OpenPort`.

        :raises CannotListenError: when there is no socket for it.
        """
        if place.endpoint.startswith("haproxy:"):
            factory = ProxyProtocolFactory(factory, self._reactor, head_timeout_ms)
        handle = partial(self.named, place.name)
        return execute(inherited_port, handle, factory, self._reactor)
