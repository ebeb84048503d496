"""What a browser on another origin may read (Fetch, "CORS protocol")."""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.model.api.message_options import CorsOptions

EXPOSED_HEADERS = (
    b"Relay-Replay, Retry-After, WWW-Authenticate, X-Gravitee-Request-Id, "
    b"X-Gravitee-Transaction-Id"
)


def cors_headers(received: Headers, options: CorsOptions | None) -> Headers:
    """
    Make the headers that let a page read the answer; none for one that may not.

    :param received: the request's headers.
    :param options: which origins are allowed; None for none.
    """
    headers = Headers()
    origin = received.getRawHeaders(b"origin", [b""])[0]
    if not origin or options is None:
        return headers
    everyone = "*" in options.allow_origin
    if not everyone:
        headers.setRawHeaders(b"vary", [b"Origin"])
        if origin.decode("latin-1") not in options.allow_origin:
            return headers
    allowed = b"*" if everyone else origin
    headers.setRawHeaders(b"access-control-allow-origin", [allowed])
    headers.setRawHeaders(b"access-control-expose-headers", [EXPOSED_HEADERS])
    if options.allow_credentials:
        headers.setRawHeaders(b"access-control-allow-credentials", [b"true"])
    return headers
