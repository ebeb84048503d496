"""The guard of outbound requests: which addresses URLs of definitions may reach.

The author of a URL that this host fetches could otherwise reach what only this host
can: services on loopback, the metadata service of a cloud, a private network.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import Protocol, runtime_checkable

_NOT_PUBLIC = (
    # RFC 6890, 2.2.2: protocol assignments, with the metadata service of a cloud at
    # 192.0.0.192. Which of them Python calls global depends on its version.
    IPv4Network("192.0.0.0/24"),
    # The relays of 6to4 (RFC 7526).
    IPv4Network("192.88.99.0/24"),
    # Metadata services of clouds that have public addresses.
    IPv4Network("168.63.129.16/32"),
)
_UNICAST = IPv6Network("2000::/3")
"""The addresses that the IPv6 registry has assigned to global unicast."""
_NOT_GLOBAL = (
    # Protocol assignments, Teredo among them; documentation; 6to4.
    IPv6Network("2001::/23"),
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),
    IPv6Network("3fff::/20"),
)
_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052, 2.1: the last 32 bits are an IPv4 address."""


class AddressGuard:
    """
    Permits public addresses, and those that the operator lists.

    :param allow: networks, and names of hosts whose addresses are all permitted.
    """

    def __init__(self, allow: Iterable[IPv4Network | IPv6Network | str] = ()) -> None:
        self.allow(allow)

    def allow(self, allow: Iterable[IPv4Network | IPv6Network | str]) -> None:
        """
        Replace the list of what is permitted besides public addresses.

        :param allow: as above.
        """
        listed = list(allow)
        self._networks = [one for one in listed if not isinstance(one, str)]
        self._names = {_plain(one) for one in listed if isinstance(one, str)}

    def permits(self, host: str, address: str) -> bool:
        """
        Whether an address may be dialled.

        :param host: the name that it was resolved from, or the address itself.
        :param address: the address to dial; a zone is ignored.
        """
        if _plain(host) in self._names:
            return True
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        return _is_public(ip) or any(ip in network for network in self._networks)


@runtime_checkable
class Guarded(Protocol):
    """An object that follows redirects under a guard."""

    def guard_redirects(self, guard: AddressGuard) -> None:
        """
        Set the guard of redirects to other origins.

        :param guard: decides which addresses such redirects may reach.
        """


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if isinstance(ip, IPv4Address):
        return (
            ip.is_global
            and not ip.is_multicast
            and not any(ip in network for network in _NOT_PUBLIC)
        )
    if ip in _NAT64:
        return _is_public(IPv4Address(int(ip) & 0xFFFFFFFF))
    return ip in _UNICAST and not any(ip in network for network in _NOT_GLOBAL)


def _plain(host: str) -> str:
    return host.lower().rstrip(".")
