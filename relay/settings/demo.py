"""The settings of the demo: addresses of this machine only, at ports that are free."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address

PORTS = {"gateway": 8082, "management": 8083, "technical": 18082, "demo source": 8090}
"""The ports that the demo takes if they are free, by what listens there."""
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class DemoSettings:
    """The defaults of a daemon that runs the demo."""

    endpoints: dict[str, str]
    """The endpoint strings, by what listens there."""
    taken: dict[str, int]
    """The ports that another program has, by what listens elsewhere."""


def is_free(port: int) -> bool:
    """Whether a port of this machine can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def demo_settings(free: Callable[[int], bool] = is_free) -> DemoSettings:
    """
    Choose the addresses of the demo.

    :param free: whether a port can be listened on.
    """
    taken = {name: port for name, port in PORTS.items() if not free(port)}
    ports = {name: 0 if name in taken else port for name, port in PORTS.items()}
    return DemoSettings(
        {name: f"tcp:{port}:interface={LOOPBACK}" for name, port in ports.items()},
        taken,
    )


def is_local(endpoint: str) -> bool:
    """
    Whether only programs of this machine can connect to an endpoint.

    :param endpoint: a Twisted endpoint string.
    """
    kind, *arguments = re.split(r"(?<!\\):", endpoint.removeprefix("haproxy:"))
    if kind == "unix":
        return True
    interface = ""
    if kind in ("tcp", "tcp6"):
        # The second argument may come without its name.
        interface = arguments[1] if len(arguments) > 1 else ""
        for one in arguments:
            name, separator, value = one.partition("=")
            interface = value if separator and name == "interface" else interface
    try:
        return ip_address(interface.replace("\\", "")).is_loopback
    except ValueError:
        return False
