"""
The common parts of the measured servers.

A server is a function that is given a place and gives what runs there, as a context
manager. Everything that can change a figure is in `Running.settings`.
"""

from __future__ import annotations

import re
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.instruments.machine import Core
from bench.instruments.processes import (
    BenchError,
    accepts,
    family,
    start,
    stop,
    wait_until,
)


@dataclass(frozen=True)
class Tls:
    """A certificate for 127.0.0.1 that signs itself, as PEM files."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Place:
    """Where a server runs, and which source it stands in front of."""

    directory: Path
    """Its own and empty; it goes away after the run."""
    core: Core
    source_port: int
    tls: Tls | None = None
    """Towards clients."""
    source_tls: bool = False
    """Whether the source has TLS, too, by the same certificate."""


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
    publish: tuple[int, str] | None = None
    """The port and path that events are POSTed to, without TLS; ``None`` where the
    server reads them from the source itself."""
    header: str | None = None
    """A line of each request's head, such as a credential."""


STATS = "/stats"
"""What a source answers at once, so that it shows whether it is reached."""

BROADCAST = "/broadcast"
"""Where clients find the events that are for all, below a server's prefix."""

_READY = re.compile(r"ready: listening on (.+)")
_PLACE = re.compile(r"\S+:(\d+) \((?:listener )?([^()]+)\)")

Server = Callable[[Place], AbstractContextManager[Running]]
"""Started fresh for each measurement, with one source behind it."""


@contextmanager
def serving(
    place: Place,
    command: list[str],
    ports: tuple[int, ...],
    environment: dict[str, str] | None = None,
    inherited: tuple[int, ...] = (),
) -> Iterator[list[int]]:
    """
    Run a peer before the source, and give its processes once it serves.

    :param ports: that it listens on, the clients' first.
    :param inherited: descriptors that stay open in it.
    """
    log = place.directory / "output.log"
    process = start(
        command,
        place.core,
        environment=environment,
        output=log,
        directory=place.directory,
        inherited=inherited,
    )
    try:
        await_listening(process, log, ports)
        await_serving(ports[0], STATS, place.tls)
        yield family(process.pid)
    finally:
        stop(process)


def await_listening(
    process: subprocess.Popen[str], log: Path, ports: tuple[int, ...]
) -> None:
    """
    Wait until a server accepts connections.

    :param log: where it prints, for the reason why it does not.
    :raises BenchError: it ended, or takes too long.
    """

    def listening() -> bool:
        check_running(process, log)
        return all(map(accepts, ports))

    wait_until(listening, "the server accepts connections")


def await_ready(process: subprocess.Popen[str], log: Path) -> dict[str, int]:
    """
    Wait until a Relay accepts connections on all its listeners.

    :param log: where it prints.
    :return: the ports by the ids of the gateway's listeners, and by ``management``.
    :raises BenchError: it ended, or takes too long.
    """

    def ports() -> dict[str, int]:
        ready = _READY.search(log.read_text())
        if ready is None:
            return {}
        return {name: int(port) for port, name in _PLACE.findall(ready[1])}

    def is_ready() -> bool:
        check_running(process, log)
        return bool(ports())

    wait_until(is_ready, "Relay is ready")
    return ports()


def check_running(process: subprocess.Popen[str], log: Path) -> None:
    """
    Make sure that a server has not ended.

    :raises BenchError: it has; the message is the last line that it printed.
    """
    if process.poll() is not None:
        lines = log.read_text().strip().splitlines() or ["it said nothing"]
        raise BenchError(f"the server ended with {process.returncode}: {lines[-1]}")


def await_serving(
    port: int,
    path: str,
    tls: Tls | None,
    *,
    preflight: bool = False,
    header: str | None = None,
) -> None:
    """
    Wait until a path is answered with success.

    :param preflight: ask as a browser does first, which opens no channel.
    :param header: a line of the request's head.
    :raises BenchError: it is not, for too long.
    """
    scheme = "http" if tls is None else "https"
    context = None
    if tls is not None:
        context = ssl.create_default_context(cafile=str(tls.certificate))
    request = urllib.request.Request(f"{scheme}://127.0.0.1:{port}{path}")
    if header is not None:
        name, _, value = header.partition(": ")
        request.add_header(name, value)
    if preflight:
        request.method = "OPTIONS"
        request.add_header("Access-Control-Request-Method", "GET")
        request.add_header("Origin", "http://bench")

    def serving() -> bool:
        try:
            with urllib.request.urlopen(request, timeout=5, context=context):
                return True
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return False

    wait_until(serving, f"{path} is served")
