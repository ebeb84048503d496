"""Host names: their addresses, and how long the lookup takes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from relay.cli.doctor.finding import Finding, error, ok, warning

SLOW_S = 0.5


def check_name(
    host: str,
    lookup: Callable[..., Any] = socket.getaddrinfo,
    now: Callable[[], float] = time.monotonic,
) -> Finding | None:
    """
    Look a host name up, as the daemon does.

    :param now: in seconds.
    :return: None for an address, which needs no lookup.
    """
    try:
        ip_address(host)
        return None
    except ValueError:
        begun = now()
    try:
        found = lookup(host, None, type=socket.SOCK_STREAM)
    except OSError as problem:
        advice = "check the name, and the name servers in /etc/resolv.conf"
        return error("DNS", f"{host}: {problem.strerror or problem}", advice)
    taken_s = now() - begun
    kinds = {socket.AF_INET: "A", socket.AF_INET6: "AAAA"}
    counts = {
        kind: len({one[4][0] for one in found if one[0] == family})
        for family, kind in kinds.items()
    }
    numbers = ", ".join(f"{number} {kind}" for kind, number in counts.items() if number)
    shown = f"{host}: {numbers} in {taken_s * 1000:.0f} ms"
    if taken_s > SLOW_S:
        advice = "see which name server is slow; resolver.cache_ms keeps addresses"
        return warning("DNS", shown, advice)
    return ok("DNS", shown)
