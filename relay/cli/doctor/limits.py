"""Limits of the system: open files, memory, backlog, ephemeral ports."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from pathlib import Path

from relay.cli.doctor.finding import Finding, error, ok, warning
from relay.settings.endpoints import place
from relay.settings.schema import Settings

FEW_FILES = 4096
"""Below this number, a few thousand streams fail."""
FILES_OF_A_STREAM = 2
"""The connection of the client and, for a PROXY API, the one to the source."""
LITTLE_MEMORY = 256 * 2**20
FEW_PORTS = 16_384
_BACKLOG = re.compile(r":backlog=(\d+)")
_DEFAULT_BACKLOG = 50


def check_limits(
    settings: Settings,
    memory_bytes: int,
    files: int | None = None,
    system: Path = Path("/proc/sys/net"),
) -> Iterator[Finding]:
    """
    Check the limits that streams meet first.

    :param memory_bytes: the memory that a process may have.
    :param files: the limit of open files; None for that of this process.
    :param system: the directory of the network's parameters.
    """
    if files is None:
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield _files(settings, files)
    shown = f"a process may have {memory_bytes // 2**20} MiB"
    if memory_bytes < LITTLE_MEMORY:
        advice = "raise the limit of the control group or container to 512 MiB or more"
        yield warning("memory", shown, advice)
    else:
        yield ok("memory", shown)
    yield from _backlog(settings, system)
    yield from _ephemeral(settings, system)


def _files(settings: Settings, files: int) -> Finding:
    usable = files - min(settings.limits.reserved_files, files // 4)
    streams = usable // FILES_OF_A_STREAM
    shown = f"this shell allows {files} open files: about {streams} streams"
    wanted = settings.limits.max_exchanges
    advice = (
        "raise the limit where the daemon is started: LimitNOFILE=65536 in the unit, "
        "ulimit -n 65536 in a shell, --ulimit nofile=65536 for a container"
    )
    if wanted and streams < wanted:
        found = f"{shown}; limits.max_exchanges allows {wanted}"
        return error("open files", found, advice)
    if files < FEW_FILES:
        return warning("open files", shown, advice)
    return ok("open files", shown)


def _backlog(settings: Settings, system: Path) -> Iterator[Finding]:
    most = _number(system / "core" / "somaxconn")
    if most is None:
        return
    wanted = max(
        int(found[1]) if (found := _BACKLOG.search(one.endpoint)) else _DEFAULT_BACKLOG
        for one in settings.gateway.listeners
    )
    shown = f"the system queues {most} new connections, the listeners ask for {wanted}"
    if most < wanted:
        advice = f"sysctl -w net.core.somaxconn={wanted}, and in /etc/sysctl.d"
        yield warning("somaxconn", shown, advice)
    else:
        yield ok("somaxconn", shown)


def _ephemeral(settings: Settings, system: Path) -> Iterator[Finding]:
    try:
        text = (system / "ipv4" / "ip_local_port_range").read_text()
        low, high = map(int, text.split())
    except (OSError, ValueError):
        return
    shown = f"{high - low + 1} ports ({low} to {high}) for connections to one source"
    if high - low + 1 < FEW_PORTS:
        advice = "sysctl -w net.ipv4.ip_local_port_range='1024 65535'"
        yield warning("ephemeral ports", shown, advice)
        return
    inside = [port for port in listening_ports(settings) if low <= port <= high]
    if inside:
        numbers = ", ".join(map(str, inside))
        advice = (
            f"sysctl -w net.ipv4.ip_local_reserved_ports={numbers}: otherwise a "
            "connection to a source may take the port while the daemon restarts"
        )
        yield warning("ephemeral ports", f"{shown} include {numbers}", advice)
    else:
        yield ok("ephemeral ports", shown)


def listening_ports(settings: Settings) -> list[int]:
    """Return the TCP ports of all listeners."""
    places = [place(one) for one in endpoints(settings).values()]
    return [int(one[1]) for one in places if one[0] in ("tcp", "tcp6") and len(one) > 1]


def endpoints(settings: Settings) -> dict[str, str]:
    """Return the endpoint strings of all listeners, by their settings."""
    found = {
        f"gateway.listeners[{number}].endpoint": one.endpoint
        for number, one in enumerate(settings.gateway.listeners)
    }
    found["management.endpoint"] = settings.management.endpoint
    found["technical.endpoint"] = settings.technical.endpoint
    return {name: one for name, one in found.items() if one}


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
