"""A worker accepts the connections of another one, which is being started again."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from functools import partial
from typing import Any

from relay.daemon.listener import accept_few
from relay.daemon.listeners import Listeners
from relay.reactor.inherited_port import inherited_port


class Cover:
    """
    The sockets of other workers from which this one accepts.

    :param listeners: of this worker; their sites take the connections.
    """

    def __init__(self, reactor: Any, listeners: Listeners) -> None:
        self._reactor = reactor
        self._listeners = listeners
        self._ports: dict[int, list[tuple[Any, socket.socket]]] = {}

    def begin(
        self, worker: int, names: Sequence[str], descriptors: Sequence[int]
    ) -> None:
        """
        Accept the connections of a worker.

        :param worker: its number.
        :param names: of the places of its sockets.
        :param descriptors: of the sockets, which belong to this object from now on.
        """
        self.end(worker)
        own = {one.place.name: one for one in self._listeners.for_clients}
        ports = self._ports[worker] = []
        for name, descriptor in zip(names, descriptors, strict=True):
            handle = socket.socket(fileno=descriptor)
            listener = own.get(name)
            if listener is None or not listener.is_open:
                handle.close()
                continue
            factory = listener.port.factory
            port = inherited_port(partial(_same, handle), factory, self._reactor)
            accept_few(port)
            ports.append((port, handle))

    def end(self, worker: int) -> None:
        """Leave the connections to the worker itself, or to its next process."""
        for port, handle in self._ports.pop(worker, ()):
            port.stopListening()
            handle.close()

    def end_all(self) -> None:
        """Accept no connections of others."""
        for worker in list(self._ports):
            self.end(worker)


def _same(handle: socket.socket) -> socket.socket:
    return handle
