"""Listeners that a changed settings file adds, removes and changes."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import threading
from pathlib import Path

from websockets.sync.client import connect

from tests.pki import Authority
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BACKLOG, Daemon, proxy_api, until
from tests.wire.harness.ports import fixed_port
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    answering,
    chunk,
    scripted,
)
from tests.wire.http.http2_client import Http2Client
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.reloading import ReloadCase
from tests.wire.operate.technical import technical

AUTHORITY = Authority()
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
RELOADS = 20


def listener(port: int, id: str = "default", more: str = "") -> str:
    """Write one listener."""
    return (
        f'[[gateway.listeners]]\nid = "{id}"\n'
        f'endpoint = "tcp:{port}:interface=127.0.0.1{BACKLOG}"\n{more}\n'
    )


def refuses(port: int) -> bool:
    """Whether nothing listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class ListenerChangeTests(ReloadCase):
    """Each test has a daemon of its own."""

    def setUp(self) -> None:
        """Start a daemon with one listener, and publish an API."""
        self.port, self.other = fixed_port(), fixed_port()
        self.daemon = self.start(listener(self.port))
        source = scripted(answering(OK))
        port, _ = source.__enter__()
        self.addCleanup(source.__exit__, None, None, None)
        self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/a"))

    def status(self, port: int, *headers: str, path: str = "/a") -> bytes:
        """Call the API at a port."""
        client = RawClient(port)
        self.addCleanup(client.close)
        client.get(path, "Connection: close", *headers)
        return client.until(b"\r\n").split(b" ")[1]

    def test_added_and_removed(self) -> None:
        """
        An added one accepts at once. A removed one accepts no more; the next response
        of an open connection is its last.
        """
        both = listener(self.port) + listener(self.other, "more")
        found = self.reload(self.daemon, both)
        self.assertEqual(found["applied"], ["gateway.listeners.more"])
        self.assertEqual(self.status(self.other), b"200")
        kept = RawClient(self.other)
        self.addCleanup(kept.close)
        kept.get("/a")
        self.assertNotIn(b"Connection: close", kept.until(b"\r\n\r\nok"))
        found = self.reload(self.daemon, listener(self.port))
        self.assertEqual(found["applied"], ["gateway.listeners.more"])
        until(lambda: refuses(self.other), "the port is closed")
        kept.get("/a")
        head = kept.until(b"\r\n\r\nok")
        self.assertIn(b"200 OK", head)
        self.assertIn(b"Connection: close", head)
        self.assertEqual(kept.rest(), (b"", "close"))
        self.assertEqual(self.status(self.port), b"200")
        log = self.daemon.log()
        self.assertIn(f"listening on 127.0.0.1:{self.other} (listener more)", log)
        self.assertIn(
            f"no longer listening on 127.0.0.1:{self.other} (listener more)", log
        )

    def test_an_address_in_use(self) -> None:
        """Nothing changes at all, whatever else could have changed."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.other))
            taken.listen()
            third = fixed_port()
            self.write(
                self.daemon,
                listener(third)
                + listener(self.other, "more")
                + "[limits]\nmax_exchanges = 9\n",
            )
            for query in ("?dryRun=true", ""):
                answer = self.post(self.daemon, query)
                self.assertEqual(answer.status, 400)
                (mistake,) = answer.json()["details"]
                self.assertIn(f"tcp:{self.other}", mistake["message"])
                self.assertIn("in use", mistake["message"])
                self.assertTrue(refuses(third))
                self.assertEqual(self.status(self.port), b"200")
        found = self.post(self.daemon).json()
        self.assertIn("limits.max_exchanges", found["applied"])
        self.assertEqual(self.status(third), b"200")
        until(lambda: refuses(self.port), "the port before is closed")

    def test_trusted_proxies(self) -> None:
        """A new connection meets the changed settings at the same port."""
        self.reload(
            self.daemon, listener(self.port, more='trusted_proxies = ["127.0.0.1"]')
        )
        self.status(self.port, "X-Forwarded-For: 203.0.113.7")
        line = self.daemon.access_line(remoteAddress="203.0.113.7")
        self.assertEqual(line["status"], 200)

    def test_other_arguments(self) -> None:
        """The backlog of an open port cannot change; this is reported."""
        toml = listener(self.port).replace(BACKLOG, ":backlog=9")
        found = self.reload(self.daemon, toml)
        self.assertEqual(found["applied"], [])
        self.assertEqual(found["left"], ["gateway.listeners.default.endpoint"])
        self.assertEqual(self.status(self.port), b"200")

    def test_tls(self) -> None:
        """A port that was plain gets TLS; files that cannot be used change nothing."""
        directory = self.new_directory()
        written = AUTHORITY.server("localhost").write(str(directory))
        tls = (
            f'[gateway.listeners.tls]\ncertificate = "{written.certificate}"\n'
            f'key = "{written.key}"\n'
        )
        self.write(self.daemon, listener(self.port, more=tls.replace("key =", "key=")))
        Path(written.key).rename(f"{written.key}.away")
        answer = self.post(self.daemon)
        self.assertEqual(answer.status, 400)
        self.assertIn(b"listener default", answer.body)
        self.assertEqual(self.status(self.port), b"200")
        Path(f"{written.key}.away").rename(written.key)
        found = self.post(self.daemon).json()
        self.assertEqual(found["applied"], ["gateway.listeners.default.tls"])
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        client = RawClient(self.port, context)
        self.addCleanup(client.close)
        client.get("/a")
        self.assertIn(b"200 OK", client.until(b"\r\n\r\nok"))


class RunningStreamTests(ReloadCase):
    """Streams of all kinds through many reloads."""

    def test_no_stream_ends(self) -> None:
        """
        HTTP/1.1, HTTP/2 and WebSocket streams continue through 20 reloads, of which
        each changes or removes the listener that they came through.
        """
        directory = self.new_directory()
        written = AUTHORITY.server("localhost").write(str(directory))
        plain, secure = fixed_port(), fixed_port()
        tls = (
            f'[gateway.listeners.tls]\ncertificate = "{written.certificate}"\n'
            f'key = "{written.key}"\nhttp2 = true\n'
        )

        def toml(turn: int) -> str:
            more = f'trusted_proxies = ["192.0.2.{turn}"]\n'
            both = listener(plain, more=more) + listener(secure, "tls", more + tls)
            if turn == RELOADS:
                both = listener(fixed_port(), "new")
            return both + (
                f"[gateway]\nrequest_timeout_ms = {1000 + turn}\n"
                f"stall_timeout_ms = {60000 + turn}\n"
                f"[limits]\nmax_exchanges = {100 + turn}\n"
                f"[log]\naccess_keep = {1 + turn}\n"
                f"[admin]\ncredential_cache_ms = {300000 + turn}\n"
            )

        connections: list[Connection] = []

        def script(connection: Connection) -> None:
            connection.head()
            connections.append(connection)
            connection.send(EVENT_STREAM + chunk(b"data: 0\n\n"))
            # For as long as the test takes, which depends on the machine.
            over.wait()

        over = threading.Event()
        self.addCleanup(over.set)
        daemon = self.start(toml(0))
        with scripted(script) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/s"))
            topics = topics_api("/topics", {"lingerMs": 0})
            topics["listeners"][0]["entrypoints"].append(
                {
                    "type": "websocket",
                    "configuration": {"publisher": {"enabled": True}},
                }
            )
            daemon.publish(topics)
            one = RawClient(plain)
            self.addCleanup(one.close)
            one.get("/s")
            one.until(b"data: 0\n\n")
            context = ssl.create_default_context(cadata=AUTHORITY.pem)
            two = Http2Client(secure, context)
            self.addCleanup(two.close)
            stream = two.get("/s")
            two.until_event(stream)
            web = connect(f"ws://127.0.0.1:{plain}/topics/news", compression=None)
            self.addCleanup(web.close)
            for turn in range(1, RELOADS + 1):
                found = self.reload(daemon, toml(turn))
                self.assertIn("limits.max_exchanges", found["applied"])
                for connection in connections:
                    connection.send(chunk(b"data: %d\n\n" % turn))
                web.send(json.dumps({"data": f"{turn}"}))
                one.until(b"data: %d\n\n" % turn)
                while b"data: %d\n\n" % turn not in two.bodies[stream]:
                    two.read()
                got = [json.loads(web.recv(timeout=10)) for _ in range(2)]
                self.assertIn(f"{turn}", [one.get("data") for one in got])
            until(lambda: refuses(plain) and refuses(secure), "the ports are closed")
            self.assertEqual(two.resets, {})
            # The source is still there.
            ended = [line for line in daemon.access_lines() if line["kind"] == "close"]
            self.assertEqual(ended, [])


class LeavingTests(ReloadCase):
    """A reload of a daemon that drains or stops."""

    def test_while_it_drains(self) -> None:
        """It is refused until the drain is cancelled; logs are opened again."""
        daemon = self.start()
        technical(daemon, "POST", "/_node/drain", {"seconds": 60})
        self.write(daemon, "[limits]\nmax_exchanges = 3\n")
        for query in ("", "?dryRun=true"):
            answer = self.post(daemon, query)
            self.assertEqual(answer.status, 409)
            self.assertEqual(answer.json()["technicalCode"], "reload.refused")
            self.assertIn("draining", answer.json()["message"])
        technical(daemon, "DELETE", "/_node/drain")
        self.assertEqual(self.post(daemon).json()["applied"], ["limits.max_exchanges"])

    def test_while_it_stops(self) -> None:
        """The log says so; nothing is reloaded."""
        daemon: Daemon = self.start("[gateway]\ndrain_timeout_ms = 60000\n")
        connections: list[Connection] = []

        def stalls(connection: Connection) -> None:
            connection.head()
            connections.append(connection)
            connection.closed_at()

        with scripted(stalls) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/slow"))
            client = RawClient(daemon.port)
            self.addCleanup(client.close)
            client.get("/slow")
            until(lambda: connections, "the call is under way")
            os.kill(daemon.pid, signal.SIGTERM)
            until(lambda: "Relay stops" in daemon.log(), "it stops")
            line = "no reload by SIGHUP: the daemon is stopping"
            self.hang_up(daemon, "[limits]\nmax_exchanges = 3\n", line)
            daemon.kill()
