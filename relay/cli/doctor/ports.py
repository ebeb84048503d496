"""The addresses of the listeners: whether the daemon can have them."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from relay.cli.doctor.finding import Finding, error, ok, warning
from relay.cli.doctor.limits import endpoints
from relay.cli.doctor.sockets import listening, sockets_of
from relay.settings.endpoints import place
from relay.settings.schema import Settings


def check_ports(settings: Settings) -> Iterator[Finding]:
    """Try to listen on each TCP address, and stop at once."""
    daemons = running_daemons(settings.data_dir)
    for name, endpoint in endpoints(settings).items():
        kind, *address = place(endpoint)
        if kind in ("tcp", "tcp6") and address:
            port, interface = int(address[0]), address[1].replace("\\", "")
            yield _check(name, kind, interface, port, daemons)


def running_daemons(data_dir: str) -> list[int]:
    """
    Return the process ids of the daemons that have the data directory.

    :param data_dir: its file ``lock`` has them.
    """
    try:
        text = (Path(data_dir) / "lock").read_text(encoding="ascii")
    except (OSError, ValueError):
        return []
    numbers = dict.fromkeys(int(one) for one in text.split() if one.isdigit())
    return [one for one in numbers if Path(f"/proc/{one}").exists()]


def _check(
    name: str, kind: str, interface: str, port: int, daemons: Sequence[int]
) -> Finding:
    family = socket.AF_INET6 if kind == "tcp6" or ":" in interface else socket.AF_INET
    shown = f"{name}: port {port}"
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((interface, port))
            probe.listen(1)
        except OSError as problem:
            if problem.errno == errno.EADDRINUSE:
                return _taken(shown, port, listening(family, interface, port), daemons)
            return _refused(shown, interface, port, problem)
    return ok("port", f"{shown} is free")


def _taken(
    shown: str, port: int, sockets: Collection[int], daemons: Sequence[int]
) -> Finding:
    """
    :param sockets: the inodes of those that have the port.
    """
    advice = f"ss -ltnp 'sport = :{port}' shows the program that has it"
    held = {one: sockets_of(one) for one in daemons}
    for pid, own in held.items():
        if own is not None and not own.isdisjoint(sockets):
            return ok("port", f"{shown} is in use; the daemon runs ({pid})")
    named = ", ".join(map(str, daemons))
    if any(own is None for own in held.values()):
        return warning(
            "port",
            f"{shown} is in use; this user cannot see whether by the daemon ({named})",
            f"run relay doctor as the user of the daemon, or as root; {advice}",
        )
    other = f", not by the daemon that runs ({named})" if daemons else ""
    return error("port", f"{shown} is taken by another program{other}", advice)


def _refused(shown: str, interface: str, port: int, problem: OSError) -> Finding:
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
