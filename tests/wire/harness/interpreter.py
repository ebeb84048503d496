"""
A Python interpreter that has imported Relay, and forks for each program it is to run.

Imports are three quarters of what the start of a daemon costs. Run as a program, this
module imports once what daemons import, and then runs Python programs in forks of
itself: each with its own arguments, environment, directory and output, as if it had
been started alone. A test whose program has to begin with the interpreter, since it
sets a variable that the interpreter reads, starts it with :mod:`subprocess` instead.

``python -m tests.wire.harness.interpreter FD`` accepts requests on the listening Unix
socket FD, and ends with its standard input. ``RELAY_TEST_INTERPRETER`` names the socket
of one that several processes of tests share.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, Protocol

ROOT = Path(__file__).resolve().parents[3]
SHARED = "RELAY_TEST_INTERPRETER"
LIBRARIES = (
    "alembic.command",
    "argon2",
    "sqlalchemy.dialects.sqlite",
    "treq",
    "twisted.internet.epollreactor",
    "twisted.scripts._twistd_unix",
    "twisted.scripts.twistd",
    "werkzeug.routing",
)
"""What daemons import beside the modules of Relay."""
LATER = ("relay.demo", "relay.store.migrations")
"""Packages that a fork imports: they import the reactor, or need a context."""
REACTOR = "twisted.internet.reactor"
_LENGTH_BYTES = 4


class Process(Protocol):
    """A process that a test has started: the part of ``subprocess.Popen`` in use."""

    pid: int
    returncode: Any

    def poll(self) -> int | None:
        """Return the exit status, or None while the process runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end, and return the exit status."""

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless the process has ended."""

    def kill(self) -> None:
        """Send SIGKILL, unless the process has ended."""


class Run(Protocol):
    """Starts a program: :func:`fork` or :func:`execute`."""

    def __call__(
        self,
        command: Sequence[str],
        environment: dict[str, str],
        directory: Path,
        output: int,
    ) -> Process:
        """Start the program."""


class Request(NamedTuple):
    """
    A program that is to run.

    :param command: a Python script and its arguments, or ``-m``, a module and its.
    """

    command: list[str]
    environment: dict[str, str]
    directory: str


class Forked:
    """A program in a fork of the interpreter, which reports its end on a connection."""

    def __init__(self, connection: socket.socket, request: Request) -> None:
        self.command = request.command
        self.returncode: int | None = None
        self._connection = connection
        self._lock = threading.Lock()
        self.pid = int(self._line())

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            more = self._connection.recv(1)
            if not more:
                raise AssertionError(f"no interpreter runs {self.command} any more")
            line += more
        return line

    def poll(self) -> int | None:
        """Return the exit status, or None while the program runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """
        Wait for the end, and return the exit status; a signal's is negative.

        :param timeout: in seconds; None for no bound.
        :raises subprocess.TimeoutExpired: if the program runs longer.
        """
        with self._lock:
            if self.returncode is None:
                with selectors.DefaultSelector() as selector:
                    selector.register(self._connection, selectors.EVENT_READ)
                    if not selector.select(timeout):
                        raise subprocess.TimeoutExpired(self.command, timeout or 0)
                self.returncode = int(self._line())
                self._connection.close()
            return self.returncode

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless the program has ended."""
        if self.poll() is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        """Send SIGKILL, unless the program has ended."""
        self.send_signal(signal.SIGKILL)


class _Own:
    """The interpreter of a process of tests that shares none; it ends with it."""

    path: str | None = None

    @classmethod
    def start(cls) -> str:
        """Return the path of its socket."""
        if cls.path is None:
            directory = tempfile.mkdtemp(prefix="relay-")
            path = os.path.join(directory, "interpreter")
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(path)
                listener.listen()
                number = listener.fileno()
                process = subprocess.Popen(
                    [sys.executable, "-m", __name__, str(number)],
                    cwd=ROOT,
                    pass_fds=[number],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                )
            assert process.stdin is not None
            atexit.register(shutil.rmtree, directory, True)
            atexit.register(process.wait)
            atexit.register(process.stdin.close)
            cls.path = path
        return cls.path


def address() -> str:
    """Return the path of the socket of the interpreter, which is started if need be."""
    return os.environ.get(SHARED) or _Own.start()


