"""The two C programs: compiled here, started, and asked."""

from __future__ import annotations

import json
import shutil
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import BenchError, start, stop

HERE = Path(__file__).parent
BUILD = HERE / "build"
FLAGS = ("-O2", "-Wall", "-Wextra", "-Werror")

Figures = dict[str, Any]
"""What the load client reports; its own text describes each figure."""


def compiled(name: str) -> Path:
    """
    Give a C program of this directory, compiled from its present text.

    :raises BenchError: there is no compiler, or it refuses.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise BenchError("a C compiler is needed: apt install gcc libc6-dev")
    text, program = HERE / f"{name}.c", BUILD / name
    newest = max(text.stat().st_mtime, (HERE / "monotonic.h").stat().st_mtime)
    if program.exists() and program.stat().st_mtime > newest:
        return program
    BUILD.mkdir(exist_ok=True)
    command = [compiler, *FLAGS, "-o", str(program), str(text)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"{name}.c does not compile:\n{done.stderr}")
    return program


@dataclass(frozen=True)
class Source:
    """The event-stream source, running."""

    port: int

    def stats(self) -> dict[str, int]:
        """Ask what it has opened, closed and sent so far."""
        url = f"http://127.0.0.1:{self.port}/stats"
        with urllib.request.urlopen(url, timeout=10) as answer:
            numbers: dict[str, int] = json.load(answer)
            return numbers


@contextmanager
def source(core: int | None) -> Iterator[Source]:
    """Run the source for as long as the block lasts."""
    process = start([str(compiled("source"))], core)
    try:
        assert process.stdout is not None
        yield Source(int(process.stdout.readline()))
    finally:
        stop(process)


def load(
    core: int | None,
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
    command = [str(compiled("load"))]
    for name, value in options.items():
        command += [f"--{name}", str(value)]
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
