"""A real PostgreSQL server of the test process, with one database for each test."""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import signal
import socket
import subprocess
from contextlib import closing, suppress
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import psycopg

from relay.store.database import Database

PASSWORD = "a password, with % and /"
"""Of the only user, ``relay``, over TCP."""
QUOTED = "a%20password%2C%20with%20%25%20and%20%2F"
"""The same in a URL."""
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "log_min_messages": "warning",
}
_numbers = count(1)


@cache
def programs() -> Path | None:
    """Return the directory of the server's programs, or None if it is not installed."""
    places = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which("initdb")
    if found is not None:
        places.append(Path(found).resolve().parent)
    for place in places:
        if (place / "initdb").exists() and (place / "postgres").exists():
            return place
    return None


def _unprivileged() -> dict[str, Any]:
    """Return how to start a program of the server, which refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            user = pwd.getpwnam(name)
            return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise RuntimeError("there is no user postgres or nobody")


class PostgresServer:
    """
    A server on a free port of the loopback interface, in a directory of its own.

    Text sorts by the rules of English, so that a query that depends on the order of
    bytes fails here. It is started by :meth:`start`, and ends with this process.

    :param settings: of the server, besides :data:`SETTINGS`.
    """

    def __init__(self, **settings: str) -> None:
        place = programs()
        self._settings = {**SETTINGS, **settings}
        assert place is not None
        self._programs = place
        self._user = _unprivileged()
        self.directory = Path(mkdtemp(prefix="relay-pg-"))
        if self._user:
            os.chown(self.directory, self._user["user"], self._user["group"])
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        self._initialise()

    def _initialise(self) -> None:
        password = self.directory / "password"
        password.write_text(f"{PASSWORD}\n")
        password.chmod(0o644)
        options = (
            "--username=relay",
            f"--pwfile={password}",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=en",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--no-sync",
        )
        done = subprocess.run(
            [self._programs / "initdb", *options, self.directory / "data"],
            capture_output=True,
            cwd="/",
            **self._user,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))
        atexit.register(self.remove)

    def start(self) -> None:
        """Start the server, and wait until it accepts connections."""
        command = [
            "setpriv",
            # A test process that is killed leaves no server behind.
            "--pdeathsig=INT",
            str(self._programs / "postgres"),
            "-D",
            str(self.directory / "data"),
            "-p",
            str(self.port),
            "-k",
            str(self.directory),
            "-h",
            "127.0.0.1",
        ]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        with (self.directory / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd="/", **self._user
            )
        ready = [f"{self._programs}/pg_isready", "-q", "-h", str(self.directory)]
        while subprocess.run([*ready, "-p", str(self.port), "-t", "1"]).returncode:
            if self._process.poll() is not None:
                raise RuntimeError((self.directory / "log").read_text())

    def stop(self, how: int = signal.SIGINT) -> None:
        """
        End the server, and wait for its end.

        :param how: SIGINT ends its connections and writes everything to the disk;
            SIGQUIT ends it as a crash does.
        """
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait()

    def remove(self) -> None:
        """End the server and delete its directory."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.directory, ignore_errors=True)

    def url(self, database: str, password: str = QUOTED) -> str:
        """Return the URL of a database for the store."""
        at = f"127.0.0.1:{self.port}"
        return f"postgresql+psycopg://relay:{password}@{at}/{database}"

    def connect(self, database: str = "postgres") -> Any:
        """Open a connection that commits each statement."""
        return psycopg.connect(
            host=str(self.directory),
            port=self.port,
            user="relay",
            dbname=database,
            autocommit=True,
        )

    def create(self, template: str = "template1") -> str:
        """Create a database, and return its name."""
        name = f"relay_{next(_numbers)}"
        with closing(self.connect()) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Delete a database, and end the connections to it."""
        with closing(self.connect()) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")

    def rows(self, database: str, query: str) -> list[tuple[Any, ...]]:
        """Ask a database as another program would."""
        with closing(self.connect(database)) as connection:
            cursor = connection.execute(query)
            found: list[tuple[Any, ...]] = (
                cursor.fetchall() if cursor.description else []
            )
            return found


def missing() -> str | None:
    """Return why no server can be started, or None if one can."""
    return "PostgreSQL is not installed" if programs() is None else None


@cache
def server() -> PostgresServer:
    """Return the server that the tests of this process share, started."""
    shared = PostgresServer()
    shared.start()
    return shared


@cache
def template() -> str:
    """Return a database of the shared server with the tables of Relay, to copy."""
    name = server().create()
    database = Database(server().url(name), 1, lambda: 0)
    database.open()
    database.close()
    return name
