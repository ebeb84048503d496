"""The three C programs: compile, start, and communicate."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.instruments.machine import Core
from bench.instruments.processes import BenchError, start, stop

HERE = Path(__file__).parent
BUILD = HERE / "build"
FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror")

Figures = dict[str, Any]
"""What the load client reports; its own text describes each figure."""


def compiled(name: str, *, tls: bool = False) -> Path:
    """
    Return a C program of this directory, compiled from its current source.

    :param tls: with OpenSSL.
    :raises BenchError: there is no compiler, or it refuses.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise BenchError("a C compiler is needed: apt install gcc libc6-dev")
    text, program = HERE / f"{name}.c", BUILD / f"{name}{'-tls' * tls}"
    newest = max(text.stat().st_mtime, (HERE / "monotonic.h").stat().st_mtime)
    if program.exists() and program.stat().st_mtime > newest:
        return program
    BUILD.mkdir(exist_ok=True)
    # Several processes may do this at once, and none may meet half a program.
    with TemporaryDirectory(dir=BUILD) as place:
        made = Path(place) / program.name
        command = [compiler, *FLAGS, "-o", str(made), str(text)]
        if tls:
            command += ["-DWITH_TLS", "-lssl", "-lcrypto"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchError(f"{name}.c does not compile:\n{done.stderr}")
        made.replace(program)
    return program


@dataclass(frozen=True)
class Source:
    """The event-stream source, running."""

    port: int

    def stats(self) -> dict[str, int]:
        """Return the number of streams opened and closed, and of events sent, so
        far."""
        numbers: dict[str, int] = self._asked("stats")
        return numbers

    def start(self) -> None:
        """Begin the events that are for all its streams."""
        self._asked("start")

    def ease(self) -> None:
        """Slow down, so that clients that are behind catch up."""
        self._asked("ease")

    def _asked(self, path: str) -> Any:
        url = f"http://127.0.0.1:{self.port}/{path}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)


@contextmanager
def source(
    core: Core, *, broadcast_us: int = 0, broadcast_bytes: int = 0
) -> Iterator[Source]:
    """
    Run the source for as long as the block lasts.

    :param broadcast_us: the interval of events that are for all its streams, once it
        is told to start; 0 for none.
    """
    command = [str(compiled("source"))]
    if broadcast_us:
        command += ["--broadcast-us", str(broadcast_us)]
        command += ["--broadcast-bytes", str(broadcast_bytes)]
    process = start(command, core)
    try:
        assert process.stdout is not None
        yield Source(int(process.stdout.readline()))
    finally:
        stop(process)


@dataclass
class Publisher:
    """Publishes events to a server on one connection, from its start to its end."""

    core: Core
    port: int
    path: str
    interval_us: int
    event_bytes: int
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start the process."""
        options = {
            "port": self.port,
            "path": self.path,
            "interval-us": self.interval_us,
            "bytes": self.event_bytes,
        }
        self._process = start(_command(compiled("publish"), options), self.core)

    def ease(self) -> None:
        """Reduce the rate, so that clients that are behind catch up."""
        if self._process is not None:
            self._process.send_signal(signal.SIGUSR1)

    def end(self) -> Figures:
        """
        Stop the process, and return its counts.

        :raises BenchError: the server hung up, or it was never begun.
        """
        process, self._process = self._process, None
        if process is None:
            raise BenchError("the load client did not come to publishing")
        process.terminate()
        said, _ = process.communicate(timeout=15)
        if not said:
            raise BenchError(f"the publisher ended with status {process.returncode}")
        counts: Figures = json.loads(said)
        return counts

    def __enter__(self) -> Publisher:
        """Return the publisher."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Leave no process behind."""
        if self._process is not None:
            stop(self._process)


def load(
    core: Core,
    options: dict[str, object],
    *,
    cpu_of: list[int],
    at: Callable[[str], None],
    bound_s: float,
) -> Figures:
    """
    Run the load client to its end.

    :param options: its options, without the dashes.
    :param cpu_of: the processes whose CPU time it reads.
    :param at: called with the name of each phase as it begins.
    :param bound_s: how long it may take.
    :raises BenchError: it failed.
    """
    command = _command(compiled("load", tls="trust" in options), options)
    for pid in cpu_of:
        command += ["--cpu-of", str(pid)]
    process = start(["timeout", f"{bound_s:.0f}", *command], core)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            said: Figures = json.loads(line)
            if "mark" not in said:
                return said
            at(said["mark"])
        raise BenchError(f"the load client ended with status {process.wait()}")
    finally:
        stop(process)


def _command(program: Path, options: Mapping[str, object]) -> list[str]:
    command = [str(program)]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
    return command
