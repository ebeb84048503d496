"""Ports for programs that cannot choose one themselves and report it."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOWEST = 10_000
_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_held: list[socket.socket] = []


def fixed_port() -> int:
    """
    Reserve a port, for this process, until it ends.

    It is below the range from which the system chooses ports, so that no outgoing
    connection takes it before it is bound. Test processes that run side by side exclude
    each other with a UDP socket of the same number.
    """
    lowest_chosen = int(_RANGE.read_text().split()[0])
    candidates = list(range(LOWEST, max(lowest_chosen, 2 * LOWEST)))
    random.shuffle(candidates)
    for port in candidates:
        reservation = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            reservation.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            reservation.close()
            continue
        _held.append(reservation)
        return port
    raise AssertionError("no port is free")


@contextmanager
def refusing_port() -> Iterator[int]:
    """Hold a port that refuses connections: it is bound, and nothing listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        yield port


def accepts(port: int) -> bool:
    """Whether something accepts connections on a port of this machine."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
