"""
Run a `Leave` scenario: the time from a client's leaving until the source sees it.

Both ends are in this process, so that one clock times them: the client in this thread,
the source in a thread of its own for each connection. Both block in the kernel while
the gateway works, so neither holds the other up.
"""

from __future__ import annotations

import queue
import socket
import ssl
import statistics
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bench.instruments.processes import BenchError
from bench.instruments.programs import Figures
from bench.scenario import Leave, Moment
from bench.servers.server import Running, Tls

BOUND_S = 5
"""The time after which a repetition counts as missed."""

WAYS = {False: ("close", "reset"), True: ("close", "reset", "close_notify")}
"""How a client leaves, in turn: a FIN, a RST, or TLS's close_notify and a FIN."""

EVENT = b"data: here\n\n"
HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
STATS = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


@dataclass
class WatchingSource:
    """A source that records the times of requests and of closed connections."""

    moment: Moment
    context: ssl.SSLContext | None
    requested: queue.Queue[None] = field(default_factory=queue.Queue)
    closed: queue.Queue[tuple[int, int]] = field(default_factory=queue.Queue)
    """The number of the client and the time in ns, in the order of the closings."""
    listener: socket.socket = field(
        default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64)
    )

    @property
    def port(self) -> int:
        """The port on which it listens."""
        port: int = self.listener.getsockname()[1]
        return port

    def run(self) -> None:
        """Accept connections until the listener is shut down."""
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            head = _receive_until(connection, b"\r\n\r\n")
            if head.startswith(b"GET /stats"):
                connection.sendall(STATS)
            elif head:
                target = head.split(b" ", 2)[1]
                self._watch(connection, int(target.rpartition(b"/")[2]))
        connection.close()

    def _watch(self, connection: socket.socket, number: int) -> None:
        if self.moment == "during the body":
            connection.sendall(HEAD + b"%x\r\n%b\r\n" % (len(EVENT), EVENT))
        self.requested.put(None)
        with suppress(OSError):
            while connection.recv(4096):
                pass
        self.closed.put((number, time.monotonic_ns()))

    def await_closed(self, number: int) -> int | None:
        """
        Wait until a client's connection was closed.

        :returns: when, in ns; ``None`` if that took too long. Closings of clients who
            were given up before are passed over.
        """
        give_up_s = time.monotonic() + BOUND_S
        while (left_s := give_up_s - time.monotonic()) > 0:
            with suppress(queue.Empty):
                closed, at_ns = self.closed.get(timeout=left_s)
                if closed == number:
                    return at_ns
        return None


def _receive_until(connection: socket.socket, end: bytes) -> bytes:
    """Read until a text was received; return nothing if the peer has closed before."""
    got = b""
    while end not in got:
        more = connection.recv(65536)
        if not more:
            return b""
        got += more
    return got


@contextmanager
def watching_source(scenario: Leave, tls: Tls | None) -> Iterator[WatchingSource]:
    """Run the source for as long as the block lasts."""
    context = None
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls.certificate, tls.key)
    source = WatchingSource(scenario.moment, context)
    thread = threading.Thread(target=source.run, daemon=True)
    thread.start()
    try:
        yield source
    finally:
        source.listener.shutdown(socket.SHUT_RDWR)
        source.listener.close()
        thread.join(BOUND_S)


def measure(
    scenario: Leave, server: Running, source: WatchingSource, tls: Tls | None
) -> Figures:
    """
    Let clients come and leave one at a time, and measure how soon the source notices.

    :returns: the times in milliseconds, and how many departures the source missed:
        it saw its connection close before the client left, or not within the bound,
        which is then the time that counts.
    """
    context = None
    if tls is not None:
        context = ssl.create_default_context(cafile=str(tls.certificate))
    took_ms: dict[str, list[float]] = {way: [] for way in WAYS[scenario.tls]}
    missed = 0
    for number in range(scenario.repetitions):
        way = WAYS[scenario.tls][number % len(took_ms)]
        client = _subscribe(number, server, source, context)
        left_ns = time.monotonic_ns()
        _leave(client, way)
        closed_ns = source.await_closed(number)
        if closed_ns is None or closed_ns < left_ns:
            missed += 1
        else:
            took_ms[way].append((closed_ns - left_ns) / 1e6)
    every = [one for times in took_ms.values() for one in times]
    every += [BOUND_S * 1000.0] * missed
    return {
        "repetitions": scenario.repetitions,
        "missed": missed,
        "p50_ms": quantile(every, 0.5),
        "p99_ms": quantile(every, 0.99),
        "max_ms": quantile(every, 1),
        **{
            f"{way}_p50_ms": round(statistics.median(times), 2)
            for way, times in took_ms.items()
            if times
        },
    }


def _subscribe(
    number: int,
    server: Running,
    source: WatchingSource,
    context: ssl.SSLContext | None,
) -> socket.socket:
    """Come as far as the source's moment and give the client's connection."""
    client = socket.create_connection(("127.0.0.1", server.port), timeout=BOUND_S)
    if context is not None:
        client = context.wrap_socket(client, server_hostname="127.0.0.1")
    client.sendall(
        f"GET {server.prefix}/leave/{number} HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{server.port}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    try:
        source.requested.get(timeout=BOUND_S)
    except queue.Empty:
        raise BenchError("a request did not reach the source") from None
    if source.moment == "during the body" and not _receive_until(client, EVENT):
        raise BenchError("the gateway closed a stream before its first event")
    return client


def _leave(client: socket.socket, way: str) -> None:
    if way == "reset":
        linger = struct.pack("ii", 1, 0)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    elif way == "close_notify" and isinstance(client, ssl.SSLSocket):
        client.settimeout(0)
        with suppress(OSError):
            client.unwrap()
    client.close()


def quantile(values: list[float], share: float) -> float:
    """Return the smallest value that at least this share of all values do not
    exceed."""
    ranked = sorted(values)
    rank = max(1, -int(-len(ranked) * share // 1))
    return round(ranked[rank - 1], 2)


def self_signed(directory: Path) -> Tls:
    """Create a certificate for 127.0.0.1 that is valid for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench")])
    address = x509.IPAddress(ip_address("127.0.0.1"))
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    tls = Tls(directory / "certificate.pem", directory / "key.pem")
    tls.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    tls.key.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return tls
