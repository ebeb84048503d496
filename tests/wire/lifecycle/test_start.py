"""The start of the daemon: its requirements, its messages, and its failures."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, Daemon, until
from tests.wire.harness.interpreter import fork
from tests.wire.harness.ports import accepts, fixed_port
from tests.wire.harness.twistd import TWISTD, ready_places

_RELAY = (TWISTD, "--nodaemon", "--pidfile=", "relay", "--technical", "")


class StartTests(WireCase):
    """Each test starts a process of its own."""

    def setUp(self) -> None:
        """Make a data directory."""
        self.directory = self.new_directory()

    def without_password(self) -> Daemon:
        """Start a daemon without an administrator's password in its environment."""
        daemon = Daemon(self.directory)
        del daemon.environment["RELAY_ADMIN_PASSWORD"]
        daemon.start()
        self.addCleanup(daemon.kill)
        return daemon

    def run_twistd(
        self, *arguments: str, environment: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Run a command that is to end by itself."""
        with tempfile.TemporaryFile("w+") as output:
            status = fork(
                [*_RELAY, *arguments],
                {**os.environ, **(environment or {})},
                self.directory,
                output.fileno(),
            ).wait(BOUND_S)
            output.seek(0)
            return status, output.read()

    def assert_one_line(self, status: int, output: str, *words: str) -> None:
        """Assert a failure with one line of Relay's own and no traceback."""
        self.assertNotEqual(status, 0)
        self.assertNotIn("Traceback", output)
        ours = [line for line in output.splitlines() if "relay: " in line]
        self.assertEqual(len(ours), 1, output)
        for word in words:
            self.assertIn(word, ours[0])

    def test_a_port_in_use(self) -> None:
        """Names the endpoint."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            endpoint = f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1"
            status, output = self.run_twistd(
                "--gateway",
                endpoint,
                "--management",
                "tcp:0:interface=127.0.0.1",
            )
        self.assert_one_line(status, output, endpoint, "in use")

    def test_an_unknown_key(self) -> None:
        """Names the key and the file."""
        (self.directory / "relay.toml").write_text("[gateway]\nspeed = 9\n")
        status, output = self.run_twistd("--config", "relay.toml")
        self.assert_one_line(status, output, "gateway.speed", "relay.toml")

    def test_several_mistakes(self) -> None:
        """Each error has a line, without a traceback."""
        (self.directory / "relay.toml").write_text("[gateway]\nspeed = 9\nvia = 3\n")
        status, output = self.run_twistd("--config", "relay.toml")
        self.assertEqual(status, 1)
        self.assertNotIn("Traceback", output)
        ours = [line for line in output.splitlines() if line.startswith("relay: ")]
        self.assertEqual(len(ours), 2, output)

    def test_an_unknown_variable(self) -> None:
        """Names the variable; others that begin alike are none of ours."""
        status, output = self.run_twistd(
            environment={"RELAY__GATEWAY__SPEED": "9", "RELAY_PORT_8082_TCP": "x"}
        )
        self.assert_one_line(status, output, "RELAY__GATEWAY__SPEED")

    def test_a_missing_certificate(self) -> None:
        """Names the file."""
        (self.directory / "relay.toml").write_text(
            '[[gateway.listeners]]\nid = "tls"\nendpoint = "tcp:0"\n'
            'tls = { certificate = "no.pem", key = "no.key" }\n'
        )
        status, output = self.run_twistd(
            "--config", "relay.toml", "--management", "tcp:0"
        )
        self.assert_one_line(status, output, "no.pem")

    def test_a_newer_store(self) -> None:
        """A file that is no database is refused."""
        (self.directory / "var").mkdir()
        (self.directory / "var" / "relay.db").write_bytes(b"not a database" * 100)
        status, output = self.run_twistd(
            "--gateway",
            "tcp:0:interface=127.0.0.1",
            "--management",
            "tcp:0:interface=127.0.0.1",
        )
        self.assert_one_line(status, output, "relay.db")

    def test_a_detached_daemon_reports_failure(self) -> None:
        """Without ``--nodaemon`` the command ends with the status and the reason."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            endpoint = f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1"
            done = subprocess.run(
                [
                    TWISTD,
                    "--pidfile=relay.pid",
                    "--logfile=relay.log",
                    "relay",
                    "--gateway",
                    endpoint,
                    "--technical",
                    "tcp:0:interface=127.0.0.1",
                    "--management",
                    "tcp:0:interface=127.0.0.1",
                ],
                cwd=self.directory,
                capture_output=True,
                timeout=BOUND_S,
                check=False,
            )
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            (done.stdout + done.stderr).decode(),
            f"relay: cannot listen on {endpoint}: Address already in use by another "
            "process, perhaps by another Relay; --gateway sets another address\n",
        )

    def test_a_detached_daemon_serves(self) -> None:
        """twistd forks after makeService: nothing that was opened is lost."""
        log = self.directory / "relay.log"
        subprocess.run(
            [
                TWISTD,
                "--pidfile=relay.pid",
                "--logfile=relay.log",
                "relay",
                "--gateway",
                "tcp:0:interface=127.0.0.1",
                "--technical",
                "tcp:0:interface=127.0.0.1",
                "--management",
                "tcp:0:interface=127.0.0.1",
            ],
            cwd=self.directory,
            timeout=BOUND_S,
            check=True,
        )
        pid = int((self.directory / "relay.pid").read_text())
        self.addCleanup(_end, pid)
        places = until(lambda: ready_places(log.read_text()), "the daemon is ready")
        self.assertEqual(
            [name for name, _ in places], ["management", "technical", "default"]
        )
        self.assertTrue(all(accepts(port) for _, port in places))

    def test_a_start_that_fails_changes_nothing(self) -> None:
        """Beside a running daemon, be it for its port or for its data directory."""
        daemon = self.without_password()
        path = self.directory / "admin-password"
        password = path.read_text().strip()

        def state() -> dict[str, bytes]:
            return {
                one.name: one.read_bytes()
                for one in self.directory.iterdir()
                if one.suffix == "" or one.name == "relay.db"
            }

        table = self.directory / "route-table"
        until(table.exists, "the running daemon has kept its route table")
        before = state()
        for taken in (daemon.port, 0):
            status, output = self.run_twistd(
                "--data-dir",
                str(self.directory),
                "--gateway",
                f"tcp:{taken}:interface=127.0.0.1",
                "--management",
                "tcp:0:interface=127.0.0.1",
                environment={"RELAY_ADMIN_PASSWORD": "another one"},
            )
            words = ("in use",) if taken == daemon.port else (str(daemon.pid), "holds")
            self.assert_one_line(status, output, *words)
            self.assertEqual(state(), before)
        users = "/management/v2/users/current"
        self.assertEqual(asked(daemon.management_port, users, password), 200)
        self.assertEqual(asked(daemon.management_port, users, "another one"), 401)

    def test_a_start_that_fails_leaves_no_directory(self) -> None:
        """A start that cannot listen creates neither a directory nor a store."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            endpoint = f"tcp:{taken.getsockname()[1]}:interface=127.0.0.1"
            status, output = self.run_twistd(
                "--gateway",
                f"unix:{self.directory}/gateway.sock",
                "--management",
                endpoint,
            )
        self.assert_one_line(status, output, endpoint)
        self.assertEqual(list(self.directory.iterdir()), [])

    def test_the_data_directory_is_made_wherever_the_store_is(self) -> None:
        """The data directory is created although the store is elsewhere."""
        toml = f'[store]\nurl = "sqlite:///{self.directory}/elsewhere/relay.db"\n'
        made = self.directory / "new" / "data"
        self.start_daemon(self.directory, toml, ("--data-dir", str(made)))
        self.assertTrue((made / "access.log").exists())
        self.assertTrue((self.directory / "elsewhere" / "relay.db").exists())

    def test_daemons_share_a_data_directory_when_told(self) -> None:
        """All of them must say so."""
        toml = "[process]\nshare_data_dir = true\n"
        one, two = (self.start_daemon(self.directory, toml) for _ in range(2))
        self.assertNotEqual(one.pid, two.pid)

    def test_clients_wait_while_the_daemon_starts(self) -> None:
        """A client that connects during the start is served after it."""
        daemon = Daemon(self.directory)
        with sqlite3.connect(self.directory / "relay.db") as other:
            other.execute("PRAGMA journal_mode=WAL")
            other.execute("BEGIN IMMEDIATE")
            # It is not ready yet, and has not told its port.
            daemon.port = fixed_port()
            daemon.launch()
            self.addCleanup(daemon.kill)
            until(lambda: accepts(daemon.port), "it listens")
            waiting = socket.create_connection(("127.0.0.1", daemon.port), BOUND_S)
            self.addCleanup(waiting.close)
            waiting.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            other.rollback()
        waiting.settimeout(BOUND_S)
        self.assertTrue(waiting.recv(100).startswith(b"HTTP/1.1 404 "))

    def test_the_generated_password(self) -> None:
        """
        The password is in a file that only the owner can read, and the log names the
        file.
        """
        daemon = self.without_password()
        path = self.directory / "admin-password"
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
        password = path.read_text().strip()
        self.assertGreater(len(password), 20)
        self.assertIn(str(path), daemon.log())
        self.assertNotIn(password, daemon.log())

    def test_the_file_limit_is_raised(self) -> None:
        """The soft limit is the hard one."""
        daemon = self.start_daemon(self.directory)
        limits = Path(f"/proc/{daemon.pid}/limits").read_text()
        line = next(one for one in limits.splitlines() if "open files" in one)
        soft, hard = line.split()[3:5]
        self.assertEqual(soft, hard)

    def test_twist_runs_it_too(self) -> None:
        """``twist relay`` is the same daemon."""
        log = self.directory / "twist.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [
                    str(Path(sys.executable).with_name("twist")),
                    "relay",
                    "--gateway",
                    "tcp:0:interface=127.0.0.1",
                    "--management",
                    "tcp:0:interface=127.0.0.1",
                ],
                cwd=self.directory,
                stdout=output,
                stderr=output,
            )
        self.addCleanup(process.wait, BOUND_S)
        self.addCleanup(process.kill)
        places = until(lambda: ready_places(log.read_text()), "the daemon is ready")
        self.assertTrue(all(accepts(port) for _, port in places))


def asked(port: int, path: str, password: str) -> int:
    """Ask the management API as the administrator, and give the status."""
    credentials = base64.b64encode(f"admin:{password}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=BOUND_S)
    with closing(connection):
        connection.request(
            "GET", path, headers={"Authorization": f"Basic {credentials}"}
        )
        return connection.getresponse().status


def _mentions(path: Path, word: str) -> bool:
    return word in path.read_text()


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
