"""A source that follows a script, on a real socket in a thread."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import ssl
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue

from tests.pki import Issued
from tests.wire.harness.daemon import BOUND_S

EVENT_STREAM = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)


def chunk(data: bytes) -> bytes:
    """Frame some of a chunked body."""
    return b"%x\r\n%s\r\n" % (len(data), data)


class Connection:
    """One connection that Relay has opened."""

    def __init__(self, handle: socket.socket) -> None:
        self.socket = handle
        self.buffer = b""

    def head(self) -> bytes:
        """Read a request head."""
        while b"\r\n\r\n" not in self.buffer:
            received = self.socket.recv(65536)
            if not received:
                raise ConnectionError("no request head")
            self.buffer += received
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head

    def take(self, size: int) -> bytes:
        """
        Read the body of a request.

        :param size: in bytes.
        """
        while len(self.buffer) < size:
            received = self.socket.recv(65536)
            if not received:
                raise ConnectionError("no whole body")
            self.buffer += received
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return body

    def send(self, data: bytes) -> None:
        """Send it all."""
        self.socket.sendall(data)

    def closed_at(self) -> float:
        """Wait until the relay is gone, and say when that was."""
        poll = select.poll()
        poll.register(self.socket, select.POLLIN | select.POLLHUP | select.POLLRDHUP)
        deadline = time.monotonic() + BOUND_S
        while time.monotonic() < deadline:
            if not poll.poll(1000):
                continue
            try:
                if not self.socket.recv(65536):
                    return time.monotonic()
            except ssl.SSLWantReadError:
                continue
            except OSError:
                return time.monotonic()
        raise AssertionError("the relay kept the connection")

    def reset(self) -> None:
        """Close with a TCP reset."""
        self.socket.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.socket.close()


Script = Callable[[Connection], None]


@contextmanager
def scripted(
    script: Script, context: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[tuple[int, Queue[BaseException]]]:
    """
    Run a source for the length of a block.

    :param script: what it does with each connection, in a thread of its own.
    :param context: for TLS.
    :param port: where it listens; 0 for any free port.
    :return: its port, and what went wrong in its scripts.
    """
    errors: Queue[BaseException] = Queue()
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    open_sockets: list[socket.socket] = []

    def serve(handle: socket.socket) -> None:
        try:
            if context is not None:
                handle = context.wrap_socket(handle, server_side=True)
                open_sockets.append(handle)
            script(Connection(handle))
        except OSError:
            pass
        except BaseException as error:
            errors.put(error)
        finally:
            with contextlib.suppress(OSError):
                handle.close()

    def accept() -> None:
        while True:
            try:
                handle, _ = listener.accept()
            except OSError:
                return
            open_sockets.append(handle)
            threading.Thread(target=serve, args=(handle,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], errors
    finally:
        # Without it the thread that accepts would take one more connection.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for handle in open_sockets:
            with contextlib.suppress(OSError):
                handle.shutdown(socket.SHUT_RDWR)
            handle.close()


def answering(response: bytes) -> Script:
    """Make a script that answers every request with the same bytes."""

    def script(connection: Connection) -> None:
        while True:
            connection.head()
            connection.send(response)

    return script


def server_context(issued: Issued) -> ssl.SSLContext:
    """Make the TLS side of a source."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="relay-tls-") as directory:
        written = issued.write(directory)
        context.load_cert_chain(written.certificate, written.key)
    return context


def echoing(connection: Connection) -> None:
    """Answer with the request's headers, as JSON."""
    while True:
        lines = connection.head().decode().split("\r\n")[1:]
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in lines)
        }
        body = json.dumps(headers).encode()
        connection.send(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
        )
