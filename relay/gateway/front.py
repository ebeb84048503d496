"""
What a request asks for, read once before anything else is done with it.

The host, the path and the method are checked and put in one form here. Everything
behind is given these values and never looks at the raw ones.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from twisted.web.http_headers import Headers

from relay.gateway import refusals
from relay.gateway.headers import connection_options
from relay.gateway.refusals import Refusal, Refused
from relay.gateway.request import RelayRequest
from relay.model.hosts import read_authority, same_authority
from relay.model.request_target import NO_FAULT, PathFault, RequestTarget

_NOT_IN_TARGETS = re.compile(rb"[^\x21-\x7e]")
MOST_SEGMENTS = 512
"""How many segments a path may have, empty ones included: each is decoded."""
FRAMING_METHODS = frozenset((b"CONNECT", b"HEAD", b"PRI", b"TRACE"))
"""Methods after which a message is framed otherwise, or which start another protocol
(RFC 9112, 6.3; RFC 9113, 3.4). Some servers take their names in any case."""


class Asked(NamedTuple):
    """
    What a request asks for.

    :param host: its host in the normal form, without its port; may be empty.
    :param target: the path and the query.
    """

    host: str
    target: RequestTarget


def read_front(request: RelayRequest) -> Asked:
    """
    Read the method, the host and the target of a request.

    :param request: at its head; its ``uri`` becomes the origin form of the target.
    :raises Refused: when HTTP does not allow it (RFC 9112, 3.2 and 3.2.2), or the
        gateway does not pass its method on.
    """
    try:
        check_method(request.method)
    except Refused:
        # What follows may be meant for the other end of a tunnel.
        request.broken = True
        raise
    hosts = request.requestHeaders.getRawHeaders(b"host", [])
    if len(hosts) > 1 or (not hosts and request.clientproto != b"HTTP/1.0"):
        raise Refused(refusals.BAD_HOST)
    authority = read_authority(hosts[0].decode("latin-1") if hosts else "")
    if authority is None:
        raise Refused(refusals.BAD_HOST)
    if not request.uri.startswith(b"/"):
        request.uri = _origin_form(request.uri, hosts)
    if _NOT_IN_TARGETS.search(request.uri) is not None:
        raise Refused(refusals.UNENCODED_TARGET)
    # A target has no fragment; who sends one all the same means the rest.
    request.uri = request.uri.partition(b"#")[0]
    path, question, query = request.uri.partition(b"?")
    if path.count(b"/") > MOST_SEGMENTS:
        raise Refused(refusals.URI_TOO_LONG)
    target = RequestTarget.parse(path, query if question else None)
    return Asked(authority.host, target)


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
    Say why a path is refused.

    :param faults: what of it is not allowed.
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
    Whether the client cannot do with HTTP/1.1.

    An offer of HTTP/2, which Java's client makes by default, is passed over
    (RFC 9110, 7.8); other protocols are what a client is here for.

    :param headers: the request's.
    """
    if b"upgrade" not in connection_options(headers):
        return False
    offers = b",".join(headers.getRawHeaders(b"upgrade", [])).lower().split(b",")
    return any(offer.strip() not in (b"", b"h2c") for offer in offers)


def _origin_form(target: bytes, hosts: Sequence[bytes]) -> bytes:
    """Take the path out of an absolute-form target for this very host."""
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
