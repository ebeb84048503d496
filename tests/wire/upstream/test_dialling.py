"""How the source is reached: trust, client certificates, forward proxies."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import SharedDaemon, proxy_api
from tests.wire.harness.scripted import Connection, answering, scripted, server_context

AUTHORITY = Authority()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
SHARED = SharedDaemon()


class DiallingTests(WireCase):
    """One daemon, with an API for each test."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2]

    def answer(self, target: str, **shared: Any) -> tuple[int, bytes]:
        """Publish an API and call it."""
        self.daemon.publish(proxy_api(target, self.path, **shared))
        answer = self.daemon.get(self.path, {"Accept": "application/json"})
        return answer.status, answer.body

    def trust(self, **more: object) -> dict[str, object]:
        """Trust our authority only."""
        return {"trustStore": {"type": "PEM", "content": AUTHORITY.pem}, **more}

    def test_a_trusted_source(self) -> None:
        """A certificate of the trust store, with the source's name, is accepted."""
        context = server_context(AUTHORITY.server("localhost"))
        with scripted(answering(OK), context) as (port, _):
            target = f"https://localhost:{port}/"
            self.assertEqual(self.answer(target, ssl=self.trust()), (200, b"ok"))

    def test_another_name(self) -> None:
        """A certificate for another name is refused, unless names do not matter."""
        context = server_context(AUTHORITY.server("other.example"))
        with scripted(answering(OK), context) as (port, _):
            target = f"https://localhost:{port}/"
            status, body = self.answer(target, ssl=self.trust())
            self.assertEqual(status, 502)
            self.assertIn(b"GATEWAY_CLIENT_TLS_HANDSHAKE_ERROR", body)
            self.path += "-unverified"
            options = self.trust(hostnameVerifier=False)
            self.assertEqual(self.answer(target, ssl=options), (200, b"ok"))

    def test_a_client_certificate(self) -> None:
        """The source asks for one and gets the API's own."""
        context = server_context(AUTHORITY.server("localhost"))
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=AUTHORITY.pem)
        client = AUTHORITY.client("the relay")
        key_store = {
            "type": "PEM",
            "certContent": client.certificate_pem,
            "keyContent": client.key_pem,
        }
        with scripted(answering(OK), context) as (port, _):
            target = f"https://localhost:{port}/"
            options = self.trust(keyStore=key_store)
            self.assertEqual(self.answer(target, ssl=options), (200, b"ok"))
            self.path += "-without"
            self.assertEqual(self.answer(target, ssl=self.trust())[0], 502)

    def test_a_connect_proxy(self) -> None:
        """The way leads through it, with its credentials, and TLS inside."""
        context = server_context(AUTHORITY.server("localhost"))
        heads: list[bytes] = []

        def proxy(connection: Connection) -> None:
            head = connection.head()
            heads.append(head)
            host, _, port = head.split(b" ")[1].partition(b":")
            with socket.create_connection((host.decode(), int(port))) as beyond:
                connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _join(connection.socket, beyond)

        with (
            scripted(answering(OK), context) as (port, _),
            scripted(proxy) as (proxy_port, _),
        ):
            answer = self.answer(
                f"https://localhost:{port}/",
                ssl=self.trust(),
                proxy={
                    "enabled": True,
                    "type": "HTTP",
                    "host": "127.0.0.1",
                    "port": proxy_port,
                    "username": "user",
                    "password": "secret",
                },
            )
        self.assertEqual(answer, (200, b"ok"))
        self.assertIn(base64.b64encode(b"user:secret"), heads[0])
        self.assertNotIn("secret", self.daemon.log())

    def test_a_proxy_that_refuses(self) -> None:
        """The refusal of a proxy is reported to the client."""
        refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
        with scripted(answering(refusal)) as (port, _):
            status, body = self.answer(
                "http://source.example/",
                proxy={"enabled": True, "host": "127.0.0.1", "port": port},
            )
        self.assertEqual(status, 502)
        self.assertIn(b"407", body)

    def test_a_socks_proxy(self) -> None:
        """SOCKS5, with the host's name resolved by the proxy."""
        asked: list[bytes] = []

        def proxy(connection: Connection) -> None:
            receive = connection.socket.recv
            receive(3)
            connection.send(b"\x05\x00")
            length = receive(5)[4]
            asked.append(receive(length))
            port = int.from_bytes(receive(2), "big")
            with socket.create_connection(("127.0.0.1", port)) as beyond:
                connection.send(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
                _join(connection.socket, beyond)

        with (
            scripted(answering(OK)) as (port, _),
            scripted(proxy) as (proxy_port, _),
        ):
            answer = self.answer(
                f"http://source.example:{port}/",
                proxy={
                    "enabled": True,
                    "type": "SOCKS5",
                    "host": "127.0.0.1",
                    "port": proxy_port,
                },
            )
        self.assertEqual(answer, (200, b"ok"))
        self.assertEqual(asked, [b"source.example"])


def _join(one: socket.socket, other: socket.socket) -> None:
    """Pass bytes both ways until either side ends."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            return

    back = threading.Thread(target=pump, args=(other, one), daemon=True)
    back.start()
    pump(one, other)
