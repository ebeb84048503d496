"""A daemon's listeners: one reading of a path, and no tunnel through any of them."""

from __future__ import annotations

import ssl
from pathlib import Path

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BACKLOG, SharedDaemon, proxy_api
from tests.wire.harness.scripted import Connection, scripted
from tests.wire.http.http2_client import Http2Client

AUTHORITY = Authority()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
ELSEWHERE = (
    "/alpha/../../beta/api/orders",
    "/alpha/%2e%2e/%2E%2e/beta/api/orders",
    "/alpha/..%2f..%2fbeta/api/orders",
    "/alpha/..;/..;/beta/api/orders",
    "/alpha/..\\..\\beta/api/orders",
    "/alpha/%252e%252e/beta/api/orders",
    "/alpha/%c0%ae%c0%ae/beta/api/orders",
    "/x/../alpha",
    "/alpha/a%00",
)


def _listeners(directory: Path) -> str:
    written = AUTHORITY.server("localhost", "127.0.0.1").write(str(directory))
    return f"""
        [[gateway.listeners]]
        id = "default"
        endpoint = "tcp:{{port}}:interface=127.0.0.1{BACKLOG}"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        http2 = true

        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:0:interface=127.0.0.1{BACKLOG}"
    """


SHARED = SharedDaemon(_listeners)


class FrontTests(WireCase):
    """One daemon with a plain listener, one of HTTP/2, and the management API."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()

    def raw(self, port: int) -> RawClient:
        """Connect without TLS."""
        client = RawClient(port)
        self.addCleanup(client.close)
        return client

    def http2(self) -> Http2Client:
        """Connect with HTTP/2."""
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        client = Http2Client(self.daemon.port, context)
        self.addCleanup(client.close)
        return client

    def test_no_spelling_of_a_path_leads_to_another_api(self) -> None:
        """Over HTTP/1.1 and HTTP/2 each is refused before a source sees it."""
        asked: list[bytes] = []

        def script(connection: Connection) -> None:
            while True:
                asked.append(connection.head().split(b" ")[1])
                connection.send(ANSWER)

        with scripted(script) as (port, _):
            target = f"http://127.0.0.1:{port}/alpha/api"
            self.daemon.publish(proxy_api(target, "/alpha"))
            for path in ELSEWHERE:
                client = self.raw(self.daemon.ports["plain"])
                client.get(path)
                self.assertIn(b" 400 ", client.until(b"\r\n"), path)
                over = self.http2()
                status, _, _ = over.answer(over.ask(path, {}))
                self.assertEqual(status, 400, path)
            self.assertEqual(asked, [])
            client = self.raw(self.daemon.ports["plain"])
            client.get("//%61lpha;x/orders%20new//")
            self.assertIn(b" 200 ", client.until(b"\r\n"))
            self.assertEqual(asked, [b"/alpha/api/orders%20new//"])

    def test_connect_is_refused_on_every_listener_before_its_body(self) -> None:
        """
        CONNECT is a 405 with ``Allow``, and the bytes after it are not read as a
        request.
        """
        for port in (self.daemon.ports["plain"], self.daemon.management_port):
            for target in ("/alpha", "localhost:22"):
                client = self.raw(port)
                client.send(
                    f"CONNECT {target} HTTP/1.1\r\nHost: localhost\r\n"
                    "Content-Length: 100\r\n\r\n".encode()
                )
                head = client.until(b"\r\n\r\n")
                self.assertTrue(head.startswith(b"HTTP/1.1 405 "), head)
                self.assertIn(b"\r\nallow: ", head.lower())
                client.send(b"GET /alpha HTTP/1.1\r\nHost: localhost\r\n\r\n")
                self.assertNotIn(b"HTTP/1.1", client.rest()[0])
        over = self.http2()
        stream_id = over.h2.get_next_available_stream_id()
        fields = [(":method", "CONNECT"), (":authority", "localhost:22")]
        over.h2.send_headers(stream_id, fields)
        over.flush()
        status, headers, _ = over.answer(stream_id)
        self.assertEqual(status, 405)
        self.assertIn("GET", headers["allow"])
