"""Refuse what a page of another site makes a browser send.

A publisher's browser holds credentials and reaches addresses that the page's author
does not. Three checks keep the two apart, whatever the browser's age: the name in
``Host`` must be ours (a foreign name that resolves to us is DNS rebinding), and
neither ``Origin`` (RFC 6454) nor ``Sec-Fetch-Site`` (W3C Fetch Metadata) may tell of
another site. The fourth, that a body must be JSON by its Content-Type, stands where
bodies are read.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from twisted.web.server import Request

from relay.management.errors import BadRequest, Forbidden, Misdirected

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:@/\\?#\s]+)(?::([0-9]{1,5}))?")
_ORIGIN = re.compile(r"(https?)://(.+)")
_DEFAULT_PORT = {"http": "80", "https": "443"}


class Guard:
    """The checks of every request's head.

    :param hosts: names that are ours besides loopback names and IP addresses.
    """

    def __init__(self, hosts: Iterable[str]) -> None:
        self._hosts = frozenset(host.lower() for host in hosts)

    def check(self, request: Request) -> None:
        """
        :raises BadRequest: without exactly one Host.
        :raises Misdirected: when the Host is not one of ours.
        :raises Forbidden: when a page of another site asks.
        """
        host, port = self._host(request)
        if not self._is_ours(host):
            raise Misdirected(
                f"The Host {host} is not served here; names are allowed by the setting"
                " management.hosts",
                "host.notAllowed",
                {"host": host},
            )
        origin = request.getHeader("Origin")
        if origin is not None and not _same(
            origin.strip().lower(), host, port, bool(request.isSecure())
        ):
            raise Forbidden(
                "Requests from another origin are refused", "origin.foreign"
            )
        site = request.getHeader("Sec-Fetch-Site")
        if site is not None and site.strip().lower() not in ("same-origin", "none"):
            raise Forbidden("Requests from another site are refused", "origin.foreign")

    def _host(self, request: Request) -> tuple[str, str | None]:
        sent = request.requestHeaders.getRawHeaders(b"Host") or []
        if len(sent) == 1:
            text = sent[0].decode("latin-1").strip().lower()
            if text.isascii() and (parts := _HOST.fullmatch(text)):
                return parts[1], parts[2]
        raise BadRequest("Exactly one valid Host header is required", "host.invalid")

    def _is_ours(self, host: str) -> bool:
        if host == "localhost" or host.endswith(".localhost") or host in self._hosts:
            return True
        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return False
        return True


def _same(origin: str, host: str, port: str | None, secure: bool) -> bool:
    found = _ORIGIN.fullmatch(origin)
    parts = found and _HOST.fullmatch(found[2])
    if not found or not parts or (secure and found[1] != "https"):
        return False
    # Without TLS of our own a proxy in front may have taken it off, so the scheme
    # of the page decides which port a Host without one means.
    default = _DEFAULT_PORT[found[1]]
    return (parts[1], parts[2] or default) == (host, port or default)
