"""Sockets that a parent process has opened and passed on, as systemd does."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Sequence
from fcntl import F_DUPFD_CLOEXEC, fcntl
from pathlib import Path

from tests.pki import Authority
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Daemon, proxy_api, until
from tests.wire.harness.interpreter import Process
from tests.wire.harness.scripted import answering, scripted

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
RESTARTS = 3
CLIENTS = 8
LAUNCH = """
import os, sys
names = sys.argv[1].split(":")
for place, number in enumerate(sys.argv[2].split(":")):
    os.dup2(int(number), 3 + place)
os.environ.update(
    LISTEN_PID=str(os.getpid()),
    LISTEN_FDS=str(len(names)),
    LISTEN_FDNAMES=sys.argv[1],
)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes a daemon with sockets as systemd passes them on."""


class Parent:
    """
    Holds listening sockets, and starts daemons with them.

    :param sockets: by name.
    """

    def __init__(self, **sockets: socket.socket) -> None:
        self.sockets = sockets

    def __call__(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        directory: Path,
        output: int,
    ) -> Process:
        """Start a daemon."""
        # High numbers, so that none is overwritten before it is moved to its place.
        numbers = [
            fcntl(one.fileno(), F_DUPFD_CLOEXEC, 100) for one in self.sockets.values()
        ]
        try:
            return subprocess.Popen(
                [
                    *(sys.executable, "-c", LAUNCH),
                    ":".join(self.sockets),
                    ":".join(map(str, numbers)),
                    *command,
                ],
                env=environment,
                cwd=directory,
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                pass_fds=numbers,
            )
        finally:
            for number in numbers:
                os.close(number)


class ActivationTests(WireCase):
    """Daemons whose clients connect to a socket of the test."""

    def listen(self, family: int = socket.AF_INET) -> socket.socket:
        """Open a socket."""
        address = "127.0.0.1" if family == socket.AF_INET else "::1"
        made = socket.create_server((address, 0), family=family, backlog=1024)
        self.addCleanup(made.close)
        return made

    def activated(self, toml: str, **sockets: socket.socket) -> Daemon:
        """Make a daemon with sockets."""
        daemon = Daemon(self.new_directory(), toml)
        daemon.run = Parent(**sockets)
        self.addCleanup(daemon.discard)
        return daemon

    def test_a_restart_refuses_no_connection(self) -> None:
        """Clients that connect all the time wait while the daemon restarts."""
        listening = self.listen()
        port = listening.getsockname()[1]
        daemon = self.activated(
            """
            [[gateway.listeners]]
            id = "default"
            endpoint = "systemd:name=clients"
            """,
            other=self.listen(),
            clients=listening,
        ).start()
        self.assertEqual(daemon.port, port)
        over, counts = threading.Event(), Counter[object]()

        def connect() -> None:
            while not over.is_set():
                connection = http.client.HTTPConnection("127.0.0.1", port, BOUND_S)
                try:
                    connection.connect()
                except OSError as error:
                    counts[type(error).__name__] += 1
                    continue
                try:
                    connection.request("GET", "/ok", headers={"Connection": "close"})
                    counts[connection.getresponse().status] += 1
                except (OSError, http.client.HTTPException):
                    # The connection was made, and closed by the end of the process.
                    counts["closed"] += 1
                finally:
                    connection.close()

        with scripted(answering(OK)) as (source, _):
            daemon.publish(proxy_api(f"http://127.0.0.1:{source}/", "/ok"))
            clients = [threading.Thread(target=connect) for _ in range(CLIENTS)]
            for one in clients:
                one.start()
            try:
                for _ in range(RESTARTS):
                    before = counts[200]
                    until(lambda: counts[200] > before + 50, "clients are served")  # noqa: B023
                    daemon.stop()
                    daemon.start()
                before = counts[200]
                until(lambda: counts[200] > before + 50, "clients are served")
            finally:
                over.set()
                for one in clients:
                    one.join()
        print(f"{RESTARTS} restarts: {dict(counts)}")
        self.assertLessEqual(set(counts), {200, 503, "closed"})
        # Those that the daemon had accepted when it stopped.
        self.assertLessEqual(counts[503] + counts["closed"], RESTARTS * CLIENTS)

    def test_every_kind_of_listener(self) -> None:
        """By place, of another family, with the PROXY protocol, and with TLS."""
        authority, directory = Authority(), self.new_directory()
        written = authority.server("localhost", "127.0.0.1").write(str(directory))
        daemon = self.activated(
            f"""
            [[gateway.listeners]]
            id = "first"
            endpoint = "systemd:index=0"
            [[gateway.listeners]]
            id = "six"
            endpoint = "systemd:name=six:domain=INET6"
            [[gateway.listeners]]
            id = "proxied"
            endpoint = "haproxy:systemd:name=proxied"
            [[gateway.listeners]]
            id = "tls"
            endpoint = "systemd:name=tls"
            tls = {{ certificate = "{written.certificate}", key = "{written.key}" }}
            """,
            first=self.listen(),
            six=self.listen(socket.AF_INET6),
            proxied=self.listen(),
            tls=self.listen(),
        ).start()
        for command in (
            ("http://127.0.0.1:{first}/",),
            ("http://[::1]:{six}/",),
            ("--haproxy-protocol", "http://127.0.0.1:{proxied}/"),
            ("--cacert", written.ca, "https://localhost:{tls}/"),
        ):
            options = [one.format(**daemon.ports) for one in command]
            done = subprocess.run(
                ["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", *options],
                capture_output=True,
                timeout=BOUND_S,
                check=True,
            )
            self.assertEqual(done.stdout, b"404", command)

    def test_what_is_refused(self) -> None:
        """A socket that was not passed on, and another family than its own."""
        for endpoint, words in (
            ("systemd:name=nobody", "names no socket that systemd has passed on"),
            ("systemd:index=7", "names no socket that systemd has passed on"),
            ("systemd:name=clients:domain=INET6", "must have domain=INET"),
            ("systemd:domain=INET", "must have the form systemd:name=NAME"),
        ):
            daemon = self.activated(
                f'[[gateway.listeners]]\nid = "default"\nendpoint = "{endpoint}"\n',
                clients=self.listen(),
            )
            daemon.launch()
            self.assertEqual(daemon.ended(), 1)
            self.assertIn(words, daemon.log())
            self.assertIn("gateway.listeners", daemon.log())
