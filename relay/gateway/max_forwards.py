"""``Max-Forwards`` of ``OPTIONS`` and ``TRACE`` (RFC 9110, 7.6.2)."""

from __future__ import annotations

import re

from twisted.web.http_headers import Headers

from relay.gateway.exchange import Exchange
from relay.gateway.responses import refusals
from relay.http.fields import put_field
from relay.http.refusals import METHODS

LIMITED_METHODS = (b"OPTIONS", b"TRACE")
_NUMBER = re.compile(rb"[0-9]{1,9}")
_NOT_SHOWN = frozenset((b"authorization", b"cookie", b"proxy-authorization"))
"""What a ``TRACE`` is not answered with (RFC 9110, 9.3.8)."""


def goes_on(exchange: Exchange) -> bool:
    """
    Count a request's ``Max-Forwards`` down.

    :param exchange: a call by one of :data:`LIMITED_METHODS`, whose client is admitted.
    :return: False when the call was answered, because it is to go no further or
        because the number is none.
    """
    headers = exchange.request.headers
    values = headers.getRawHeaders(b"max-forwards")
    if values is None:
        return True
    if len(values) > 1 or _NUMBER.fullmatch(values[0]) is None:
        exchange.refuse(refusals.BAD_MAX_FORWARDS)
        return False
    left = int(values[0])
    if left:
        put_field(headers, b"Max-Forwards", b"%d" % (left - 1))
        return True
    trace = exchange.request.method == b"TRACE"
    body = _shown(exchange) if trace else b""
    answer = Headers({b"content-length": [b"%d" % len(body)]})
    if trace:
        answer.setRawHeaders(b"content-type", [b"message/http"])
    else:
        answer.setRawHeaders(b"allow", [METHODS])
    exchange.answer(200, b"OK", answer, body)
    return False


def _shown(exchange: Exchange) -> bytes:
    """Write the request as it came, without credentials."""
    request = exchange.request
    path = request.target.partition(b"?")[0]
    query = exchange.target.query
    query = b"" if query is None else b"?" + query
    lines = [b"TRACE %s%s %s" % (path, query, request.version)]
    for name, values in request.headers.getAllRawHeaders():
        if name.lower() not in _NOT_SHOWN:
            lines += [b"%s: %s" % (name, value) for value in values]
    return b"\r\n".join(lines) + b"\r\n\r\n"
