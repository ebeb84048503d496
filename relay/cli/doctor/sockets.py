"""The sockets that listen on this machine, and their processes."""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
from pathlib import Path

_LISTENING = "0A"
"""The state of a socket that listens, in ``/proc/net/tcp``."""
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def listening(family: socket.AddressFamily, interface: str, port: int) -> set[int]:
    """
    Return the inodes of the sockets with which an address is in use.

    :param family: of the address.
    :param interface: an address or a host name; empty for all addresses.
    """
    found = socket.getaddrinfo(
        interface or None, port, family, socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    wanted = _plain(str(found[0][4][0]).partition("%")[0])
    inodes = set()
    for table in ("tcp", "tcp6"):
        try:
            lines = Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()
        except OSError:
            continue
        for line in lines[1:]:
            fields = line.split()
            address, _, number = fields[1].partition(":")
            if fields[3] == _LISTENING and int(number, 16) == port:
                own = _decoded(address)
                if own == wanted or own.is_unspecified or wanted.is_unspecified:
                    inodes.add(int(fields[9]))
    return inodes


def sockets_of(pid: int) -> set[int] | None:
    """
    Return the inodes of the sockets of a process; None if this user cannot see them.

    A process that has ended has none.
    """
    found = set()
    directory = f"/proc/{pid}/fd"
    try:
        for name in os.listdir(directory):
            try:
                target = os.readlink(f"{directory}/{name}")
            except FileNotFoundError:
                continue
            if target.startswith("socket:["):
                found.add(int(target[len("socket:[") : -1]))
    except FileNotFoundError:
        return set()
    except PermissionError:
        return None
    return found


def _decoded(text: str) -> Address:
    """Read an address of ``/proc/net/tcp``: words of 32 bits in the machine's order."""
    words = (int(text[at : at + 8], 16) for at in range(0, len(text), 8))
    packed = b"".join(struct.pack("=I", word) for word in words)
    return _plain(packed)


def _plain(address: str | bytes) -> Address:
    """Return an address; an IPv4 address that is mapped to IPv6 is an IPv4 address."""
    found = ipaddress.ip_address(address)
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
