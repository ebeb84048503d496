"""Signals: what ends the daemon, how long that takes, and what does not end it."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import sqlite3
import ssl
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    answering,
    chunk,
    scripted,
    server_context,
)
from tests.wire.messages.test_topics import topics_api

TLS = """
[[gateway.listeners]]
id = "plain"
endpoint = "tcp:{port}:interface=127.0.0.1"

[[gateway.listeners]]
id = "tls"
endpoint = "tcp:0:interface=127.0.0.1"

[gateway.listeners.tls]
certificate = "@dir@/server.pem"
key = "@dir@/server.key"

[certificates]
watch_interval_ms = 86400000
"""


class SignalCase(WireCase):
    """Each test has a daemon of its own."""

    def setUp(self) -> None:
        """Make a data directory."""
        self.directory = self.new_directory()

    def daemon(self, toml: str = "", options: tuple[str, ...] = ()) -> Daemon:
        """Start a daemon."""
        return self.start_daemon(self.directory, toml, options)

    def send(self, daemon: Daemon, number: int) -> None:
        """Send a signal."""
        os.kill(daemon.pid, number)


class StopTests(SignalCase):
    """SIGTERM."""

    def test_a_stop_has_a_deadline_while_another_process_holds_the_database(
        self,
    ) -> None:
        """A stop ends in time although leases cannot be returned."""
        daemon = self.daemon(
            "[gateway]\ndrain_timeout_ms = 100\n[process]\nstop_timeout_ms = 1000\n"
        )
        daemon.publish(topics_api("/topics", {}))
        path = daemon.data_dir / "relay.db"
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            self.assertIn(daemon.stop(), (0, -signal.SIGTERM))
            self.assertLess(time.monotonic() - began, 4)
            self.assertIn("without waiting any longer for", daemon.log())

    def test_a_second_signal_ends_the_daemon_at_once(self) -> None:
        """While calls in flight are given their time, and without a traceback."""

        connections: list[Connection] = []

        def stalls(connection: Connection) -> None:
            connection.head()
            connections.append(connection)
            connection.closed_at()

        for number in (signal.SIGTERM, signal.SIGINT):
            daemon = self.daemon("[gateway]\ndrain_timeout_ms = 60000\n")
            connections.clear()
            with scripted(stalls) as (port, _):
                api_id = daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/slow"))
                client = RawClient(daemon.port)
                self.addCleanup(client.close)
                client.get("/slow")
                until(lambda: connections, "the call is under way")
                self.send(daemon, signal.SIGTERM)
                until(partial(_logged, daemon, "Relay stops"), "it stops")
                daemon.check()
                self.send(daemon, number)
                self.assertEqual(daemon.ended(), -number)
            self.assertNotIn("Traceback", daemon.log())
            daemon.start()
            daemon.must("POST", f"/apis/{api_id}/_stop")
            daemon.must("DELETE", f"/apis/{api_id}?closePlans=true")
            daemon.kill()
            daemon.log_path.unlink()

    def test_stop_while_the_first_routes_are_built(self) -> None:
        """No listener accepts a client any more, and nothing is left running."""
        daemon = self.daemon()
        api_id = daemon.publish(topics_api("/topics", {}))
        daemon.stop()
        _copy_api(daemon.data_dir / "relay.db", api_id, 2000)
        daemon.log_path.unlink()

        daemon.launch()
        until(partial(_logged, daemon, ": serving"), "the first APIs are there")
        self.send(daemon, signal.SIGTERM)
        began = time.monotonic()
        self.assertIn(daemon.ended(), (0, -signal.SIGTERM))
        self.assertLess(time.monotonic() - began, 10)
        log = daemon.log()
        self.assertLess(log.count(": serving"), 2001, "all routes had been built")
        self.assertNotIn("ready: listening", log)
        self.assertNotIn("Traceback", log)
        self.assertNotIn("the start has failed", log)


class ReloadTests(SignalCase):
    """SIGHUP, SIGUSR1 and SIGUSR2."""

    def test_no_other_signal_ends_the_daemon(self) -> None:
        """Streams go on over all of them."""

        connections: list[Connection] = []

        def stream(connection: Connection) -> None:
            connection.head()
            connections.append(connection)
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            connection.closed_at()

        daemon = self.daemon()
        with scripted(stream) as (port, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/s"))
            client = RawClient(daemon.port)
            self.addCleanup(client.close)
            client.get("/s")
            client.until(b"data: 1\n\n")
            for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
                self.send(daemon, number)
            until(lambda: "SIGHUP" in daemon.log(), "it has been heard")
            until(lambda: "SIGUSR2" in daemon.log(), "it has been heard")
            connections[0].send(chunk(b"data: 2\n\n"))
            client.until(b"data: 2\n\n")

    def test_logs_are_opened_again(self) -> None:
        """SIGHUP and SIGUSR1 open the logs again, as logrotate needs it."""
        daemon = self.daemon()
        access = daemon.data_dir / "access.log"
        for turn, number in enumerate((signal.SIGHUP, signal.SIGUSR1)):
            daemon.get("/nothing")
            until(access.read_text, "a line")
            moved = access.rename(daemon.data_dir / f"access.log.{turn}")
            before = moved.read_text()
            self.send(daemon, number)
            until(access.exists, "the file is there again")
            daemon.get("/nothing")
            until(access.read_text, "a line in the new file")
            self.assertEqual(moved.read_text(), before)

    def test_certificates_are_read_again(self) -> None:
        """A renewed one is served; one that cannot be used leaves the old one."""
        authority = Authority()
        authority.server("localhost").write(str(self.directory))
        daemon = self.daemon(TLS.replace("@dir@", str(self.directory)))
        tls_port = daemon.ports["tls"]
        first = served(tls_port)
        authority.server("localhost").write(str(self.directory))
        self.assertEqual(served(tls_port), first)
        self.send(daemon, signal.SIGHUP)
        until(lambda: served(tls_port) != first, "the renewed certificate is served")
        second = served(tls_port)
        (self.directory / "server.pem").write_text("nonsense")
        self.send(daemon, signal.SIGHUP)
        until(lambda: "the files read before stay in use" in daemon.log(), "it is told")
        self.assertEqual(served(tls_port), second)

    def test_what_endpoints_need_is_read_again(self) -> None:
        """SIGHUP reads the trust stores of endpoints again."""
        ours, others = Authority("ours"), Authority("others")
        context = server_context(ours.server("localhost"))
        store = self.directory / "ca.pem"
        store.write_text(others.pem)
        daemon = self.daemon("[certificates]\nwatch_interval_ms = 86400000\n")
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        with scripted(answering(answer), context) as (port, _):
            shared = {"trustStore": {"type": "PEM", "path": str(store)}}
            daemon.publish(proxy_api(f"https://localhost:{port}/", "/tls", ssl=shared))
            self.assertEqual(daemon.get("/tls").status, 502)
            store.write_text(ours.pem)
            self.assertEqual(daemon.get("/tls").status, 502)
            self.send(daemon, signal.SIGHUP)
            until(lambda: daemon.get("/tls").status == 200, "it is believed")


def _logged(daemon: Daemon, words: str) -> bool:
    return words in daemon.log()


def served(port: int) -> str:
    """Return the fingerprint of the certificate that a port shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), BOUND_S) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secured,
    ):
        certificate = secured.getpeercert(binary_form=True)
    assert certificate is not None
    return hashlib.sha256(certificate).hexdigest()


