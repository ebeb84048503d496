"""Refuse requests that a page of another site makes a browser send.

A publisher's browser has credentials, and reaches addresses that the author of a page
does not. Three checks apply to the head of a request, for browsers of any age: the name
in ``Host`` must be an allowed one (a foreign name that resolves to this address is DNS
rebinding), and neither ``Origin`` (RFC 6454) nor ``Sec-Fetch-Site`` (W3C Fetch
Metadata) may name another site. The fourth check, the Content-Type of a body, is made
where bodies are parsed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from twisted.web.server import Request

from relay.management.http.errors import BadRequest, Forbidden, Misdirected
from relay.model.schema.types.hosts import (
    DEFAULT_PORTS,
    Authority,
    normal_host,
    read_authority,
)
from relay.tls.connection import permits


class Guard:
    """The checks of every request's head.

    :param hosts: names that are allowed besides loopback names and IP addresses.
    :param setting: the setting that they are from, for errors.
    """

    def __init__(self, hosts: Iterable[str], setting: str) -> None:
        self._setting = setting
        self._hosts = frozenset(map(normal_host, hosts))

    def check(self, request: Request) -> None:
        """
        Check ``Host``, and the page that sent the request.

        :raises Exception: those of :meth:`check_host`.
        :raises Forbidden: when the request comes from a page of another site.
        """
        authority = self.check_host(request)
        origin = request.getHeader("Origin")
        if origin is not None and not _same(
            origin.strip().lower(), authority, bool(request.isSecure())
        ):
            raise Forbidden(
                "Requests from another origin are refused", "origin.foreign"
            )
        site = request.getHeader("Sec-Fetch-Site")
        if site is not None and site.strip().lower() not in ("same-origin", "none"):
            raise Forbidden("Requests from another site are refused", "origin.foreign")

    def check_host(self, request: Request) -> Authority:
        """
        Return ``Host``.

        :raises BadRequest: without exactly one Host.
        :raises Misdirected: when the Host is not an allowed name, or the TLS
            connection does not serve it.
        """
        authority = self._authority(request)
        host = authority.host
        if not self._is_ours(host):
            raise Misdirected(
                f"The Host {host} is not served here; names are allowed by the setting"
                f" {self._setting}",
                "host.notAllowed",
                {"host": host},
            )
        if not permits(request.transport, host):
            raise Misdirected(
                "The TLS connection is for another host, which is less strict about "
                "client certificates",
                "host.otherConnection",
                {"host": host},
            )
        return authority

    def _authority(self, request: Request) -> Authority:
        sent = request.requestHeaders.getRawHeaders(b"Host") or []
        if len(sent) == 1:
            authority = read_authority(sent[0].decode("latin-1").strip())
            if authority is not None and authority.host:
                return authority
        raise BadRequest("Exactly one valid Host header is required", "host.invalid")

    def _is_ours(self, host: str) -> bool:
        if host == "localhost" or host.endswith(".localhost") or host in self._hosts:
            return True
        try:
            ipaddress.ip_address(host.strip("[]"))
        except ValueError:
            return False
        return True


def _same(origin: str, authority: Authority, secure: bool) -> bool:
    scheme, separator, rest = origin.partition("://")
    found = read_authority(rest) if separator else None
    if found is None or scheme not in DEFAULT_PORTS or (secure and scheme != "https"):
        return False
    # Without TLS on this listener, a proxy in front may terminate it. The scheme of the
    # page therefore decides the port of a Host without one.
    default = DEFAULT_PORTS[scheme]
    return (found.host, found.port or default) == (
        authority.host,
        authority.port or default,
    )
