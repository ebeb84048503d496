"""Start a program on a core, watch its memory, and end it."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from bench.instruments.machine import Core, pin


class BenchError(Exception):
    """The run cannot continue; the message is one line."""


def start(
    command: list[str],
    core: Core,
    *,
    environment: Mapping[str, str] | None = None,
    output: Path | None = None,
    directory: Path | None = None,
    inherited: Collection[int] = (),
) -> subprocess.Popen[str]:
    """
    Start a program on a core.

    :param output: the file for all it prints; without one, its standard output is
        piped.
    :param inherited: descriptors that stay open in it.
    """
    target = subprocess.PIPE if output is None else output.open("w")
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=target,
            stderr=None if output is None else subprocess.STDOUT,
            text=True,
            env=None if environment is None else dict(environment),
            cwd=directory,
            pass_fds=inherited,
            preexec_fn=lambda: pin(core),
        )
    finally:
        if not isinstance(target, int):
            target.close()


def stop(process: subprocess.Popen[str], *, bound_s: float = 15) -> None:
    """End a program, by force if it does not end within the bound."""
    process.terminate()
    try:
        process.wait(bound_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def family(pid: int) -> list[int]:
    """Return a process and all below it, such as the workers of a server."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


def resident_bytes(pids: list[int]) -> int:
    """
    Add up the memory of processes, counting what they share once (``Pss``).

    It is the processes' own memory; what the kernel holds for sockets is not in it.
    """
    total_kib = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total_kib += int(line.split()[1])
    return total_kib * 1024


def forget_peak(pids: list[int]) -> None:
    """Reset the peak of each process to its present memory (see proc(5))."""
    for pid in pids:
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_bytes(pids: list[int]) -> int:
    """Add up the most that each process held since its peak was forgotten."""
    total_kib = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total_kib += int(line.split()[1])
    return total_kib * 1024


def wait_until(true: Callable[[], bool], what: str, *, bound_s: float = 30) -> None:
    """
    Look again and again, for a bounded time, whether a state has come.

    :raises BenchError: it did not come; ``what`` names it.
    """
    give_up_s = time.monotonic() + bound_s
    while not true():
        if time.monotonic() > give_up_s:
            raise BenchError(f"after {bound_s:.0f} s still not true: {what}")
        time.sleep(0.02)


def accepts(port: int) -> bool:
    """Whether something listens on a loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free_port() -> int:
    """Find a loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
