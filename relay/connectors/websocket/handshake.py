"""The request that opens a WebSocket, and its answers (RFC 6455, 4.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json

from twisted.web.http_headers import Headers

from relay.connectors.parameters import BadParameter
from relay.gateway.message import MessageCall
from relay.gateway.responses.refusals import FOREIGN_ORIGIN
from relay.http.headers import connection_options
from relay.model.api.cors import CorsOptions
from relay.model.outcome import Outcome

VERSION = b"13"
ONCE = (b"Sec-WebSocket-Version", b"Sec-WebSocket-Key", b"Origin")
"""Headers that must not be repeated in a handshake (RFC 6455, 11.3; RFC 6454, 7)."""
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
"""RFC 6455, 1.3."""


def offers_websocket(call: MessageCall) -> bool:
    """Whether a call asks for a WebSocket, perhaps among other protocols."""
    offers = b",".join(call.headers.getRawHeaders(b"upgrade", [])).lower().split(b",")
    return b"upgrade" in connection_options(call.headers) and (
        b"websocket" in [offer.strip() for offer in offers]
    )


def shake_hands(call: MessageCall, cors: CorsOptions) -> Headers | None:
    """
    Check a handshake.

    :param call: asks for a WebSocket.
    :param cors: which origins may connect.
    :return: the headers of the 101 response; None when the call has been refused.
    :raises BadParameter: when the handshake is malformed.
    """
    if call.exchange.request.version != b"HTTP/1.1":
        raise BadParameter("the protocol", "must be HTTP/1.1")
    if call.method != b"GET":
        raise BadParameter("the method", "must be GET")
    if call.exchange.stream.body is not None:
        raise BadParameter("the handshake", "must have no body")
    for name in ONCE:
        if len(call.headers.getRawHeaders(name, [])) > 1:
            raise BadParameter(name.decode("ascii"), "must be given once")
    if call.header(b"sec-websocket-version") != VERSION:
        _tell_version(call)
        return None
    key = (call.header(b"sec-websocket-key") or b"").strip()
    if not _is_key(key):
        raise BadParameter("Sec-WebSocket-Key", "must be 16 bytes in base64")
    origin = call.header(b"origin")
    allowed = {"*", (origin or b"").decode("latin-1")} & set(cors.allow_origin)
    if origin is not None and not allowed:
        call.refuse(FOREIGN_ORIGIN)
        return None
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
    return Headers(
        {
            b"upgrade": [b"websocket"],
            b"connection": [b"Upgrade"],
            b"sec-websocket-accept": [accept],
        }
    )


def _is_key(key: bytes) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except binascii.Error:
        return False


def _tell_version(call: MessageCall) -> None:
    """Refuse with the supported version (RFC 6455, 4.4; RFC 9110, 15.5.22)."""
    fields = {
        "message": "Sec-WebSocket-Version must be 13",
        "http_status_code": 426,
        "key": "BAD_PARAMETER",
    }
    body = json.dumps(fields).encode()
    headers = Headers(
        {
            b"upgrade": [b"websocket"],
            b"connection": [b"Upgrade"],
            b"sec-websocket-version": [VERSION],
            b"content-type": [b"application/json"],
            b"content-length": [b"%d" % len(body)],
        }
    )
    call.exchange.answer(
        426, b"Upgrade Required", headers, body, outcome=Outcome.REFUSED
    )
