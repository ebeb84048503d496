"""Many event-stream clients that come back with their last event, as browsers do."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import selectors
import socket
import threading
import time

from tests.wire.harness.subscribers import Client

DEFAULT_RETRY_MS = 3000


class Resuming:
    """
    Clients of one URL on one thread.

    A client whose stream ends reconnects after the time that it was told.

    :param port: where they connect.
    :param path: of the stream.
    """

    def __init__(self, port: int, path: str) -> None:
        self.port = port
        """Where they connect; may be changed."""
        self._path = path
        self._selector = selectors.DefaultSelector()
        self._over = threading.Event()
        self._due: list[tuple[float, int, Client]] = []
        self._serial = itertools.count()
        self.clients: list[Client] = []
        self.reconnects: list[float] = []
        """When each reconnection was made, on the monotonic clock."""
        self.failures = 0
        """Connections that were refused, or not answered with a stream."""
        self._thread = threading.Thread(target=self._run, daemon=True)

    def open(self, count: int) -> None:
        """Open the first streams, and begin to read."""
        for _ in range(count):
            client = Client(self._connected(""))
            self.clients.append(client)
            self._selector.register(client.socket, selectors.EVENT_READ, client)
        self._thread.start()

    @property
    def connected(self) -> int:
        """How many have a stream."""
        return sum(one.status == b"200" and not one.ended for one in self.clients)

    def _connected(self, last_event_id: str) -> socket.socket:
        handle = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        resume = f"Last-Event-ID: {last_event_id}\r\n" if last_event_id else ""
        handle.sendall(
            f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Accept: text/event-stream\r\n{resume}\r\n".encode()
        )
        handle.setblocking(False)
        return handle

    def _run(self) -> None:
        while not self._over.is_set():
            for key, _ in self._selector.select(0.02):
                self._read(key.data)
            while self._due and self._due[0][0] <= time.monotonic():
                self._reconnect(heapq.heappop(self._due)[2])

    def _read(self, client: Client) -> None:
        try:
            data = client.socket.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            client.read(data)
            # A response that is complete ends the stream, if not the connection.
            if not data.endswith(b"0\r\n\r\n"):
                return
        self._selector.unregister(client.socket)
        client.socket.close()
        client.ended = True
        if client.status != b"200":
            self.failures += 1
        self._expect(client)

    def _expect(self, client: Client) -> None:
        wait_s = (client.retry_ms or DEFAULT_RETRY_MS) / 1000
        entry = (time.monotonic() + wait_s, next(self._serial), client)
        heapq.heappush(self._due, entry)

    def _reconnect(self, client: Client) -> None:
        self.reconnects.append(time.monotonic())
        try:
            client.socket = self._connected(client.last_event_id)
        except OSError:
            self.failures += 1
            self._expect(client)
            return
        client.unread = client.status = b""
        client.ended = False
        self._selector.register(client.socket, selectors.EVENT_READ, client)

    def cut(self) -> None:
        """End all streams; the clients come back."""
        for one in self.clients:
            with contextlib.suppress(OSError):
                one.socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Leave."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        for one in self.clients:
            one.socket.close()
