"""A daemon with two workers: its listeners, files, signals and service manager."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    answering,
    chunk,
    echoing,
    scripted,
)
from tests.wire.harness.subscribers import Subscribers
from tests.wire.harness.twistd import TWISTD, ready_places
from tests.wire.http.http2_client import Http2Client
from tests.wire.operate.technical import technical

ROOT = Authority()
CLIENTS = 20
"""How many connections reach both workers."""


def _settings(directory: Path) -> str:
    written = ROOT.server("localhost").write(str(directory), "gateway")
    return f"""
        [process]
        workers = 2
        [certificates]
        watch_interval_ms = 100
        [[gateway.listeners]]
        id = "plain"
        endpoint = "tcp:{{port}}:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "h2"
        endpoint = "tcp:0:interface=127.0.0.1"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        http2 = true
        [[gateway.listeners]]
        id = "proxied"
        endpoint = "haproxy:tcp:0:interface=127.0.0.1"
        [[gateway.listeners]]
        id = "proxied-local"
        endpoint = "haproxy:unix:{directory}/proxied.sock"
    """


SHARED = SharedDaemon(_settings)


def tearDownModule() -> None:
    """End the daemon."""
    SHARED.end()


def children(pid: int) -> dict[int, str]:
    """Return the command lines of the processes that a process has started."""
    found = {}
    for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        line = Path(f"/proc/{one}/cmdline").read_bytes()
        found[int(one)] = line.replace(b"\0", b" ").decode()
    return found


def context() -> ssl.SSLContext:
    """Make the TLS side of a client."""
    return ssl.create_default_context(cadata=ROOT.pem)


class ListenerTests(WireCase):
    """One daemon, whose connections are spread over both workers."""

    daemon: Daemon

    def setUp(self) -> None:
        """Publish an API that answers with the headers of the request."""
        self.daemon = SHARED.get()
        self.path = f"/{self.id().rpartition('.')[2]}"
        source = scripted(echoing)
        port, _ = source.__enter__()
        self.addCleanup(source.__exit__, None, None, None)
        api_id = self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", self.path))
        until(
            lambda: self.daemon.log().count(f"API {api_id}: serving") >= 2,
            "both workers serve the API",
        )

    def files(self) -> list[set[str]]:
        """Return the open files of each worker."""
        found = []
        for pid, line in children(self.daemon.pid).items():
            if "worker=" in line:
                numbers = Path(f"/proc/{pid}/fd").iterdir()
                found.append({os.readlink(one) for one in numbers})
        self.assertEqual(len(found), 2)
        return found

    def test_http2(self) -> None:
        """ALPN agrees on HTTP/2 or HTTP/1.1, as the client offers."""
        for _ in range(CLIENTS):
            client = Http2Client(self.daemon.ports["h2"], context())
            self.addCleanup(client.socket.close)
            self.assertEqual(client.protocol, "h2")
            self.assertEqual(client.answer(client.get(self.path))[0], 200)
            older = context()
            older.set_alpn_protocols(["http/1.1"])
            plain = RawClient(self.daemon.ports["h2"], older)
            self.addCleanup(plain.close)
            plain.get(self.path)
            self.assertIn(b"HTTP/1.1 200 ", plain.until(b"\r\n\r\n"))

    def test_proxy_protocol(self) -> None:
        """The address of the client is that of the PROXY header, over TCP and over a
        Unix socket."""

        def tcp() -> socket.socket:
            place = "127.0.0.1", self.daemon.ports["proxied"]
            return socket.create_connection(place, timeout=BOUND_S)

        def local() -> socket.socket:
            client = socket.socket(socket.AF_UNIX)
            client.settimeout(BOUND_S)
            client.connect(str(self.daemon.data_dir / "proxied.sock"))
            return client

        for number in range(CLIENTS):
            for place, connect in enumerate((tcp, local)):
                address = f"203.0.113.{2 * number + place}"
                self.assertEqual(self.forwarded(connect, address), address)

    def forwarded(self, connect: Callable[[], socket.socket], address: str) -> str:
        """Call behind a proxy, and return what the source is told of the client."""
        header = f"PROXY TCP4 {address} 127.0.0.1 5000 80\r\n"
        request = f"GET {self.path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        with connect() as client:
            client.sendall(f"{header}{request}".encode())
            answer = http.client.HTTPResponse(client)
            answer.begin()
            found: str = json.loads(answer.read())["x-forwarded-for"]
            return found

    def test_certificates(self) -> None:
        """A new certificate is in use in both workers."""
        renewed = ROOT.server("localhost")
        renewed.write(str(self.daemon.data_dir), "gateway")
        wanted = f"{renewed.certificate.serial_number:X}"

        def shown() -> set[str]:
            found = set()
            for _ in range(CLIENTS):
                client = RawClient(self.daemon.ports["h2"], context())
                assert isinstance(client.socket, ssl.SSLSocket)
                certificate: Any = client.socket.getpeercert()
                found.add(certificate["serialNumber"].lstrip("0"))
                client.close()
            return found

        until(lambda: shown() == {wanted}, "both show it")
        self.assertEqual(technical(self.daemon, "GET", "/_node/health").status, 200)

    def test_log_files(self) -> None:
        """``SIGUSR1``: all processes write to the new access log."""
        self.daemon.get(self.path)
        log = self.daemon.data_dir / "access.log"
        moved = log.with_name("access.log.1")
        for files in self.files():
            self.assertIn(str(log), files)
        log.rename(moved)
        os.kill(self.daemon.pid, signal.SIGUSR1)
        until(
            lambda: all(
                str(log) in files and str(moved) not in files for files in self.files()
            ),
            "the file is open in both workers",
        )
        written = moved.stat().st_size
        for _ in range(CLIENTS):
            self.assertEqual(self.daemon.get(self.path).status, 200)
        until(
            lambda: log.read_text().count(f'"{self.path}"') >= CLIENTS,
            "the lines are in the new file",
        )
        self.assertEqual(moved.stat().st_size, written)


class DetachedTests(WireCase):
    """A daemon of its own, which twistd detaches."""

    def launch(self) -> None:
        """Start it as a service manager does, and wait until clients are accepted."""
        directory = self.new_directory()
        self.daemon = Daemon(directory)
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.notified.close)
        self.notified.bind(str(directory / "notify.sock"))
        self.notified.settimeout(4 * BOUND_S)
        self.pid_file = directory / "relay.pid"
        self.addCleanup(self.end)
        address = "tcp:0:interface=127.0.0.1"
        places = ("--gateway", address, "--management", address, "--technical", address)
        subprocess.run(
            [TWISTD, f"--pidfile={self.pid_file}", "relay", "--workers=2", *places],
            cwd=directory,
            env={
                **os.environ,
                **self.daemon.environment,
                "NOTIFY_SOCKET": str(directory / "notify.sock"),
                "RELAY__DRAIN__SPREAD_MS": "600000",
            },
            check=True,
            timeout=4 * BOUND_S,
            capture_output=True,
        )
        self.told("READY=1")
        self.assertEqual(self.daemon.log().count(" serves (process "), 2)
        ports = dict(ready_places(self.daemon.log()))
        self.daemon.port = ports["default"]
        self.daemon.management_port = ports["management"]
        self.daemon.technical_port = ports["technical"]
        self.pid = int(self.pid_file.read_text())

    def end(self) -> None:
        """Kill the daemon, if it runs."""
        if self.pid_file.exists():
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(self.pid_file.read_text()), signal.SIGKILL)

    def told(self, line: str) -> None:
        """Wait until the service manager has been told something."""
        while line not in self.notified.recv(65536).decode().split("\n"):
            pass

    def worker(self) -> int | None:
        """Return the process of the first worker; None while there is none."""
        for pid, line in children(self.pid).items():
            if "worker=1/2" in line:
                return pid
        return None

    def health(self) -> dict[str, Any]:
        """Return the result of the probe of the workers."""
        answer = technical(self.daemon, "GET", "/_node/health?probes=workers")
        found: dict[str, Any] = answer.json()["workers"]
        return found

    def test_from_start_to_end(self) -> None:
        """
        The service manager is told when all workers serve; a worker that ends again and
        again is told by the probe; a second ``SIGTERM`` ends all processes at once.
        """
        self.launch()
        self.assertTrue(self.health()["healthy"])
        for _ in range(3):
            pid = until(self.worker, "a process")
            os.kill(pid, signal.SIGKILL)
            until(lambda: self.worker() != pid, "it has ended")  # noqa: B023
        until(lambda: not self.health()["healthy"], "the probe fails")
        message = self.health()["message"]
        self.assertIn("worker 1 has ended 3 times in a row", message)
        self.assertIn("SIGKILL", message)
        until(lambda: self.health()["serving"] == 2, "it serves again", 4 * BOUND_S)
        self.stop_twice()

    def stop_twice(self) -> None:
        """Stop the daemon twice while both workers have streams."""
        with scripted(answering(EVENT_STREAM + chunk(b"data: 1\n\n"))) as (port, _):
            api_id = self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}/", "/"))
            until(
                lambda: self.daemon.log().count(f"API {api_id}: serving") >= 2,
                "both workers serve the API",
            )
            streams = Subscribers(self.daemon.port, "/")
            self.addCleanup(streams.leave)
            streams.add(CLIENTS)
            until(lambda: all(one.numbers for one in streams.clients), "streams run")
            pids = [self.pid, *children(self.pid)]
            self.assertEqual(len(pids), 4)
            os.kill(self.pid, signal.SIGTERM)
            self.told("STOPPING=1")
            os.kill(self.pid, signal.SIGTERM)
            until(
                lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids),
                "all processes have ended",
            )
            until(lambda: all(one.ended for one in streams.clients), "all streams end")
        self.assertNotIn("Traceback", self.daemon.log())
