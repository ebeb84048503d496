"""
An event source whose log is on disk: killed at any moment, it continues where it was.

    python bench/instruments/event_log.py PORT DIRECTORY INTERVAL_US EVENT_BYTES

It adds an event to ``DIRECTORY/events`` every INTERVAL_US and serves the log as an
event stream that honours Last-Event-ID, each event in a chunk and in the form of
`bench/instruments/source.c`. ``DIRECTORY/connections`` gets a line with the number of
open streams whenever that changes. SIGTERM ends it within an event, of which half was
sent.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
RECORD = struct.Struct("!Q")
"""The time of an event, in ns of the monotonic clock; its number is its place."""


def stamps(directory: Path) -> list[int]:
    """Read the times of all events; an incomplete record does not count."""
    log = (directory / "events").read_bytes()
    whole = len(log) // RECORD.size * RECORD.size
    return [stamp for (stamp,) in RECORD.iter_unpack(log[:whole])]


def most_connections(directory: Path) -> int:
    """Return the largest number of concurrent streams."""
    return max(map(int, (directory / "connections").read_text().split()))


class EventLog:
    """
    The source: one thread, a few readers.

    :param directory: where its files are.
    :param event_bytes: the ``data`` line with its blank line.
    """

    def __init__(self, directory: Path, event_bytes: int) -> None:
        self._log = (directory / "events").open("ab", buffering=0)
        self._notes = (directory / "connections").open("ab", buffering=0)
        self._event_bytes = event_bytes
        self._stamps = stamps(directory)
        self._log.truncate(len(self._stamps) * RECORD.size)
        self._selector = selectors.DefaultSelector()
        self._readers: set[socket.socket] = set()
        self._dies = False
        signal.signal(signal.SIGTERM, self._die)

    def _die(self, number: int, frame: object) -> None:
        self._dies = True

    def serve(self, port: int, interval_s: float) -> None:
        """Serve until killed."""
        listener = socket.create_server(("127.0.0.1", port))
        self._selector.register(listener, selectors.EVENT_READ)
        due_s = time.monotonic()
        while True:
            for key, _ in self._selector.select(max(0.0, due_s - time.monotonic())):
                if key.fileobj is listener:
                    self._welcome(listener.accept()[0])
                elif isinstance(key.fileobj, socket.socket):
                    self._hear(key.fileobj)
            if time.monotonic() >= due_s:
                due_s += interval_s
                self._publish()

    def _publish(self) -> None:
        """Add an event to the log, before it is sent."""
        stamp = time.monotonic_ns()
        self._log.write(RECORD.pack(stamp))
        self._stamps.append(stamp)
        event = self._event(len(self._stamps))
        for reader in list(self._readers):
            self._send(reader, event[: len(event) // 2] if self._dies else event)
        if self._dies:
            os._exit(0)

    def _event(self, number: int) -> bytes:
        text = b"data: %06d %010d %019d " % (0, number, self._stamps[number - 1])
        text = b"id: %d\n%b\n\n" % (number, text.ljust(self._event_bytes - 2, b"x"))
        return b"%x\r\n%b\r\n" % (len(text), text)

    def _welcome(self, reader: socket.socket) -> None:
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader.settimeout(5)
        head = b""
        with suppress(OSError):
            while b"\r\n\r\n" not in head:
                more = reader.recv(65536)
                if not more:
                    break
                head += more
        if b"\r\n\r\n" not in head:
            reader.close()
            return
        _, _, last = head.lower().partition(b"\r\nlast-event-id:")
        had = int(last.partition(b"\r\n")[0] or len(self._stamps))
        self._readers.add(reader)
        self._selector.register(reader, selectors.EVENT_READ)
        self._note()
        missed = range(had + 1, len(self._stamps) + 1)
        self._send(reader, HEAD + b"".join(map(self._event, missed)))

    def _send(self, reader: socket.socket, data: bytes) -> None:
        try:
            reader.sendall(data)
        except OSError:
            self._drop(reader)

    def _hear(self, reader: socket.socket) -> None:
        with suppress(OSError):
            if reader.recv(65536):
                return
        self._drop(reader)

    def _drop(self, reader: socket.socket) -> None:
        self._readers.discard(reader)
        self._selector.unregister(reader)
        reader.close()
        self._note()

    def _note(self) -> None:
        self._notes.write(b"%d\n" % len(self._readers))


if __name__ == "__main__":
    EventLog(Path(sys.argv[2]), int(sys.argv[4])).serve(
        int(sys.argv[1]), int(sys.argv[3]) / 1e6
    )
