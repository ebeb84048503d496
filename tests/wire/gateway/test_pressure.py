"""Slow clients, slow sources and large bodies cost no memory."""

from __future__ import annotations

import hashlib
import socket
import threading
from queue import Queue

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted

MIB = 1024 * 1024
GROWTH_BYTES = 20 * MIB
UPLOAD_BYTES = 1024 * MIB
SLOW_CLIENTS = 20


PATIENT = {"readTimeout": 600000}
SHARED = SharedDaemon(lambda _: "[gateway]\nstall_timeout_ms = 2000\n")


class PressureTests(WireCase):
    """The daemon's memory is looked at while the pressure is on."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()

    def test_clients_that_stop_reading(self) -> None:
        """The flood stops at the source; a stalled client is cut in the end."""
        sent: dict[Connection, int] = {}
        event = chunk(b"data: " + b"x" * 16000 + b"\n\n")

        def flood(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM)
            sent[connection] = 0
            while True:
                connection.send(event)
                sent[connection] += len(event)

        with scripted(flood) as (port, _):
            path = "/flood"
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", path))
            before = self.daemon.rss_bytes()
            clients = []
            for _ in range(SLOW_CLIENTS):
                client = RawClient(self.daemon.port)
                self.addCleanup(client.close)
                client.get(path)
                client.until(b"data: ")
                clients.append(client)
            self._settled(sent)
            growth = self.daemon.rss_bytes() - before
            print(f"{SLOW_CLIENTS} floods held back: {growth / MIB:.1f} MiB more")
            self.assertLess(growth, GROWTH_BYTES)
            line = self.daemon.access_line(path=path, kind="close")
        self.assertEqual(
            (line["outcome"], line["clock"]), ("slow_consumer", "stallTimeout")
        )

    def _settled(self, sent: dict[Connection, int]) -> None:
        """Wait until no source gets rid of anything any more."""
        last: list[int] = []

        def stands_still() -> bool:
            now = sum(sent.values())
            last.append(now)
            return len(last) > 50 and len(set(last[-50:])) == 1

        until(stands_still, "the sources are held back")

    def test_an_upload_streams(self) -> None:
        """A gibibyte passes through, in order, and the daemon does not grow."""
        digests: Queue[bytes] = Queue()
        first_bytes = threading.Event()

        def receive(connection: Connection) -> None:
            connection.head()
            digest, left = hashlib.sha256(connection.buffer), UPLOAD_BYTES
            left -= len(connection.buffer)
            buffer = bytearray(MIB)
            while left:
                read = connection.socket.recv_into(buffer)
                if not read:
                    raise ConnectionError(f"{left} bytes are missing")
                first_bytes.set()
                digest.update(memoryview(buffer)[:read])
                left -= read
            digests.put(digest.digest())
            connection.send(b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok")

        with scripted(receive) as (port, errors):
            path = "/upload"
            self.daemon.publish(
                proxy_api(
                    f"http://127.0.0.1:{port}/", path, http={"readTimeout": 600000}
                )
            )
            before = peak = self.daemon.rss_bytes()
            client = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            client.send(
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
                f"Content-Length: {UPLOAD_BYTES}\r\n\r\n".encode()
            )
            piece = bytes(range(256)) * (MIB // 256)
            expected = hashlib.sha256()
            client.send(piece)
            expected.update(piece)
            self.assertTrue(first_bytes.wait(BOUND_S), "the body did not stream")
            for number in range(1, UPLOAD_BYTES // MIB):
                client.send(piece)
                expected.update(piece)
                if number % 64 == 0:
                    peak = max(peak, self.daemon.rss_bytes())
            head = client.until(b"\r\n\r\n")
            self.assertIn(b"201 Created", head)
            self.assertTrue(errors.empty())
            self.assertEqual(digests.get(timeout=BOUND_S), expected.digest())
        print(f"1 GiB uploaded: {(peak - before) / MIB:.1f} MiB more at most")
        self.assertLess(peak - before, GROWTH_BYTES)
        line = self.daemon.access_line(path=path, kind="close")
        self.assertEqual((line["bytesIn"], line["status"]), (UPLOAD_BYTES, 201))

    def test_a_source_that_stops_reading(self) -> None:
        """An upload to it stops at the client, not in the daemon."""
        release = threading.Event()

        def deaf(connection: Connection) -> None:
            connection.head()
            release.wait(BOUND_S)

        with scripted(deaf) as (port, _):
            path = "/deaf"
            self.daemon.publish(
                proxy_api(
                    f"http://127.0.0.1:{port}/", path, http={"readTimeout": 600000}
                )
            )
            before = self.daemon.rss_bytes()
            client = RawClient(self.daemon.port)
            self.addCleanup(client.close)
            client.send(
                f"POST {path} HTTP/1.1\r\nHost: localhost\r\n"
                f"Content-Length: {UPLOAD_BYTES}\r\n\r\n".encode()
            )
            client.socket.settimeout(0.5)
            sent = 0
            with self.assertRaises(socket.timeout):
                while sent < UPLOAD_BYTES:
                    sent += client.socket.send(b"x" * MIB)
            growth = self.daemon.rss_bytes() - before
            print(f"held back after {sent / MIB:.1f} MiB: {growth / MIB:.1f} MiB more")
            self.assertLess(growth, GROWTH_BYTES)
            release.set()
