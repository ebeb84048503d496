"""Connections before their first request: PROXY headers, handshakes, silence."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from twisted.trial.unittest import SkipTest

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon, proxy_api, until
from tests.wire.harness.ports import accepts, fixed_port
from tests.wire.harness.scripted import echoing, scripted

AUTHORITY = Authority()
HEAD_TIMEOUT_S = 1.0
FORWARD = """\
defaults
    mode tcp
    timeout connect 5s
    timeout client 60s
    timeout server 60s
listen clients
    bind 127.0.0.1:{port}
    server relay 127.0.0.1:{relay} {option}
"""


def _settings(directory: Path) -> str:
    written = AUTHORITY.server("localhost").write(str(directory))
    pair = f'certificate = "{written.certificate}", key = "{written.key}"'
    return f"""
        [gateway]
        head_timeout_ms = {HEAD_TIMEOUT_S * 1000:.0f}
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "tls"
        endpoint = "tcp:0:interface=127.0.0.1"
        tls = {{ {pair} }}
        [[gateway.listeners]]
        id = "h2"
        endpoint = "tcp:0:interface=127.0.0.1"
        tls = {{ {pair}, http2 = true }}
        [[gateway.listeners]]
        id = "proxied"
        endpoint = "haproxy:tcp:0:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "proxied-tls"
        endpoint = "haproxy:tcp:0:interface=127.0.0.1"
        tls = {{ {pair} }}
    """


SHARED = SharedDaemon(_settings)


class BeforeTheFirstRequestTests(WireCase):
    """One daemon with a listener of each kind, and a short ``head_timeout_ms``."""

    def setUp(self) -> None:
        """Take the daemon."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2]

    def ended_after(self, client: socket.socket) -> float:
        """Wait for the end of a connection, and give its age in seconds."""
        began = time.monotonic()
        client.settimeout(20 * HEAD_TIMEOUT_S)
        try:
            while client.recv(65536):
                pass
        except (ConnectionResetError, ssl.SSLEOFError):
            pass
        return time.monotonic() - began

    def test_head_timeout_covers_what_comes_before_a_head(self) -> None:
        """Silence, half a handshake and half a PROXY header end after it."""
        hello = ssl.MemoryBIO()
        context = ssl.create_default_context()
        context.check_hostname = False
        handshake = context.wrap_bio(ssl.MemoryBIO(), hello)
        with self.assertRaises(ssl.SSLWantReadError):
            handshake.do_handshake()
        half_hello = hello.read()[:50]
        management = self.daemon.management_port
        opened = []
        for port, sent in (
            (self.daemon.port, b""),
            (self.daemon.ports["tls"], b""),
            (self.daemon.ports["tls"], half_hello),
            (self.daemon.ports["h2"], b""),
            (self.daemon.ports["h2"], half_hello),
            (self.daemon.ports["proxied"], b""),
            (self.daemon.ports["proxied"], b"PROXY TCP4 203.0"),
            (self.daemon.ports["proxied"], b"PROXY UNKNOWN\r\n"),
            (self.daemon.ports["proxied-tls"], b"PROXY UNKNOWN\r\n" + half_hello),
            (management, b""),
            (management, b"GET / HT"),
        ):
            client = socket.create_connection(("127.0.0.1", port))
            self.addCleanup(client.close)
            client.sendall(sent)
            opened.append((port, sent, client))
        for port, sent, client in opened:
            with self.subTest(port=port, sent=sent):
                self.assertLess(self.ended_after(client), 10 * HEAD_TIMEOUT_S)
        self.assertEqual(self.daemon.get("/no-api").status, 404)

    def test_a_handshake_without_a_request_is_bounded(self) -> None:
        """A client that finished its TLS handshake and asks nothing is let go, too."""
        for name, protocols in (("tls", ["http/1.1"]), ("h2", ["h2"])):
            context = ssl.create_default_context(cadata=AUTHORITY.pem)
            context.set_alpn_protocols(protocols)
            client = RawClient(self.daemon.ports[name], context)
            self.addCleanup(client.socket.close)
            self.assertLess(self.ended_after(client.socket), 10 * HEAD_TIMEOUT_S)

    def test_wrong_headers_close_without_a_trace(self) -> None:
        """No answer, no traceback, and not a byte of the header in a log."""
        for header in (
            b"PROXY TCP4 evil-address 127.0.0.1 5000 80\r\n",
            b"PROXY TCP4 203.0.113.77 127.0.0.1 99999 80\r\n",
            b"PROXY TCP4 203.0.113.77 127.0.0.1 5000 80\n",
            b"GET / HTTP/1.1\r\nHost: evil-address\r\n\r\n",
        ):
            client = RawClient(self.daemon.ports["proxied"])
            self.addCleanup(client.socket.close)
            client.send(header + b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual(client.rest()[0], b"", header)
        self.daemon.get(self.path)
        self.daemon.access_line(path=self.path, kind="close")
        written = self.daemon.log() + json.dumps(self.daemon.access_lines())
        for trace in ("Traceback", "evil-address", "203.0.113.77"):
            self.assertNotIn(trace, written)

    def test_haproxy_in_front(self) -> None:
        """Both forms of HAProxy's PROXY header are accepted."""
        with scripted(echoing) as (port, _):
            self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
            for option in ("send-proxy", "send-proxy-v2"):
                with self.subTest(option), self.haproxy("proxied", option) as front:
                    client = socket.create_connection(
                        ("127.0.0.1", front), source_address=("127.0.0.9", 0)
                    )
                    self.addCleanup(client.close)
                    client.sendall(
                        f"GET {self.path} HTTP/1.1\r\nHost: a\r\n"
                        "Connection: close\r\n\r\n".encode()
                    )
                    received = b""
                    while more := client.recv(65536):
                        received += more
                    body = received.partition(b"\r\n\r\n")[2]
                    self.assertEqual(json.loads(body)["x-forwarded-for"], "127.0.0.9")

    @contextmanager
    def haproxy(self, listener: str, option: str) -> Iterator[int]:
        """Run HAProxy before a listener, and give its port."""
        program = shutil.which("haproxy") or shutil.which("/usr/sbin/haproxy")
        if program is None:
            raise SkipTest("haproxy is not installed")
        port, directory = fixed_port(), Path(self.mktemp())
        directory.mkdir(parents=True)
        configuration = directory / "haproxy.cfg"
        configuration.write_text(
            FORWARD.format(port=port, relay=self.daemon.ports[listener], option=option)
        )
        process = subprocess.Popen([program, "-db", "-f", str(configuration)])
        try:
            until(lambda: accepts(port), "HAProxy accepts")
            yield port
        finally:
            process.kill()
            process.wait()
