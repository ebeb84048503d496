"""Redis servers of tests, as Debian installs them."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from tests.pki import Written
from tests.wire.harness.ports import fixed_port

PROGRAM = shutil.which("redis-server")
MISSING = None if PROGRAM else "redis-server is not installed"
"""The reason why tests with Redis are skipped."""
TRIES = 1000
PAUSE_S = 0.02
HOST = "127.0.0.1"


class RedisServer:
    """
    A server on a port of the loopback interface.

    :param directory: where it keeps its data.
    :param options: more of its command line.
    :param tls: the certificate of a client of a server that speaks TLS only.
    :param user: the user that has the password.
    """

    ready: tuple[str, ...] = "loading:0", "INFO", "persistence"
    """What is in the answer of a server that has read its data, and the question."""

    def __init__(
        self,
        directory: Path,
        *options: str,
        tls: Written | None = None,
        user: str = "default",
        password: str = "",
    ) -> None:
        self.port = fixed_port()
        self._directory = directory
        self._options = options
        self._tls = tls
        self._user = user
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of the server, without password."""
        return f"redis://{HOST}:{self.port}"

    def start(self) -> RedisServer:
        """Start it, with the data that it has on disk, and wait until it answers."""
        ports = ["--port", str(self.port)]
        if self._tls is not None:
            ports = ["--port", "0", "--tls-port", str(self.port)]
        command = [PROGRAM or "", *self._leading(), *ports, "--bind", HOST, "--dir"]
        command += [str(self._directory), "--logfile", "redis.log", *self._options]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.until(*self.ready)
        return self

    def _leading(self) -> list[str]:
        return ["--save", ""]

    def until(self, expected: str, *command: str) -> None:
        """Wait until an answer has a text in it."""
        for _ in range(TRIES):
            if expected in self.ask(*command):
                return
            if self._process is None or self._process.poll() is not None:
                break
            time.sleep(PAUSE_S)
        raise AssertionError(self.log)

    @property
    def log(self) -> str:
        """What the server has logged."""
        path = self._directory / "redis.log"
        return path.read_text() if path.exists() else ""

    def ask(self, *command: str) -> str:
        """Send a command, and return its answer, or what went wrong."""
        options = ["-h", HOST, "-p", str(self.port)]
        if self._tls is not None:
            options += ["--tls", "--cacert", self._tls.ca]
            options += ["--cert", self._tls.certificate, "--key", self._tls.key]
        if self._password:
            options += ["--no-auth-warning", "--user", self._user]
            options += ["--pass", self._password]
        asked = subprocess.run(
            ["redis-cli", *options, *command],
            capture_output=True,
            text=True,
            check=False,
        )
        return f"{asked.stdout}{asked.stderr}".strip()

    def kill(self) -> None:
        """End it at once, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def pause(self) -> None:
        """Stop the process, so that its connections stay and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let a process go on that was stopped."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


class RedisCluster:
    """
    A Redis Cluster of servers without replicas.

    :param directories: of the servers.
    """

    def __init__(self, directories: Sequence[Path]) -> None:
        self.servers = [
            RedisServer(
                directory,
                *("--cluster-enabled", "yes", "--cluster-node-timeout", "2000"),
                *("--cluster-port", str(fixed_port())),
            )
            for directory in directories
        ]

    @property
    def url(self) -> str:
        """The URL of the cluster, which names one server."""
        return f"redis+cluster://{HOST}:{self.servers[0].port}"

    def start(self) -> None:
        """Start the servers, and give each its part of the slots."""
        for server in self.servers:
            server.start()
        ends = [f"{HOST}:{server.port}" for server in self.servers]
        joined = self.servers[0].ask("--cluster", "create", *ends, "--cluster-yes")
        assert "All 16384 slots covered" in joined, joined
        for server in self.servers:
            server.until("cluster_state:ok", "CLUSTER", "INFO")

    def kill(self) -> None:
        """End all."""
        for server in self.servers:
            server.kill()


class _Sentinel(RedisServer):
    """A Sentinel; its directory has its configuration."""

    ready = "PONG", "PING"

    def _leading(self) -> list[str]:
        return [str(self._directory / "sentinel.conf"), "--sentinel"]


class Sentinels:
    """
    A server with a replica, and the Sentinel that watches them.

    :param directories: of the three.
    """

    def __init__(self, directories: Sequence[Path]) -> None:
        self.master = RedisServer(directories[0])
        self.replica = RedisServer(
            directories[1],
            *("--replicaof", HOST, str(self.master.port)),
            *("--repl-diskless-sync-delay", "0"),
        )
        self._sentinel = _Sentinel(directories[2])
        (directories[2] / "sentinel.conf").write_text(
            f"sentinel monitor main {HOST} {self.master.port} 1\n"
            "sentinel down-after-milliseconds main 500\n"
            "sentinel failover-timeout main 5000\n"
        )

    @property
    def url(self) -> str:
        """The URL of the service."""
        return f"redis+sentinel://{HOST}:{self._sentinel.port}/main"

    def start(self) -> None:
        """Start all, and wait until the Sentinel knows the replica."""
        self.master.start()
        self.replica.start().until("master_link_status:up", "INFO", "replication")
        self._sentinel.start().until(
            str(self.replica.port), "SENTINEL", "REPLICAS", "main"
        )

    def kill(self) -> None:
        """End all."""
        for one in (self._sentinel, self.replica, self.master):
            one.kill()
