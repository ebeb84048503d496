"""The URL of an endpoint."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from relay.model.schema.types.hosts import is_host

_UNSAFE = re.compile(r'["<>\\^`{}|]')
"""Characters that RFC 3986 does not allow in a URI, and that parsers treat differently.
Brackets are allowed in a query, where they are common."""


def check(target: str) -> str:
    """Validate a target; a valid one is sent byte for byte.

    :param target: such as ``https://rest.ably.io/sse?channel=ssechannel&v=1.1``.
    :returns: the same.
    :raises ValueError: with a text that holds neither query nor credentials.
    """
    if not target:
        raise ValueError("must not be empty")
    if re.search(r"\s", target):
        raise ValueError("must not contain white space")
    if not target.isascii():
        raise ValueError(
            "must be ASCII: write the host in its punycode form (xn--...) and"
            " percent-encode the rest"
        )
    if not target.isprintable():
        raise ValueError("must not contain control characters")
    if "${" in target:
        raise ValueError("placeholders ${...} must be filled in first")
    if "#" in target:
        raise ValueError("must not have a fragment: it is never sent to a server")
    if unsafe := _UNSAFE.search(target):
        raise ValueError(f"the character {unsafe[0]} must be percent-encoded")
    scheme, separator, rest = target.partition("://")
    if not separator or scheme.lower() not in ("http", "https"):
        raise ValueError("must start with http:// or https://")
    _check_authority(re.split(r"[/?]", rest, maxsplit=1)[0])
    if "[" in (path := urlsplit(target).path) or "]" in path:
        raise ValueError("brackets in the path must be percent-encoded")
    return target


def redacted(target: str) -> str:
    """Remove the query of a target, which may hold keys, for logs.

    :param target: a valid one.
    """
    return target.partition("?")[0]


def _check_authority(authority: str) -> None:
    if "@" in authority:
        raise ValueError(
            "must not hold a user name or password: send them as a header"
            " (sharedConfiguration.headers)"
        )
    match = re.fullmatch(r"(\[[^]]*\]|[^:]*)(?::(.*))?", authority)
    if match is None or not is_host(match[1]):
        raise ValueError("must name a valid host")
    port = match[2]
    if port is not None and not (
        re.fullmatch("[0-9]{1,5}", port) and 1 <= int(port) <= 65535
    ):
        raise ValueError("the port must be between 1 and 65535")
