"""The question that a browser asks before it calls (Fetch, "CORS-preflight fetch")."""

from __future__ import annotations

from relay.gateway.message import MessageCall
from relay.http.headers import is_token

ALLOWED_HEADERS = (
    b"Authorization, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID, "
    b"Relay-Event-Id, Relay-Event-Type"
)
"""For a browser that does not say which headers it wants to send."""
MAX_AGE_S = b"86400"


def answer_preflight(call: MessageCall, methods: bytes) -> None:
    """
    Answer the question. Whatever headers the page wants to send it may: which of them
    mean anything, such as that of an API key, the API's plans and keys say.

    :param call: an ``OPTIONS`` call.
    :param methods: what the entrypoint takes.
    """
    headers = call.cors_headers()
    if headers.hasHeader(b"access-control-allow-origin"):
        headers.setRawHeaders(b"access-control-allow-methods", [methods])
        headers.setRawHeaders(b"access-control-allow-headers", [_wanted(call)])
        headers.setRawHeaders(b"access-control-max-age", [MAX_AGE_S])
    call.exchange.answer(204, b"No Content", headers)


def _wanted(call: MessageCall) -> bytes:
    asked = call.header(b"access-control-request-headers") or b""
    names = [name.strip() for name in asked.split(b",")]
    return b", ".join([name for name in names if is_token(name)]) or ALLOWED_HEADERS


def is_preflight(call: MessageCall, method: bytes) -> bool:
    """
    Whether a call is such a question.

    :param method: what the browser must want to send.
    """
    return (
        call.method == b"OPTIONS"
        and call.header(b"access-control-request-method") == method
    )
