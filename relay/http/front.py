"""
The method, host and path of a request, read once at the entrance of the gateway.

The three are checked and normalized here. All later code uses these values, and never
the raw ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from twisted.web.http_headers import Headers

from relay.http import refusals
from relay.http.client_stream import ClientStream
from relay.http.headers import connection_options
from relay.http.refusals import Refusal, Refused
from relay.model.schema.types.hosts import read_authority, same_authority
from relay.model.schema.types.request_target import NO_FAULT, PathFault, RequestTarget
from relay.tls.connection import permits

_NOT_IN_TARGETS = re.compile(rb"[^\x21-\x7e]")
MOST_SEGMENTS = 512
"""The most segments of a path, empty ones included, as each costs decoding."""
FRAMING_METHODS = frozenset((b"CONNECT", b"HEAD", b"PRI", b"TRACE"))
"""Methods that change the framing of a message, or start another protocol (RFC 9112,
6.3; RFC 9113, 3.4). Some servers compare their names without regard to case."""


class Front(NamedTuple):
    """
    The host and the target of a request.

    :param host: the host in normal form, without a port; may be empty.
    :param target: the path and the query.
    """

    host: str
    target: RequestTarget


def read_front(stream: ClientStream) -> Front:
    """
    Read the method, the host and the target of a request.

    :param stream: its request's target becomes the origin form.
    :raises Refused: when HTTP does not allow it (RFC 9112, 3.2 and 3.2.2), or the
        gateway does not pass its method on, or when the TLS connection of the client
        does not serve the host (RFC 9110, 15.5.20).
    """
    request = stream.request
    try:
        check_method(request.method)
    except Refused:
        # The bytes that follow may be for the other end of a tunnel, and no HTTP.
        stream.broken = True
        raise
    hosts = request.headers.getRawHeaders(b"host", [])
    if len(hosts) > 1 or (not hosts and request.version != b"HTTP/1.0"):
        raise Refused(refusals.BAD_HOST)
    authority = read_authority(hosts[0].decode("latin-1") if hosts else "")
    if authority is None:
        raise Refused(refusals.BAD_HOST)
    if not permits(stream.peer.transport, authority.host):
        raise Refused(refusals.MISDIRECTED)
    if not request.target.startswith(b"/"):
        request.target = _origin_form(request.target, hosts)
    if _NOT_IN_TARGETS.search(request.target) is not None:
        raise Refused(refusals.UNENCODED_TARGET)
    # A request-target has no fragment; one that is sent is dropped.
    request.target = request.target.partition(b"#")[0]
    path, question, query = request.target.partition(b"?")
    if path.count(b"/") > MOST_SEGMENTS:
        raise Refused(refusals.URI_TOO_LONG)
    target = RequestTarget.parse(path, query if question else None)
    return Front(authority.host, target)


def check_method(method: bytes) -> None:
    """
    Refuse the methods that are never passed on.

    :param method: the request's.
    :raises Refused: for ``CONNECT`` and ``PRI``, and for a method that changes the
        framing, in small letters.
    """
    upper = method.upper()
    if upper in FRAMING_METHODS and (
        method != upper or upper not in (b"HEAD", b"TRACE")
    ):
        raise Refused(refusals.METHOD_NOT_ALLOWED)


def fault_refusal(faults: PathFault) -> Refusal | None:
    """
    Choose the refusal of a path.

    :param faults: the faults of the path that the API does not allow.
    :return: None for no fault.
    """
    if faults == NO_FAULT:
        return None
    for fault, refusal in _REFUSALS:
        if fault in faults:
            return refusal
    return refusals.AMBIGUOUS_PATH


_REFUSALS = (
    (PathFault.DISGUISED, refusals.AMBIGUOUS_PATH),
    (PathFault.DOT_SEGMENT, refusals.DOT_SEGMENT),
    (PathFault.CONTROL_CHARACTER, refusals.CONTROL_CHARACTER),
    (PathFault.ENCODED_SLASH, refusals.ENCODED_SLASH),
    (PathFault.BACKSLASH, refusals.BACKSLASH),
    (PathFault.MALFORMED_ENCODING, refusals.MALFORMED_ENCODING),
)


def wants_upgrade(headers: Headers) -> bool:
    """
    Whether the client asks for another protocol than HTTP.

    An upgrade to HTTP/2, which Java's client offers by default, is ignored (RFC 9110,
    7.8); an upgrade to another protocol, such as WebSocket, is not.

    :param headers: the request's.
    """
    if b"upgrade" not in connection_options(headers):
        return False
    offers = b",".join(headers.getRawHeaders(b"upgrade", [])).lower().split(b",")
    return any(offer.strip() not in (b"", b"h2c") for offer in offers)


def _origin_form(target: bytes, hosts: Sequence[bytes]) -> bytes:
    """Convert an absolute-form target, whose host must be the request's."""
    scheme, separator, rest = target.partition(b"://")
    if not separator or scheme.lower() not in (b"http", b"https"):
        raise Refused(refusals.BAD_TARGET)
    authority = re.split(rb"[/?#]", rest, maxsplit=1)[0]
    if not (
        authority
        and hosts
        and same_authority(
            authority.decode("latin-1"),
            hosts[0].decode("latin-1"),
            scheme.lower().decode(),
        )
    ):
        raise Refused(refusals.OTHER_HOST)
    path = rest[len(authority) :]
    return path if path.startswith(b"/") else b"/" + path
