"""A client that leaves frees the source at once, whatever it was waiting for."""

from __future__ import annotations

import socket
import ssl
import struct
import time
from functools import partial
from pathlib import Path
from queue import Queue

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    Script,
    chunk,
    scripted,
    server_context,
)
from tests.wire.http.http2_client import Http2Client
from tests.wire.messages.test_topics import topics_api

REPETITIONS = 10
BOUND_MS = 1000.0
"""Loose on purpose: a busy machine must not fail this. ``make bench`` is strict."""


AUTHORITY = Authority()


def _listeners(directory: Path) -> str:
    """Write a plain listener, one with TLS, and one with PROXY headers."""
    written = AUTHORITY.server("localhost").write(str(directory))
    return f"""
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        http2 = true
        [[gateway.listeners]]
        id = "proxied"
        endpoint = "haproxy:tcp:0:interface=127.0.0.1"
    """


SHARED = SharedDaemon(_listeners)


class LeavingTests(WireCase):
    """TCP and TLS on both sides, before the head and during the body."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()

    def client(self, tls: bool) -> RawClient:
        """Connect to one of the listeners."""
        context = None
        if tls:
            context = ssl.create_default_context(cadata=AUTHORITY.pem)
        port = self.daemon.ports["tls"] if tls else self.daemon.port
        client = RawClient(port, context)
        self.addCleanup(client.close)
        return client

    def measure(self, client_tls: bool, source_tls: bool, during_body: bool) -> None:
        """
        Close clients one after another, and assert that each is noticed within the
        bound.
        """
        closed: Queue[float] = Queue()
        asked: Queue[bool] = Queue()
        context = None
        if source_tls:
            context = server_context(AUTHORITY.server("localhost"))
        with scripted(_watching(asked, closed, during_body), context) as (port, _):
            scheme = "https" if source_tls else "http"
            path = "/" + self.id().rpartition(".")[2]
            target = f"{scheme}://localhost:{port}/"
            self.daemon.publish(proxy_api(target, path, ssl={"trustAll": True}))
            took_ms = []
            for _ in range(REPETITIONS):
                client = self.client(client_tls)
                client.get(path)
                asked.get(timeout=BOUND_S)
                if during_body:
                    client.until(b"data: 1\n\n")
                left = time.monotonic()
                client.close()
                took_ms.append((closed.get(timeout=BOUND_S) - left) * 1000)
        print(f"{path}: closed after {max(took_ms):.1f} ms at most")
        self.assertLess(max(took_ms), BOUND_MS)
        line = self.daemon.access_line(path=path, kind="close")
        self.assertEqual(line["outcome"], "client_gone")
        self.assertEqual(line["status"], 200 if during_body else 499)

    def test_before_the_head(self) -> None:
        """TCP on both sides."""
        self.measure(False, False, during_body=False)

    def test_during_the_body(self) -> None:
        """TCP on both sides."""
        self.measure(False, False, during_body=True)

    def test_before_the_head_with_tls(self) -> None:
        """TLS on both sides."""
        self.measure(True, True, during_body=False)

    def test_during_the_body_with_tls(self) -> None:
        """TLS on both sides."""
        self.measure(True, True, during_body=True)

    def test_before_the_head_with_a_tls_source(self) -> None:
        """TLS to the source only."""
        self.measure(False, True, during_body=False)

    def test_during_the_body_with_a_tls_client(self) -> None:
        """TLS to the client only."""
        self.measure(True, False, during_body=True)


class HalfCloseTests(WireCase):
    """Clients that end their side of the connection after their request."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()

    def half_closed(self, path: str, listener: str = "plain") -> RawClient:
        """Send a request, and end the client's side."""
        client = RawClient(self.daemon.ports[listener])
        self.addCleanup(client.close)
        if listener == "proxied":
            client.send(b"PROXY TCP4 192.0.2.7 127.0.0.1 4000 80\r\n")
        client.get(path, "Accept: text/event-stream")
        client.socket.shutdown(socket.SHUT_WR)
        return client

    def test_call(self) -> None:
        """The response arrives whole, and the connection ends."""
        asked: Queue[bool] = Queue()
        answer: Queue[bytes] = Queue()

        def script(connection: Connection) -> None:
            connection.head()
            asked.put(True)
            connection.send(answer.get(timeout=BOUND_S))

        with scripted(script) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/half-call"))
            for listener in ("plain", "proxied"):
                client = self.half_closed("/half-call", listener)
                asked.get(timeout=BOUND_S)
                answer.put(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine")
                rest, how = client.rest()
                self.assertTrue(rest.startswith(b"HTTP/1.1 200 OK\r\n"), rest)
                self.assertTrue(rest.endswith(b"\r\n\r\nfine"), rest)
                self.assertEqual(how, "close", listener)
        line = self.daemon.access_line(path="/half-call", kind="close")
        self.assertEqual(line["outcome"], "completed")

    def test_gone_through_a_proxy(self) -> None:
        """A client whose proxy passes its address on frees the source, too."""
        asked: Queue[bool] = Queue()
        closed: Queue[float] = Queue()
        with scripted(_watching(asked, closed, False)) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/half-gone"))
            client = self.half_closed("/half-gone", "proxied")
            asked.get(timeout=BOUND_S)
            client.close()
            closed.get(timeout=BOUND_S)

    def test_event_stream(self) -> None:
        """
        An event stream continues until a heartbeat finds that the client has left.
        """
        api = topics_api("/half-topics", {})
        sse = {"type": "sse", "configuration": {"heartbeatIntervalInMs": 1000}}
        api["listeners"][0]["entrypoints"][0] = sse
        self.daemon.publish(api)
        client = self.half_closed("/half-topics/t")
        client.until(b"\r\n\r\n")
        self.daemon.access_line(path="/half-topics/t", kind="open")
        publisher = RawClient(self.daemon.port)
        self.addCleanup(publisher.close)
        publisher.send(
            b"POST /half-topics/t HTTP/1.1\r\nHost: localhost\r\n"
            b"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nnews"
        )
        publisher.socket.shutdown(socket.SHUT_WR)
        self.assertIn(b"HTTP/1.1 20", publisher.rest()[0])
        self.assertIn(b"data: news", client.until(b"\n\n"))
        client.close()
        line = self.daemon.access_line(
            path="/half-topics/t", kind="close", method="GET"
        )
        self.assertEqual(line["outcome"], "client_gone")


class LogTests(WireCase):
    """The log lines about clients that leave."""

    def test_a_client_that_leaves_a_stream_is_no_error(self) -> None:
        """A client that leaves a stream is not logged as an error."""
        daemon = SHARED.get()
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        h2 = ssl.create_default_context(cadata=AUTHORITY.pem)
        h2.set_alpn_protocols(["h2"])
        handshake = (
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        )
        closed: Queue[float] = Queue()
        with scripted(_watching(Queue(), closed, True)) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/leave-proxy"))
            topics = topics_api("/leave-topics", {})
            topics["listeners"][0]["entrypoints"].append({"type": "websocket"})
            daemon.publish(topics)
            before, known = len(daemon.log()), len(daemon.access_lines())
            streams = 0
            for tls in (None, context):
                for path, lines in (
                    ("/leave-proxy", ()),
                    ("/leave-topics/t", ("Accept: text/event-stream",)),
                    ("/leave-topics/t", handshake),
                ):
                    for leave in (RawClient.close, _reset):
                        port = daemon.ports["tls"] if tls else daemon.port
                        client = RawClient(port, tls)
                        client.get(path, *lines)
                        client.until(b"\r\n\r\n")
                        leave(client)
                        streams += 1
            for path in ("/leave-proxy", "/leave-topics/t"):
                for by_reset in (True, False):
                    peer = Http2Client(daemon.ports["tls"], h2)
                    number = peer.get(path)
                    peer.until(partial(peer.heads.get, number), "the head")
                    if by_reset:
                        peer.leave(number)
                    peer.close()
                    streams += 1

            def gone() -> bool:
                lines = daemon.access_lines()[known:]
                ended = [one["outcome"] for one in lines if one["kind"] == "close"]
                return ended == ["client_gone"] * streams

            until(gone, "all streams are over")
        self.assertNotRegex(daemon.log()[before:], r"#(warn|error|critical)|Traceback")


def _reset(client: RawClient) -> None:
    """Leave by RST, as a process that dies with unread data does."""
    now = struct.pack("ii", 1, 0)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
    client.close()


def _watching(asked: Queue[bool], closed: Queue[float], body: bool) -> Script:
    """Make a source that reports the request and then the end of its connection."""

    def script(connection: Connection) -> None:
        connection.head()
        if body:
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
        asked.put(True)
        closed.put(connection.closed_at())

    return script
