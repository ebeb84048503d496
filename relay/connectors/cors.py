"""What a browser on another origin is told (Fetch, "CORS protocol")."""

from __future__ import annotations

from twisted.web.http_headers import Headers

from relay.gateway.message import MessageCall
from relay.model.message_options import CorsOptions

ALLOWED_HEADERS = (
    b"Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID, "
    b"Relay-Event-Id, Relay-Event-Type"
)
EXPOSED_HEADERS = b"Relay-Replay, X-Gravitee-Request-Id, X-Gravitee-Transaction-Id"
MAX_AGE_S = b"86400"


def cors_headers(call: MessageCall, options: CorsOptions) -> Headers:
    """
    Make the headers for the call's origin; none when it is not allowed.

    :param call: a call.
    :param options: which origins are allowed.
    """
    headers = Headers()
    origin = call.header(b"origin")
    if origin is None:
        return headers
    everyone = "*" in options.allow_origin
    if not everyone and origin.decode("latin-1") not in options.allow_origin:
        return headers
    allowed = b"*" if everyone else origin
    headers.setRawHeaders(b"access-control-allow-origin", [allowed])
    headers.setRawHeaders(b"access-control-expose-headers", [EXPOSED_HEADERS])
    if not everyone:
        headers.setRawHeaders(b"vary", [b"Origin"])
    if options.allow_credentials:
        headers.setRawHeaders(b"access-control-allow-credentials", [b"true"])
    return headers


def answer_preflight(call: MessageCall, options: CorsOptions, methods: bytes) -> None:
    """
    Answer the question that a browser asks before it sends a header of its own.

    :param call: an ``OPTIONS`` call.
    :param options: which origins are allowed.
    :param methods: what the entrypoint takes.
    """
    headers = cors_headers(call, options)
    if headers.hasHeader(b"access-control-allow-origin"):
        headers.setRawHeaders(b"access-control-allow-methods", [methods])
        headers.setRawHeaders(b"access-control-allow-headers", [ALLOWED_HEADERS])
        headers.setRawHeaders(b"access-control-max-age", [MAX_AGE_S])
    call.exchange.begin(204, b"No Content", headers, event_stream=False)
    call.exchange.complete([])


def is_preflight(call: MessageCall, method: bytes) -> bool:
    """
    Whether a call is such a question.

    :param call: a call.
    :param method: what the browser must want to send.
    """
    return (
        call.method == b"OPTIONS"
        and call.header(b"access-control-request-method") == method
    )
