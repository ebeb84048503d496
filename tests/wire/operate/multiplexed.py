"""Event streams of numbers over one HTTP/2 connection, read in a thread."""

from __future__ import annotations

import re
import select
import ssl
import threading

from tests.wire.http.http2_client import Http2Client

_NUMBERS = re.compile(rb"\ndata: (\d+)\n\n")


class Multiplexed:
    """
    Streams of one connection.

    :param port: of a listener with HTTP/2.
    """

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self._client = Http2Client(port, context)
        self.streams: list[int] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def open(self, path: str, count: int) -> None:
        """Open streams of a path, before :meth:`start`."""
        self.streams += [self._client.get(path, flush=False) for _ in range(count)]
        self._client.flush()

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def _run(self) -> None:
        client = self._client
        while not self._over.is_set() and not client.closed:
            if (
                client.socket.pending()
                or select.select([client.socket], [], [], 0.1)[0]
            ):
                client.read()

    def open_streams(self) -> int:
        """Count the streams that have a head, and have not ended."""
        client = self._client
        if client.closed or client.goodbye is not None:
            return 0
        ended = client.ended | set(client.resets)
        return sum(
            client.status.get(one) == 200 and one not in ended for one in self.streams
        )

    def numbers(self) -> list[list[int]]:
        """Return the numbers that each stream was sent."""
        bodies = self._client.bodies
        return [
            [int(found) for found in _NUMBERS.findall(b"\n" + bodies[one])]
            for one in self.streams
        ]

    def close(self) -> None:
        """Leave."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self._client.close()