def _copy_api(path: Path, api_id: str, copies: int) -> None:
    """
    Copy a started API in the store of a daemon that has ended.

    :param path: of the database.
    :param copies: each has ids of its own, and a path such as ``/topics-7``.
    """
    rows: dict[str, dict[str, Any]] = {}
    with closing(sqlite3.connect(path)) as store, store:
        store.row_factory = sqlite3.Row
        for table, key in (
            ("apis", "id"),
            ("plans", "api_id"),
            ("deployments", "api_id"),
        ):
            found = store.execute(f"SELECT * FROM {table} WHERE {key} = ?", (api_id,))
            (row,) = found.fetchall()
            rows[table] = {k: v for k, v in dict(row).items() if k != "row"}
        ids = [row["id"] for row in rows.values()]
        hrid = rows["apis"]["hrid"]
        for table, row in rows.items():
            columns = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" * len(row))
            store.executemany(
                f"INSERT INTO {table} ({columns}) VALUES ({marks})",
                (
                    [
                        f"{hrid}-{number}"
                        if (table, name) == ("apis", "hrid")
                        else _renamed(value, ids, number)
                        for name, value in row.items()
                    ]
                    for number in range(copies)
                ),
            )


def _renamed(value: Any, ids: list[str], number: int) -> Any:
    if not isinstance(value, str):
        return value
    for one in ids:
        value = value.replace(one, f"{one}-{number}")
    return value.replace('"/topics"', f'"/topics-{number}"')
