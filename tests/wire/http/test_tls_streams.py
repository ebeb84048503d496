"""Event streams over TLS, to clients that do not take what they are given."""

from __future__ import annotations

import http.client
import json
import re
import socket
import ssl
import struct
import threading
from pathlib import Path

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, SharedDaemon
from tests.wire.messages.test_topics import topics_api

AUTHORITY = Authority()
EVENTS = 300
PADDING = "x" * 60_000
"""18 MB in all: the buffers of the two kernels and of the daemon hold less."""


def _listeners(directory: Path) -> str:
    """Write one listener with TLS, and one without."""
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1"
        tls = {{ certificate = "{written.certificate}", key = "{written.key}" }}
    """


SHARED = SharedDaemon(_listeners)


class Client:
    """A subscriber that reads when the test says so."""

    def __init__(self, path: str) -> None:
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        handle = socket.socket()
        handle.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        handle.settimeout(BOUND_S)
        handle.connect(("127.0.0.1", SHARED.get().ports["tls"]))
        self.socket = context.wrap_socket(handle, server_hostname="localhost")
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
            "Accept: text/event-stream\r\n\r\n".encode()
        )
        self.received = bytearray()
        while b"\r\n\r\n" not in self.received:
            self.received += self.socket.recv(65536)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the events so far; chunks begin and end with whole events."""
        return [int(one) for one in re.findall(rb"data: (\d+) ", self.received)]

    def read_until(self, number: int) -> list[int]:
        """Read up to an event, and give all their numbers."""
        end, looked_at = b"data: %d " % number, 0
        while self.received.find(end, looked_at) < 0:
            looked_at = max(0, len(self.received) - len(end))
            data = self.socket.recv(1 << 18)
            if not data:
                raise AssertionError(f"the stream ended after {self.numbers[-1:]}")
            self.received += data
        return self.numbers

    def reset(self) -> None:
        """Reset the connection."""
        linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()


class TlsStreamTests(WireCase):
    """A topic with one client that reads everything, and one that does not."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")

    def subscribe(self, history_bytes: int) -> tuple[Client, Client]:
        """Open the topic with two clients: the one that reads, and the other."""
        channel = {"history": {"maxBytes": history_bytes, "maxEvents": 1000}}
        self.daemon.publish(topics_api(self.path, channel))
        clients = Client(f"{self.path}/news"), Client(f"{self.path}/news")
        for client in clients:
            self.addCleanup(client.socket.close)
        self.reader = clients[0]
        return clients

    def pour(self) -> list[int]:
        """Publish everything, and give what the client that reads got of it."""
        seen: list[int] = []
        reading = threading.Thread(
            target=lambda: seen.extend(self.reader.read_until(EVENTS - 1))
        )
        reading.start()
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.port, timeout=BOUND_S
        )
        self.addCleanup(connection.close)
        for number in range(EVENTS):
            body = json.dumps({"data": f"{number} {PADDING}"})
            headers = {"Content-Type": "application/json"}
            connection.request("POST", f"{self.path}/news", body, headers)
            answer = connection.getresponse()
            self.assertEqual((answer.status, answer.read()[:1]), (202, b"{"))
        reading.join(BOUND_S)
        return seen

    def test_one_that_stops_reading_for_a_while(self) -> None:
        """Gets everything in the end, once and in order; the other never waits."""
        _, other = self.subscribe(history_bytes=1 << 26)
        before = self.daemon.rss_bytes()
        self.assertEqual(self.pour(), list(range(EVENTS)))
        grown = self.daemon.rss_bytes() - before
        # The history and one framing of it are kept once, not once for each client.
        self.assertLess(grown, 4 * EVENTS * len(PADDING))
        self.assertEqual(other.read_until(EVENTS - 1), list(range(EVENTS)))

    def test_one_that_falls_too_far_behind(self) -> None:
        """A client that is too slow is cut without a ``close_notify``."""
        _, other = self.subscribe(history_bytes=1 << 23)
        self.assertEqual(self.pour(), list(range(EVENTS)))
        line = self.daemon.access_line(
            path=f"{self.path}/news", kind="close", outcome="slow_consumer"
        )
        self.assertGreater(line["events"], 0)
        with self.assertRaises((ConnectionError, ssl.SSLError, AssertionError)):
            other.read_until(EVENTS - 1)
        self.assertNotIn(b"\r\n0\r\n\r\n", other.received[-100:])
        self.assertEqual(other.numbers, list(range(len(other.numbers))))

    def test_one_that_is_gone_amid_writes(self) -> None:
        """A client that leaves within a write does not affect the others."""
        _, other = self.subscribe(history_bytes=1 << 26)
        half = Client(f"{self.path}/news")
        self.addCleanup(half.socket.close)
        leaving = threading.Timer(0.05, other.reset)
        halving = threading.Timer(0.05, half.socket.shutdown, (socket.SHUT_WR,))
        leaving.start()
        halving.start()
        self.assertEqual(self.pour(), list(range(EVENTS)))
        leaving.join()
        halving.join()

        self.daemon.access_line(
            path=f"{self.path}/news", kind="close", outcome="client_gone"
        )

    def test_what_is_counted(self) -> None:
        """Each client's bytes and events, though they were written for all."""
        _, other = self.subscribe(history_bytes=1 << 26)
        self.pour()
        other.read_until(EVENTS - 1)
        for client in (self.reader, other):
            client.reset()
        line = self.daemon.access_line(
            path=f"{self.path}/news", kind="close", outcome="client_gone"
        )
        self.assertEqual(line["events"], EVENTS)
        self.assertGreater(line["bytesOut"], EVENTS * len(PADDING))
