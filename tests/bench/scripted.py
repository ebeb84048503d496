"""A source whose every byte is decided by the test."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from bench.servers.server import Tls

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
STEP_S = 0.02

Step = Callable[[int], bytes | None]
"""Given 1, 2, 3, ... in turn: what to send then; ``None`` resets the connection."""


def event(
    sequence: int, *, stream: int = 7, age_ms: int = 0, event_bytes: int = 80
) -> bytes:
    """Write an event as the source does, stamped in the past if that is wanted."""
    stamp_ns = time.monotonic_ns() - age_ms * 1_000_000
    text = b"data: %06d %010d %019d " % (stream, sequence, stamp_ns)
    return text + b"x" * (event_bytes - 2 - len(text)) + b"\n\n"


def chunk(body: bytes) -> bytes:
    """Frame bytes as one chunk."""
    return b"%x\r\n%b\r\n" % (len(body), body)


@contextmanager
def scripted_source(
    step: Step, *, head: bytes = HEAD, cut: int = 0, tls: Tls | None = None
) -> Iterator[int]:
    """
    Serve every connection by the script, one step every `STEP_S`.

    :param cut: send so many bytes at a time; 0 sends a step at once.
    :returns: the port.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    threads = []
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)

    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, suppress(ConnectionError, ssl.SSLError):
            if context is not None:
                connection = context.wrap_socket(connection, server_side=True)
            speak(connection)

    def speak(connection: socket.socket) -> None:
        with connection:
            connection.recv(65536)
            send(connection, head)
            connection.settimeout(STEP_S)
            for number in range(1, 1000):
                with suppress(TimeoutError):
                    if not connection.recv(1):
                        return
                body = step(number)
                if body is None:
                    return
                send(connection, body)

    def send(connection: socket.socket, stream: bytes) -> None:
        size = cut or len(stream) or 1
        for at in range(0, len(stream), size):
            connection.sendall(stream[at : at + size])

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threads.append(threading.Thread(target=serve, args=[connection]))
                threads[-1].start()

    accepting = threading.Thread(target=accept)
    accepting.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in [accepting, *threads]:
            thread.join()
