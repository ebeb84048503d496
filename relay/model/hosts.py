"""Names of hosts."""

from __future__ import annotations

import ipaddress
import re

_NAME = re.compile(
    r"(?=.{1,253}\Z)"
    r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
    r"(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_DOTTED_DIGITS = re.compile(r"[0-9.]+")


def is_host(host: str) -> bool:
    """Say whether this is a host name or an IP address, without a port.

    Names follow RFC 1123 §2.1 with the underscore that container names carry; an
    IPv6 address stands in brackets (RFC 3986 §3.2.2).

    :param host: lower-case or not.
    """
    if host.startswith("[") and host.endswith("]"):
        return is_address(host[1:-1]) and ":" in host
    if _DOTTED_DIGITS.fullmatch(host):
        return is_address(host)
    return _NAME.fullmatch(host.lower()) is not None


def is_address(host: str) -> bool:
    """Say whether this is an IPv4 or IPv6 address, without brackets or a zone."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
