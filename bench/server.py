"""
What the servers that are measured have in common.

A server is a function that is given a place and gives what runs there, as a context
manager. Everything that can change a figure is in `Running.settings`.
"""

from __future__ import annotations

import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import BenchError, accepts, wait_until


@dataclass(frozen=True)
class Tls:
    """A certificate for 127.0.0.1 that signs itself, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Place:
    """Where a server is to run and what it is to stand in front of."""

    directory: Path
    """Its own and empty; it goes away after the run."""
    core: int | None
    source_port: int
    tls: Tls | None = None
    """For both sides: towards clients and towards the source."""


@dataclass(frozen=True)
class Running:
    """A server that accepts clients."""

    port: int
    pids: list[int]
    prefix: str
    """The path under which the source's paths are found."""
    version: str
    settings: str
    """What its configuration says, apart from paths and ports."""


Server = Callable[[Place], AbstractContextManager[Running]]
"""Started fresh for each measurement, with one source behind it."""


def await_listening(
    process: subprocess.Popen[str], log: Path, ports: tuple[int, ...]
) -> None:
    """
    Wait until a server accepts connections.

    :param log: where it prints, for the reason why it does not.
    :raises BenchError: it ended, or takes too long.
    """

    def listening() -> bool:
        if process.poll() is not None:
            lines = log.read_text().strip().splitlines() or ["it said nothing"]
            raise BenchError(f"the server ended with {process.returncode}: {lines[-1]}")
        return all(map(accepts, ports))

    wait_until(listening, "the server accepts connections")


def await_serving(port: int, prefix: str, tls: Tls | None) -> None:
    """
    Wait until the source's statistics are had through the gateway.

    :raises BenchError: they are not, for too long.
    """
    scheme = "http" if tls is None else "https"
    context = None
    if tls is not None:
        context = ssl.create_default_context(cafile=str(tls.certificate))
    url = f"{scheme}://127.0.0.1:{port}{prefix}/stats"

    def serving() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=5, context=context):
                return True
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return False

    wait_until(serving, "the source is reached through the gateway")
