"""
Protected resource metadata (RFC 9728): where clients obtain tokens for an API.

The metadata of the resource ``https://host/path`` is at
``https://host/.well-known/oauth-protected-resource/path``. As in Gravitee it is also at
``https://host/path/.well-known/oauth-protected-resource``, which reaches the gateway
through a proxy that forwards the paths of the API only.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from twisted.web.http_headers import Headers

from relay.gateway.exchange import Exchange
from relay.gateway.responses.cors import preflight_headers, preflight_method
from relay.http.headers import public_origin
from relay.http.refusals import BAD_HOST, Refusal, Refused
from relay.model.api.cors import CorsOptions
from relay.plans.protected_resource import ProtectedResource, metadata_document

WELL_KNOWN = b"/.well-known/oauth-protected-resource"
METHODS = b"GET, HEAD, OPTIONS"
METHOD_NOT_ALLOWED = Refusal(
    405,
    "METHOD_NOT_ALLOWED",
    "The metadata of a protected resource can only be read",
    headers=((b"allow", METHODS),),
)
CACHE_CONTROL = b"public, max-age=300"
ANY_PAGE = CorsOptions(allow_origin=("*",))
"""The metadata is for clients that have no token yet, in browsers, too."""
_IN_PATHS = "/%:@!$&'()*+,;=~-._"


def resource_path(path: bytes) -> bytes | None:
    """
    Return the path of the resource whose metadata is at a path.

    :param path: of a request, raw.
    :return: None for a path that is not one of metadata.
    """
    if path.startswith(WELL_KNOWN):
        rest = path.removeprefix(WELL_KNOWN)
        return rest or b"/" if rest[:1] in (b"", b"/") else None
    return path.removesuffix(WELL_KNOWN) if path.endswith(WELL_KNOWN) else None


def metadata_url(exchange: Exchange) -> str | None:
    """
    Make the URL of the metadata of the resource that a client calls.

    The path is that of the request: clients must compare ``resource`` with the URL that
    they called (RFC 9728, 3.3).

    :return: None when the public URL is not known.
    """
    origin = _origin(exchange)
    path = exchange.request.target.partition(b"?")[0]
    if origin is None:
        return None
    return origin + WELL_KNOWN.decode() + ("" if path == b"/" else _quoted(path))


def answer_metadata(
    exchange: Exchange, parts: Sequence[ProtectedResource], path: bytes
) -> None:
    """
    Answer a request for the metadata of a resource.

    :param parts: of the plans of the API, at least one.
    :param path: of the resource, raw.
    :raises Refused: for another method than ``GET``, ``HEAD`` and ``OPTIONS``, and for
        a request without a valid host.
    """
    request = exchange.request
    exchange.cors = ANY_PAGE
    if request.method == b"OPTIONS":
        headers = Headers({b"allow": [METHODS]})
        if preflight_method(request.method, request.headers) is not None:
            headers = preflight_headers(request.headers, ANY_PAGE, METHODS)
        exchange.answer(204, b"No Content", headers)
        return
    if request.method not in (b"GET", b"HEAD"):
        raise Refused(METHOD_NOT_ALLOWED)
    origin = _origin(exchange)
    if origin is None:
        raise Refused(BAD_HOST)
    body = metadata_document(parts, origin + _quoted(path))
    headers = Headers(
        {
            b"access-control-allow-origin": [b"*"],
            b"cache-control": [CACHE_CONTROL],
            b"content-length": [b"%d" % len(body)],
            b"content-type": [b"application/json"],
        }
    )
    exchange.answer(200, b"OK", headers, body)


def _origin(exchange: Exchange) -> str | None:
    secure = exchange.stream.peer.secure
    return public_origin(exchange.request.headers, secure, exchange.trusted)


def _quoted(path: bytes) -> str:
    """Encode what a URL must not hold, such as quotes."""
    return quote(path, _IN_PATHS)
