"""The addresses of the listeners: whether the daemon can have them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

from relay.cli.doctor.finding import Finding, error, ok
from relay.cli.doctor.limits import endpoints
from relay.settings.endpoints import place
from relay.settings.schema import Settings


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Try to listen on each TCP address, and stop at once."""
    holder = running_daemon(settings.data_dir)
    for name, endpoint in endpoints(settings).items():
        kind, *address = place(endpoint)
        if kind in ("tcp", "tcp6") and address:
            port, interface = int(address[0]), address[1].replace("\\", "")
            yield _check(name, kind, interface, port, holder)


def running_daemon(data_dir: str) -> int | None:
    """
    Return the process id of the daemon that has the data directory; None for none.

    :param data_dir: its file ``lock`` has the process ids of its daemons.
    """
    try:
        text = (Path(data_dir) / "lock").read_text(encoding="ascii")
    except (OSError, ValueError):
        return None
    for number in text.split():
        if number.isdigit() and Path(f"/proc/{number}").exists():
            return int(number)
    return None


def _check(
    name: str, kind: str, interface: str, port: int, holder: int | None
) -> Finding:
    family = socket.AF_INET6 if kind == "tcp6" or ":" in interface else socket.AF_INET
    shown = f"{name}: port {port}"
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
            probe.listen(1)
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE and holder is not None:
                return ok("port", f"{shown} is in use; the daemon runs ({holder})")
            return _refused(shown, interface, port, problem)
    return ok("port", f"{shown} is free")


def _refused(shown: str, interface: str, port: int, problem: OSError) -> Finding:
    if problem.errno == errno.EADDRINUSE:
        advice = f"ss -ltnp 'sport = :{port}' shows the program that has it"
        return error("port", f"{shown} is taken by another program", advice)
    if problem.errno == errno.EACCES:
        advice = (
            "AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit, a socket unit, or a "
            "port from 1024"
        )
        return error("port", f"{shown} needs a privilege that this user lacks", advice)
    if problem.errno == errno.EADDRNOTAVAIL:
        advice = "ip address shows the addresses of this machine"
        return error("port", f"{shown}: {interface} is not an address here", advice)
    return error("port", f"{shown}: {os.strerror(problem.errno or 0)}", "see the error")
