"""
Protection from cross-site request forgery.

A browser adds a stored password (Basic) and a client certificate to every request to
their host, whichever page makes the request, and sends a simple ``POST`` or the
handshake of a WebSocket without a preflight. ``Origin`` (RFC 6454, 7) and
``Sec-Fetch-Site`` (W3C Fetch Metadata), which no page can set, name the page.
"""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.http.front import wants_upgrade
from relay.model.schema.types.hosts import same_authority

SAFE_METHODS = frozenset((b"GET", b"HEAD", b"OPTIONS", b"TRACE"))
"""RFC 9110, 9.2.1."""
AMBIENT_SCHEMES = (b"basic", b"digest", b"negotiate", b"ntlm")
"""Schemes of ``Authorization`` that browsers send by themselves."""


def may_act(method: bytes, headers: Headers) -> bool:
    """
    Whether a request may change state, or opens a WebSocket, which may change state
    and which a page of another site could read.

    :param headers: the request's headers.
    """
    return method not in SAFE_METHODS or wants_upgrade(headers)


def is_ambient(headers: Headers) -> bool:
    """
    Whether a request has credentials that browsers send by themselves.

    :param headers: the request's headers.
    """
    values = headers.getRawHeaders(b"authorization", [])
    return any(
        words[0].lower() in AMBIENT_SCHEMES for one in values if (words := one.split())
    )


def origin_of(headers: Headers) -> str | None:
    """
    Read the origin of the page that made a request.

    :param headers: the request's headers. Several ``Origin`` headers are joined, and
        so equal no origin.
    :return: None without an ``Origin``, as from a client that is no browser.
    """
    values = headers.getRawHeaders(b"origin")
    return b", ".join(values).strip().decode("latin-1") if values else None


def is_foreign(headers: Headers, secure: bool) -> bool:
    """
    Whether a page of another origin made a request.

    ``Sec-Fetch-Site`` decides if the request has one, as over TLS: unlike a comparison
    of ``Origin`` with ``Host`` it does not depend on proxies that rewrite ``Host``.

    :param headers: the request's headers.
    :param secure: whether the request came over TLS. If not, a proxy may have ended
        TLS: the default port of a ``Host`` then follows from the page's scheme.
    """
    sites = headers.getRawHeaders(b"sec-fetch-site")
    if sites:
        own = (b"same-origin", b"none")
        return any(one.strip().lower() not in own for one in sites)
    origin = origin_of(headers)
    return origin is not None and not _is_own(origin, headers, secure)


def _is_own(origin: str, headers: Headers, secure: bool) -> bool:
    scheme, _, authority = origin.lower().partition("://")
    if scheme != "https" and (secure or scheme != "http"):
        return False
    host = headers.getRawHeaders(b"host", [b""])[0].decode("latin-1")
    return same_authority(authority, host, scheme)
