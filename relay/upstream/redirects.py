"""The target of a redirect, and the headers sent to it (RFC 9110, 15.4)."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from twisted.web.http_headers import Headers

from relay.upstream.dial.dialer import Origin
from relay.upstream.errors import RedirectError

MAX_REDIRECTS = 5
REDIRECTS = frozenset((301, 302, 303, 307, 308))
CROSSING = (
    b"accept",
    b"accept-encoding",
    b"accept-language",
    b"cache-control",
    b"content-language",
    b"content-type",
    b"last-event-id",
    b"range",
    b"user-agent",
)
"""
The headers that are sent to another origin after a redirect. Any other header may be a
credential, or be meant for the first origin (RFC 9110, 15.4). These are the headers
that the Fetch standard lets a page send to any origin, and those that browsers and
``EventSource`` add.
"""


def crossing(headers: Headers) -> Headers:
    """
    Copy the headers that are sent to another origin.

    :param headers: the headers of the redirected request.
    """
    kept = Headers()
    for name in CROSSING:
        values = headers.getRawHeaders(name)
        if values:
            kept.setRawHeaders(name, values)
    return kept


def resolve(origin: Origin, place: bytes, location: bytes) -> tuple[Origin, bytes]:
    """
    Resolve a ``Location`` (RFC 9110, 10.2.2).

    :param origin: the origin of the response.
    :param place: the request-target of the request.
    :param location: the header's value.
    :raises UpstreamError: when the result is not an http(s) URL.
    """
    scheme = "https" if origin.secure else "http"
    here = f"{scheme}://{origin.authority.decode()}{place.decode('latin-1')}"
    try:
        there = urlsplit(urljoin(here, location.decode("ascii")))
        if there.scheme not in ("http", "https") or not there.hostname:
            raise ValueError("not http")
        if re.search(r"[\x00-\x20\x7f]", there.path + there.query):
            raise ValueError("not a URL")
        secure = there.scheme == "https"
        port = there.port or (443 if secure else 80)
    except ValueError:
        raise RedirectError(
            "The upstream redirects to something that is not an http(s) URL"
        ) from None
    path = there.path or "/"
    if there.query:
        path += "?" + there.query
    return Origin(secure, there.hostname, port), path.encode("ascii")
