"""
A source, clients, and the case of tests that look for reference cycles.

A cycle is freed by the garbage collector only, which the daemon lets come seldom, and
everything stands still while it runs. So each case is done a thousand times by a daemon
whose collector is off, which is then asked what the collector would find.
"""

from __future__ import annotations

import socket
import ssl
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.pki import Authority
from tests.wire.cycles.garbage import CollectedDaemon, SharedCollectedDaemon
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    chunk,
    scripted,
    server_context,
)
from tests.wire.messages.test_topics import topics_api

TIMES = 1000
AT_ONCE = 100
STRAY = 0.1
"""Objects in cycles for each that are none of the case's: the daemon does other things
meanwhile. A single cycle would be two at least."""
EVENT = b"data: 1\n\n"
AUTHORITY = Authority()


def _settings(directory: Path) -> str:
    """Write a plain listener and one with TLS and HTTP/2."""
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [gateway]
        head_timeout_ms = 1500
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1:backlog=4096"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1:backlog=4096"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        http2 = true
    """


CYCLES = SharedCollectedDaemon(_settings)


def source(connection: Connection) -> None:
    """Answer each request as its path states."""
    while True:
        head = connection.head()
        path = head.split(b" ", 2)[1].rpartition(b"/")[2]
        if b"transfer-encoding: chunked" in head.lower():
            # Or its end would be taken for the next head.
            while not connection.buffer.endswith(b"0\r\n\r\n"):
                received = connection.socket.recv(65536)
                if not received:
                    return
                connection.buffer += received
            connection.buffer = b""
        if path == b"whole":
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        elif path == b"ended":
            connection.send(EVENT_STREAM + chunk(EVENT) + b"0\r\n\r\n")
        elif path == b"reset":
            connection.send(EVENT_STREAM + chunk(EVENT))
            connection.reset()
            return
        elif path == b"closed":
            connection.send(EVENT_STREAM + chunk(EVENT))
            return
        elif path == b"broken":
            connection.send(b"HTTP/1.1 200 OK\r\n: nothing\r\n\r\n")
        elif path == b"stream":
            connection.send(EVENT_STREAM + chunk(EVENT))
        # Else it says nothing.


def reset(client: RawClient) -> None:
    """Leave with a TCP reset."""
    client.socket.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
    )
    client.close()


def finish(client: RawClient) -> None:
    """Leave in order."""
    client.close()


def wait_for_end(client: RawClient) -> None:
    """Wait until the gateway has ended the connection."""
    client.rest()
    client.close()


class CycleCase(WireCase):
    """Each does something a thousand times, and asks for the garbage."""

    daemon: CollectedDaemon

    def setUp(self) -> None:
        """Take the daemon, and make the TLS side of clients."""
        self.daemon = CYCLES.collected()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.context = ssl.create_default_context(cadata=AUTHORITY.pem)

    def leaves_none(self, some: Callable[[int], None]) -> None:
        """
        Insist that something leaves no cycle.

        :param some: does it so many times.
        """
        some(AT_ONCE)
        before = self.daemon.descriptors()
        self.daemon.garbage()
        for _ in range(TIMES // AT_ONCE):
            some(AT_ONCE)
        until(lambda: self.daemon.descriptors() <= before, "all connections are gone")
        found = self.daemon.garbage()
        self.assertLess(found.objects, TIMES * STRAY, found)
        self.assertNotIn("Traceback", self.daemon.log())

    def proxy(self, tls: bool = False, **http: Any) -> None:
        """Publish a PROXY API of the source."""
        self.daemon.publish(self.proxied(tls, **http))

    def proxied(self, tls: bool = False, **http: Any) -> dict[str, Any]:
        """Run a source, and write the definition of an API of it."""
        context = server_context(AUTHORITY.server("localhost")) if tls else None
        running = scripted(source, context)
        port, _ = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        scheme = "https" if tls else "http"
        shared: dict[str, Any] = {"http": http} if http else {}
        if tls:
            shared["ssl"] = {"trustAll": True, "hostnameVerifier": False}
        # By its address: a name is looked up in a thread, by Twisted.
        target = f"{scheme}://127.0.0.1:{port}/"
        return proxy_api(target, self.path, **shared)

    def clients(
        self,
        path: str,
        leave: Callable[[RawClient], None] = reset,
        mark: bytes = EVENT,
        tls: bool = False,
        request: bytes = b"",
    ) -> Callable[[int], None]:
        """Make what lets clients call, each on a connection of its own, and leave."""
        asked = request or (
            f"GET {self.path}/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )

        def some(count: int) -> None:
            port = self.daemon.ports["tls"] if tls else self.daemon.port
            context = self.context if tls else None
            made = []
            for _ in range(count):
                client = RawClient(port, context)
                made.append(client)
                # At once: the head clock of the first runs while the others connect.
                client.send(asked)
            for client in made:
                if mark:
                    client.until(mark)
            for client in made:
                leave(client)

        return some

    def post(self, body: bytes, path: str = "whole", kind: str = "text/plain") -> bytes:
        """Write a request with a body."""
        head = (
            f"POST {self.path}/{path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def topics(self, **channel: Any) -> None:
        """Publish an API of topics."""
        definition = topics_api(self.path, channel)
        definition["listeners"][0]["entrypoints"].append(
            {"type": "websocket", "configuration": {"publisher": {"enabled": True}}}
        )
        self.daemon.publish(definition)

    def subscribing(self) -> bytes:
        """Write a request for the stream of a topic."""
        return (
            f"GET {self.path}/news HTTP/1.1\r\nHost: localhost\r\n"
            "Accept: text/event-stream\r\n\r\n"
        ).encode()
