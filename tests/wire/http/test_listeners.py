"""Listeners with TLS, client certificates, proxies in front, and ids."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from pathlib import Path

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api
from tests.wire.harness.scripted import answering, echoing, scripted

AUTHORITY = Authority()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def _listeners(directory: Path) -> str:
    """Write one listener of each kind."""
    written = AUTHORITY.server("localhost").write(str(directory))
    pair = f'certificate = "{written.certificate}", key = "{written.key}"'
    return f"""
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        trusted_proxies = ["127.0.0.0/8"]
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1"
        tls = {{ {pair} }}
        [[gateway.listeners]]
        id = "required"
        endpoint = "tcp:0:interface=127.0.0.1"
        tls = {{ {pair}, client_auth = "required", ca = "{written.ca}" }}
        [[gateway.listeners]]
        id = "request"
        endpoint = "tcp:0:interface=127.0.0.1"
        tls = {{ {pair}, client_auth = "request", ca = "{written.ca}" }}
        [[gateway.listeners]]
        id = "haproxy"
        endpoint = "haproxy:tcp:0:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "unix"
        endpoint = "unix:{directory}/gateway.sock"
        trusted_proxies = ["unix"]
    """


SHARED = SharedDaemon(_listeners)


class ListenerTests(WireCase):
    """One daemon with a listener of each kind."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2]

    def context(self, client: Authority | None = None) -> ssl.SSLContext:
        """Make a client's TLS side, with a certificate if an authority is given."""
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        if client is not None:
            written = client.client().write(self.mktemp_directory())
            context.load_cert_chain(written.certificate, written.key)
        return context

    def mktemp_directory(self) -> str:
        """Make a directory."""
        path = Path(self.mktemp())
        path.mkdir(parents=True)
        return str(path)

    def status(self, listener: str, context: ssl.SSLContext) -> int:
        """Call the test's API over TLS."""
        connection = http.client.HTTPSConnection(
            "localhost", self.daemon.ports[listener], timeout=BOUND_S, context=context
        )
        try:
            connection.request("GET", self.path)
            return connection.getresponse().status
        finally:
            connection.close()

    def test_tls(self) -> None:
        """A TLS listener serves, with HTTP/1.1 by ALPN, from TLS 1.2 on."""
        context = self.context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with scripted(answering(OK)) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            client = RawClient(self.daemon.ports["tls"], context)
            self.addCleanup(client.close)
            handle = client.socket
            assert isinstance(handle, ssl.SSLSocket)
            self.assertEqual(handle.selected_alpn_protocol(), "http/1.1")
            client.get(self.path)
            self.assertIn(b"200 OK", client.until(b"\r\n\r\n"))
        old = self.context()
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            RawClient(self.daemon.ports["tls"], old)

    def test_a_client_certificate_is_required(self) -> None:
        """Ours gets in; another authority's and none do not."""
        with scripted(answering(OK)) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            self.assertEqual(self.status("required", self.context(AUTHORITY)), 200)
            for client in (None, Authority("Another Root")):
                with self.assertRaises((ssl.SSLError, ConnectionError, OSError)):
                    self.status("required", self.context(client))

    def test_a_client_certificate_is_asked_for(self) -> None:
        """
        A client without a certificate is accepted; one of another authority is refused.
        """
        with scripted(answering(OK)) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            self.assertEqual(self.status("request", self.context()), 200)
            self.assertEqual(self.status("request", self.context(AUTHORITY)), 200)
            with self.assertRaises((ssl.SSLError, ConnectionError, OSError)):
                self.status("request", self.context(Authority("Another Root")))

    def test_the_proxy_protocol(self) -> None:
        """An ``haproxy:`` endpoint takes the client's address from its header."""
        with scripted(echoing) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            client = RawClient(self.daemon.ports["haproxy"])
            self.addCleanup(client.close)
            client.send(b"PROXY TCP4 203.0.113.9 127.0.0.1 5000 80\r\n")
            client.get(self.path, "Connection: close")
            _, _, body = client.rest()[0].partition(b"\r\n\r\n")
        self.assertEqual(json.loads(body)["x-forwarded-for"], "203.0.113.9")
        line = self.daemon.access_line(path=self.path, kind="close")
        self.assertEqual(line["remoteAddress"], "203.0.113.9")

    def test_a_trusted_proxy_is_believed(self) -> None:
        """The client's address is the last one that no trusted proxy sent."""
        with scripted(echoing) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            forwarded = {
                "X-Forwarded-For": "198.51.100.1, 203.0.113.9, 127.0.0.5",
                "X-Forwarded-Proto": "https",
                "X-Forwarded-Host": "public.example",
            }
            seen = self.daemon.get(self.path, forwarded).json()
        self.assertEqual(
            seen["x-forwarded-for"],
            "198.51.100.1, 203.0.113.9, 127.0.0.5, 127.0.0.1",
        )
        self.assertEqual(
            (seen["x-forwarded-proto"], seen["x-forwarded-host"]),
            ("https", "public.example"),
        )
        line = self.daemon.access_line(path=self.path, kind="close")
        self.assertEqual(line["remoteAddress"], "203.0.113.9")

    def test_a_proxy_on_a_unix_socket_is_believed(self) -> None:
        """A proxy on a UNIX socket is trusted if the listener says so."""
        with scripted(echoing) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            connection = http.client.HTTPConnection("localhost", timeout=BOUND_S)
            connection.sock = socket.socket(socket.AF_UNIX)
            self.addCleanup(connection.close)
            connection.sock.connect(str(self.daemon.data_dir / "gateway.sock"))
            headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
            connection.request("GET", self.path, headers=headers)
            seen = json.loads(connection.getresponse().read())
        self.assertEqual(seen["x-forwarded-proto"], "https")
        line = self.daemon.access_line(path=self.path, kind="close")
        self.assertEqual(line["remoteAddress"], "203.0.113.9")

    def test_an_api_bound_to_a_listener(self) -> None:
        """``servers`` names the listeners that serve it; others know nothing of it."""
        definition = proxy_api("http://127.0.0.1:1/", self.path)
        definition["listeners"][0]["servers"] = ["tls"]
        self.daemon.publish(definition)
        self.assertEqual(self.daemon.get(self.path).status, 404)
        self.assertEqual(self.status("tls", self.context()), 502)
