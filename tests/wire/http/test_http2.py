"""HTTP/2 for common clients, and for hostile ones."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import threading
import time
import urllib.request
from pathlib import Path
from queue import Queue
from statistics import median
from typing import Any

import httpx
from h2.errors import ErrorCodes
from twisted.trial.unittest import SkipTest

from tests.pki import Authority
from tests.wire.clients.browser import posted
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BACKLOG, BOUND_S, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.http.http2_client import Http2Client
from tests.wire.messages.test_shared_upstream import LoggedSource, message_api
from tests.wire.messages.test_topics import topics_api

AUTHORITY = Authority()
MIB = 1024 * 1024
STREAMS = 1000
EVENT_SOURCES = 30
"""A browser opens six connections to one origin; over HTTP/1.1 the rest would wait."""
LEAVERS = 20
LEAVE_RATIO = 10
"""Limit of the time in which the source learns of a leaver, by that of a request."""
FLOOD_GROWTH_BYTES = 30 * MIB
UPLOAD_BYTES = 5_000_000


def _listener(directory: Path) -> str:
    """Write a listener with HTTP/2."""
    written = AUTHORITY.server("localhost", "127.0.0.1").write(str(directory))
    (directory / "ca.pem").write_text(AUTHORITY.pem)
    return f"""
        [[gateway.listeners]]
        id = "default"
        endpoint = "tcp:{{port}}:interface=127.0.0.1{BACKLOG}"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        http2 = true
    """


SHARED = SharedDaemon(_listener)


def numbers(count: int) -> bytes:
    """Write some events."""
    return b"".join(b"data: %d\n\n" % number for number in range(count))


class Http2Tests(WireCase):
    """One daemon, with an API for each test."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.url = f"https://localhost:{self.daemon.port}{self.path}"

    def client(self, **options: Any) -> Http2Client:
        """Connect."""
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        client = Http2Client(self.daemon.port, context, **options)
        self.addCleanup(client.close)
        self.assertEqual(client.protocol, "h2")
        return client

    def cpu_s(self) -> float:
        """How much CPU time the daemon has used."""
        fields = Path(f"/proc/{self.daemon.pid}/stat").read_text().rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def ask_curl(self, *options: str) -> str:
        """Call the API with curl, and give the protocol and the body."""
        program = shutil.which("curl")
        if program is None:
            raise SkipTest("needs curl")
        authority = str(self.daemon.data_dir / "ca.pem")
        shown = ("-sS", "-w", "HTTP/%{http_version}", "--cacert", authority)
        done = subprocess.run(
            [program, *shown, *options, self.url],
            capture_output=True,
            timeout=BOUND_S,
            check=True,
        )
        return done.stdout.decode()

    def test_curl(self) -> None:
        """An event stream over HTTP/2, and on the same port over HTTP/1.1."""

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(numbers(3)) + b"0\r\n\r\n")

        with scripted(script) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            body = numbers(3).decode()
            self.assertEqual(self.ask_curl("--http2"), f"{body}HTTP/2")
            self.assertEqual(self.ask_curl("--http1.1"), f"{body}HTTP/1.1")
        self.daemon.access_line(path=self.path, protocol="HTTP/2", kind="close")
        self.daemon.access_line(path=self.path, protocol="HTTP/1.1", kind="close")

    def test_httpx(self) -> None:
        """An upload is returned unchanged."""

        def script(connection: Connection) -> None:
            head = connection.head().lower()
            length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
            while len(connection.buffer) < length:
                connection.buffer += connection.socket.recv(65536)
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length)
            connection.send(connection.buffer)

        content = os.urandom(UPLOAD_BYTES)
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        with scripted(script) as (port, errors):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            with httpx.Client(http2=True, verify=context, timeout=BOUND_S) as client:
                answer = client.post(self.url, content=content)
                self.assertEqual(answer.http_version, "HTTP/2")
                self.assertTrue(answer.content == content)
            self.assertTrue(errors.empty())

    def test_a_thousand_streams_of_a_topic(self) -> None:
        """All subscribers of one connection get each event, once and in order."""
        self.daemon.publish(topics_api(self.path, {}))
        client = self.client()
        before = self.daemon.rss_bytes()
        streams = [client.get(self.path, flush=False) for _ in range(STREAMS)]
        client.flush()
        client.until(lambda: len(client.status) == STREAMS, "all heads")
        self.assertEqual(set(client.status.values()), {200})
        grown = (self.daemon.rss_bytes() - before) / STREAMS / 1024
        print(f"{grown:.1f} KiB for each quiet stream of a topic")
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        for number in range(10):
            request = urllib.request.Request(
                self.url,
                json.dumps({"data": f"number {number}"}).encode(),
                {"Content-Type": "application/json"},
            )
            with urllib.request.urlopen(request, context=context) as answer:
                self.assertLess(answer.status, 300)
        client.until(
            lambda: all(client.bodies[one].count(b"number 9") for one in streams),
            "the last event on all streams",
        )
        for one in streams:
            found = re.findall(rb"data: number (\d+)", client.bodies[one])
            self.assertEqual(found, [b"%d" % number for number in range(10)])

    def test_a_thousand_streams_of_a_source(self) -> None:
        """Each stream has its own connection to the source, and loses nothing."""
        source = LoggedSource(interval_ms=1000)
        source.start()
        self.addCleanup(source.kill)
        target = f"http://127.0.0.1:{source.port}/"
        self.daemon.publish(proxy_api(target, self.path))
        client = self.client()
        before = self.daemon.rss_bytes()
        streams = [client.get(self.path, flush=False) for _ in range(STREAMS)]
        client.flush()
        client.until(
            lambda: all(client.bodies[one].count(b"data:") > 2 for one in streams),
            "three events on all streams",
        )
        grown = (self.daemon.rss_bytes() - before) / STREAMS / 1024
        print(f"{grown:.1f} KiB for each stream of a source")
        self.assertEqual(source.most_connections(), STREAMS)
        for one in streams:
            lines = client.bodies[one].rpartition(b"\n\n")[0].split(b"\n")
            seen = [int(line[6:]) for line in lines if line.startswith(b"data: ")]
            self.assertEqual(seen, list(range(seen[0], seen[0] + len(seen))))

    def test_leaving_one_stream(self) -> None:
        """A reset stream releases its source at once, and other streams continue."""
        connections: Queue[Connection] = Queue()

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(numbers(1)))
            connections.put(connection)
            ended.wait(BOUND_S)

        ended = threading.Event()
        self.addCleanup(ended.set)
        with scripted(script) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            client = self.client()
            stays = client.get(self.path)
            neighbour = connections.get(timeout=BOUND_S)
            came, took = [], []
            for number in range(LEAVERS):
                begun = time.monotonic()
                leaves = client.get(self.path)
                source = connections.get(timeout=BOUND_S)
                client.until_event(leaves)
                came.append(time.monotonic() - begun)
                begun = time.monotonic()
                client.leave(leaves)
                took.append(source.closed_at() - begun)
                neighbour.send(chunk(b"data: after %d\n\n" % number))
            last = b"after %d\n" % (LEAVERS - 1)
            client.until(lambda: last in client.bodies[stays], "the neighbour's events")
            print(f"left, and let go of after {max(took) * 1000:.1f} ms at the most")
            self.assertLess(median(took), median(came) * LEAVE_RATIO)
            self.assertNotIn(stays, client.resets)

    def test_a_source_that_breaks(self) -> None:
        """The stream is reset, and does not look finished; another is not touched."""

        def script(connection: Connection) -> None:
            head = connection.head()
            connection.send(EVENT_STREAM + chunk(numbers(2)))
            if b"/breaks" in head:
                connection.reset()
            else:
                ended.wait(BOUND_S)

        ended = threading.Event()
        self.addCleanup(ended.set)
        with scripted(script) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}", self.path))
            client = self.client()
            stays = client.get(f"{self.path}/stays")
            client.until_event(stays)
            breaks = client.get(f"{self.path}/breaks")
            client.until(lambda: breaks in client.resets, "a reset")
        self.assertEqual(client.bodies[breaks], numbers(2))
        self.assertNotIn(breaks, client.ended)
        self.assertEqual(client.resets[breaks], ErrorCodes.INTERNAL_ERROR)
        self.assertIsNone(client.goodbye)

    def flood(self, client: Http2Client, streams: int) -> None:
        """Have a source write without end to a client that reads nothing."""
        sent: list[int] = []
        event = chunk(b"data: " + b"x" * 16_000 + b"\n\n")

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM)
            while True:
                connection.send(event)
                sent.append(len(event))

        def held_back() -> bool:
            before = len(sent)
            time.sleep(0.5)
            return before == len(sent) and bool(sent)

        with scripted(script) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            before = self.daemon.rss_bytes()
            for _ in range(streams):
                client.get(self.path)
            until(held_back, "the sources are held back")
            growth = self.daemon.rss_bytes() - before
            began_s = self.cpu_s()
            time.sleep(2)
            used = (self.cpu_s() - began_s) / 2
        print(f"stalled: {growth / MIB:.1f} MiB more, {used * 100:.1f} % CPU")
        self.assertLess(growth, FLOOD_GROWTH_BYTES)
        self.assertLess(used, 0.1)

    def test_a_client_that_stops_reading(self) -> None:
        """A client that stops reading with large windows occupies bounded memory."""
        self.flood(self.client(), streams=20)

    def test_a_client_that_opens_no_window(self) -> None:
        """Data that has no window costs no CPU while it waits."""
        self.flood(self.client(window_bytes=65_535), streams=20)

    def test_chromium(self) -> None:
        """More EventSources on one origin than a browser has connections for."""
        source = LoggedSource(interval_ms=50)
        source.start()
        self.addCleanup(source.kill)
        target = f"http://127.0.0.1:{source.port}/"
        self.daemon.publish(message_api(target, self.path, {}))
        query = {"url": self.url, "count": EVENT_SOURCES}
        result = posted(self, "http2.html", query, "--ignore-certificate-errors")
        self.assertEqual(result, {"opened": EVENT_SOURCES, "seen": EVENT_SOURCES})
        line = self.daemon.access_line(path=self.path, kind="open")
        self.assertEqual(line["protocol"], "HTTP/2")


class DrainTests(WireCase):
    """A daemon that stops."""

    def test_goodbye(self) -> None:
        """GOAWAY, the goodbye of the stream and its end, then the connection's."""
        directory = self.new_directory()
        daemon = self.start_daemon(directory, _listener(directory))
        daemon.publish(topics_api("/topic", {}))
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        client = Http2Client(daemon.port, context)
        self.addCleanup(client.close)
        stream = client.get("/topic")
        client.until(lambda: stream in client.status, "the head")
        os.kill(daemon.pid, signal.SIGTERM)
        client.until(lambda: client.goodbye is not None, "GOAWAY")
        self.assertEqual(client.goodbye, ErrorCodes.NO_ERROR)
