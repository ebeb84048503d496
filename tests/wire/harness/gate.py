"""A way to a TCP server that can be closed: then neither side hears of the other."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from functools import partial

from tests.wire.harness.daemon import BOUND_S

HOST = "127.0.0.1"


class Gate:
    """
    Passes connections on to a port of this machine.

    A gate that is closed keeps all connections, accepts more of them, and holds what
    is sent until it is opened again.

    :param server: the port of the server.
    """

    def __init__(self, server: int) -> None:
        self._server = server
        self._opened = threading.Event()
        self._opened.set()
        self._closed = threading.Event()
        self._marker: bytes | None = None
        self._closing = threading.Lock()
        self._held_by: socket.socket | None = None
        self.held = b""
        """What a client had sent when the gate was closed; the server has it since the
        gate is open again."""
        self.answer = b""
        """What the server has answered to the client that had sent this."""
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets = [self._listener]
        threading.Thread(target=self._accept, daemon=True).start()

    def close_before(self, marker: bytes) -> None:
        """Close the gate before the next request with some bytes, and wait for it."""
        self._marker = marker
        assert self._closed.wait(BOUND_S), f"no request has {marker!r}"

    def open(self) -> None:
        """Pass on what was held, and what follows."""
        self._opened.set()

    def end(self) -> None:
        """Close all connections."""
        self._opened.set()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection((HOST, self._server))
                self._sockets += client, server
                for pair in (
                    (client, server, partial(self._asked, client)),
                    (server, client, partial(self._answered, client)),
                ):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(
        self,
        sender: socket.socket,
        receiver: socket.socket,
        note: Callable[[bytes], None],
    ) -> None:
        """Pass on what one side sends, but not its end: a server that has a request may
        answer it."""
        with contextlib.suppress(OSError):
            while data := sender.recv(1 << 16):
                note(data)
                self._opened.wait()
                receiver.sendall(data)

    def _asked(self, client: socket.socket, data: bytes) -> None:
        with self._closing:
            if self._marker is not None and self._marker in data:
                self._marker = None
                self.held, self._held_by = data, client
                self._opened.clear()
                self._closed.set()

    def _answered(self, client: socket.socket, data: bytes) -> None:
        if client is self._held_by:
            self.answer += data
