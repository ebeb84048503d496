"""Host names and their normal form."""

from __future__ import annotations

import ipaddress
import re
from typing import NamedTuple
from urllib.parse import urlsplit

_NAME = re.compile(
    r"(?=.{1,253}\Z)"
    r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
    r"(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
_DOTTED_DIGITS = re.compile(r"[0-9.]+")
_AUTHORITY = re.compile(
    r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~!$&'()*+,;=-]*)(?::([0-9]{0,5}))?"
)
"""RFC 3986, 3.2.2 and 3.2.3, without percent-encoding."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class Authority(NamedTuple):
    """
    A host with its port.

    :param host: in normal form; may be empty.
    :param port: None without a port.
    """

    host: str
    port: int | None


def is_host(host: str) -> bool:
    """Whether a text is a host name or an IP address, without a port.

    Names follow RFC 1123, 2.1, and may have underscores, as names of containers do; an
    IPv6 address is in brackets (RFC 3986, 3.2.2).

    :param host: in any case.
    """
    if host.startswith("[") and host.endswith("]"):
        return is_address(host[1:-1]) and ":" in host
    if _DOTTED_DIGITS.fullmatch(host):
        return is_address(host)
    return _NAME.fullmatch(host.lower()) is not None


def is_address(host: str) -> bool:
    """Whether a text is an IPv4 or IPv6 address, without brackets and zone."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host


def normal_host(host: str) -> str:
    """
    Normalise a host: lower-case, without the trailing dot of an absolute name (RFC
    1034, 3.1), and an IPv6 address in the form of RFC 5952.

    :param host: a name or an address, without a port.
    """
    if host.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(host[1:-1])}]"
        except ValueError:
            return host.lower()
    return host.lower().removesuffix(".")


def read_authority(text: str) -> Authority | None:
    """
    Parse a host with an optional port, as in ``Host`` (RFC 9110, 7.2).

    :param text: without user information.
    :return: None when it is malformed.
    """
    found = _AUTHORITY.fullmatch(text)
    if found is None or int(found[2] or 0) > 65535:
        return None
    return Authority(normal_host(found[1]), int(found[2]) if found[2] else None)


def same_authority(one: str, other: str, scheme: str) -> bool:
    """
    Whether two authorities are equal, where a missing port is the scheme's default.

    :param one: a host with an optional port.
    :param scheme: ``http`` or ``https``.
    """
    first, second = read_authority(one), read_authority(other)
    if first is None or second is None or first.host != second.host:
        return False
    default = DEFAULT_PORTS[scheme]
    return (first.port or default) == (second.port or default)


def normal_origin(url: str) -> str | None:
    """
    Compute the normal form of the origin of a URL (RFC 6454, 4).

    :param url: any text.
    :return: scheme, host and port; None when it is no http(s) URL, or when it holds
        user information.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not parts.netloc:
        return None
    authority = read_authority(parts.netloc)
    if authority is None or not authority.host:
        return None
    port = authority.port or DEFAULT_PORTS[parts.scheme]
    return f"{parts.scheme}://{authority.host}:{port}"
