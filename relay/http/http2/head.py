"""
The head of an HTTP/2 request as the gateway knows heads (RFC 9113, 8.2 and 8.3).

Here stands all that keeps a request of HTTP/2 from becoming two on the HTTP/1.1
connection to the source: names, values, the target and the body's length are checked
before anything is passed on. What is malformed ends its own stream, never the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.http import refusals
from relay.http.body_reader import content_length
from relay.http.client_stream import RequestHead
from relay.http.headers import is_token
from relay.http.refusals import Refusal, bad_request
from relay.model.schema.types.hosts import same_authority
from relay.settings.gateway import LimitSettings

_PSEUDO = (b":method", b":scheme", b":authority", b":path")
CONNECTION_SPECIFIC = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"transfer-encoding",
        b"upgrade",
    )
)
"""Fields of an HTTP/1.1 connection, which a stream has none of (RFC 9113, 8.2.2)."""
FIELD_OVERHEAD_BYTES = 4
"""The colon, the blank and the line end that HTTP/1.1 adds to each field."""
_UPPER = re.compile(rb"[A-Z]")
_NOT_IN_VALUES = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]|^[ \t]|[ \t]\Z")
_NOT_IN_TARGETS = re.compile(rb"[^\x21-\x7e]")


class Malformed(Exception):
    """
    A head that the gateway does not pass on.

    :param refusal: how it is answered.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.key)
        self.refusal = refusal


def read_block(
    head: RequestHead,
    fields: Iterable[tuple[bytes, bytes]],
    ended: bool,
    limits: LimitSettings,
) -> int | None:
    """
    Read a header block into the head of a request.

    :param head: the head; a malformed one is filled as far as it was read.
    :param fields: names and values, in order.
    :param ended: whether the request has no body.
    :param limits: how much a head may hold.
    :return: bytes of the body: 0 for none, None when that is not first.
    :raises Malformed: with the answer.
    """
    pseudo: dict[bytes, bytes] = {}
    regular: dict[bytes, list[bytes]] = {}
    size = count = 0
    wrong: Refusal | None = None
    for name, value in fields:
        size += len(name) + len(value) + FIELD_OVERHEAD_BYTES
        count += 1
        if not name.startswith(b":"):
            wrong = wrong or _check_field(name, value)
            regular.setdefault(name, []).append(value)
        elif name not in _PSEUDO or name in pseudo or regular:
            wrong = wrong or bad_request("The request's pseudo-headers are wrong")
        else:
            pseudo[name] = value
    _keep(head, pseudo, regular)
    if count > limits.max_headers or size > limits.max_head_bytes:
        raise Malformed(refusals.HEAD_TOO_LARGE)
    wrong = wrong or _check_pseudo(pseudo, regular)
    if wrong is not None:
        raise Malformed(wrong)
    return _body_length(regular.get(b"content-length", []), ended)


def _keep(
    head: RequestHead, pseudo: dict[bytes, bytes], regular: dict[bytes, list[bytes]]
) -> None:
    head.method = pseudo.get(b":method", b"")
    head.target = pseudo.get(b":path", b"")
    authority = pseudo.get(b":authority")
    if b"cookie" in regular:
        # Clients cut it up for better compression (RFC 9113, 8.2.3).
        regular[b"cookie"] = [b"; ".join(regular[b"cookie"])]
    for name, values in regular.items():
        if is_token(name):
            head.headers.setRawHeaders(name, values)
    if authority is not None and b"host" not in regular:
        head.headers.setRawHeaders(b"host", [authority])


def _body_length(lengths: list[bytes], ended: bool) -> int | None:
    """Settle on the body's length (RFC 9113, 8.1.1)."""
    first = lengths[0] if lengths else None
    length = None if first is None else content_length(first)
    if len(lengths) > 1 or (first is not None and length is None):
        raise Malformed(bad_request("The request has no valid Content-Length"))
    if not ended:
        return length
    if length:
        raise Malformed(bad_request("The request ends before its body"))
    return 0


def check_trailers(fields: Iterable[tuple[bytes, bytes]]) -> Refusal | None:
    """
    Check the fields behind a body (RFC 9113, 8.1).

    :param fields: names and values.
    :return: the answer to ones that are malformed; None when they are fine.
    """
    for name, value in fields:
        # A pseudo-header's name is no token.
        wrong = _check_field(name, value)
        if wrong is not None:
            return wrong
    return None


def _check_field(name: bytes, value: bytes) -> Refusal | None:
    """Check a field's name and value (RFC 9113, 8.2.1 and 8.2.2)."""
    if not is_token(name) or _UPPER.search(name):
        return bad_request("A header's name is not valid")
    if _NOT_IN_VALUES.search(value):
        return bad_request("A header's value is not valid")
    if name in CONNECTION_SPECIFIC or (
        name == b"te" and value.lower() not in (b"", b"trailers")
    ):
        return bad_request("HTTP/2 has no headers of the connection")
    return None


def _check_pseudo(
    pseudo: dict[bytes, bytes], regular: dict[bytes, list[bytes]]
) -> Refusal | None:
    """Check what HTTP/1.1 has in the request line (RFC 9113, 8.3.1)."""
    method, target = pseudo.get(b":method", b""), pseudo.get(b":path", b"")
    if not is_token(method):
        return refusals.BAD_METHOD
    if method.upper() == b"CONNECT":
        return refusals.METHOD_NOT_ALLOWED
    if not target.startswith(b"/"):
        return refusals.BAD_TARGET
    if b"\0" in target:
        return refusals.NULL_BYTE
    if _NOT_IN_TARGETS.search(target):
        return refusals.UNENCODED_TARGET
    scheme = pseudo.get(b":scheme", b"").lower()
    if scheme not in (b"https", b"http"):
        return bad_request("The request needs the scheme https")
    authority, hosts = pseudo.get(b":authority"), regular.get(b"host", [])
    if authority is None and not hosts:
        return refusals.BAD_HOST
    if authority is not None and not all(
        host == authority
        or same_authority(
            host.decode("latin-1"), authority.decode("latin-1"), scheme.decode()
        )
        for host in hosts
    ):
        return refusals.OTHER_HOST
    return None