def fork(
    command: Sequence[str],
    environment: dict[str, str],
    directory: Path,
    output: int,
    errors: int | None = None,
) -> Process:
    """
    Run a Python program in a fork of the interpreter, without input.

    :param command: a script and its arguments, or ``-m``, a module and its arguments.
    :param environment: all of it.
    :param directory: in which it runs.
    :param output: the descriptor of its standard output.
    :param errors: the descriptor of its standard error; None for that of its output.
    """
    request = Request(list(command), environment, str(directory))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address())
    written = json.dumps(request).encode()
    length = len(written).to_bytes(_LENGTH_BYTES, "big")
    streams = [output, output if errors is None else errors]
    socket.send_fds(connection, [length], streams)
    connection.sendall(written)
    return Forked(connection, request)


def execute(
    command: Sequence[str], environment: dict[str, str], directory: Path, output: int
) -> Process:
    """
    Run a program from its file, without input.

    :param command: the program and its arguments.
    :param environment: all of it.
    :param directory: in which it runs.
    :param output: the descriptor of its standard output and error.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        env=environment,
        cwd=directory,
    )


def _import() -> None:
    """Import what daemons do, but not the reactor: each fork has its own."""
    # The directory that is run in may be that of the installed package, too.
    sys.path[:] = dict.fromkeys(sys.path)
    import relay

    for name in LIBRARIES:
        importlib.import_module(name)
    # klein imports the reactor for a method that Relay does not call.
    sys.modules[REACTOR] = ModuleType(REACTOR)
    importlib.import_module("klein")
    del sys.modules[REACTOR]
    for module in pkgutil.walk_packages(
        relay.__path__, "relay.", onerror=lambda name: None
    ):
        if not module.name.startswith(LATER):
            importlib.import_module(module.name)
    assert REACTOR not in sys.modules
    assert threading.active_count() == 1


class _Server:
    """Forks for each request, and reports the ends."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(sys.stdin, selectors.EVENT_READ)
        self._running: dict[int, tuple[int, socket.socket]] = {}
        """The pids and connections of the programs, by their pidfds."""

    def serve(self) -> Request | None:
        """Return a request in the fork that is to run it; None at the end."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is sys.stdin:
                    for pid, _ in self._running.values():
                        os.kill(pid, signal.SIGKILL)
                    return None
                if key.fileobj is self._listener:
                    request = self._accept()
                    if request is not None:
                        return request
                elif key.fd in self._running:
                    self._ended(key.fd)
                elif key.data in self._running:
                    # Whoever wanted the program is gone.
                    os.kill(self._running[key.data][0], signal.SIGKILL)
                    self._selector.unregister(key.fileobj)

    def _accept(self) -> Request | None:
        connection, _ = self._listener.accept()
        length, streams, _, _ = socket.recv_fds(connection, _LENGTH_BYTES, 2)
        with connection.makefile("rb") as file:
            written = file.read(int.from_bytes(length, "big"))
        if not written:
            # The process of tests was killed before it had asked.
            connection.close()
            return None
        pid = os.fork()
        if pid == 0:
            connection.close()
            self._close()
            for number, stream in enumerate(streams, 1):
                os.dup2(stream, number)
                os.close(stream)
            return Request(*json.loads(written))
        for stream in streams:
            os.close(stream)
        pidfd = os.pidfd_open(pid)
        self._running[pidfd] = pid, connection
        self._selector.register(pidfd, selectors.EVENT_READ)
        self._selector.register(connection, selectors.EVENT_READ, pidfd)
        with contextlib.suppress(OSError):
            connection.sendall(b"%d\n" % pid)
        return None

    def _ended(self, pidfd: int) -> None:
        pid, connection = self._running.pop(pidfd)
        _, status = os.waitpid(pid, 0)
        self._selector.unregister(pidfd)
        os.close(pidfd)
        with contextlib.suppress(KeyError):
            self._selector.unregister(connection)
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))

    def _close(self) -> None:
        """Close in a fork what is the interpreter's."""
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        self._selector.close()
        self._listener.close()
        for pidfd, (_, connection) in self._running.items():
            os.close(pidfd)
            connection.close()


def _run(request: Request) -> None:
    """Run a program as the interpreter does."""
    os.chdir(request.directory)
    os.environ.clear()
    os.environ.update(request.environment)
    if request.command[0] == "-m":
        sys.argv[:] = request.command[1:]
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv[:] = request.command
        sys.path.insert(0, str(Path(sys.argv[0]).parent))
        runpy.run_path(sys.argv[0], run_name="__main__")


def main(number: str) -> None:
    """
    Serve, and run a program in each fork.

    :param number: the descriptor of the listening socket.
    """
    _import()
    request = _Server(socket.socket(fileno=int(number))).serve()
    if request is not None:
        _run(request)


if __name__ == "__main__":
    main(sys.argv[1])
