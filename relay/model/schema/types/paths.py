"""Context-paths: their normal form, their syntax, and conflicts between them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.model.schema.errors import Issue, join
from relay.model.schema.types.hosts import is_host, normal_host
from relay.model.schema.types.request_target import (
    NO_FAULT,
    RequestTarget,
    normal_encoding,
)

Key = tuple[str | None, str]
"""A host, or ``None`` for every host, and a path."""

_PATH = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")
"""``path-absolute`` of RFC 3986, 3.3, with empty segments, which :func:`sanitise`
removes."""
_SLASHES = re.compile(r"/+")
_PARAMETERS = re.compile(r";|%3[bB]")


def sanitise(path: str) -> str:
    """Normalise a path: ``/`` at both ends, no ``//``, and percent-encoded only where
    that is needed (RFC 3986, 6.2.2).

    :param path: as entered, such as ``sse`` or ``/sse``.
    """
    return normal_encoding(_SLASHES.sub("/", f"/{path}/"))


def sanitise_host(host: str | None) -> str | None:
    """Normalise a host: lower-case, without the trailing dot of an absolute name; None
    for an empty one."""
    return normal_host(host or "") or None


def check(paths: Iterable[Key | None], at: str = "paths") -> list[Issue]:
    """Check the paths of one listener against the rules and each other.

    :param paths: normalised or not; ``None`` in place of one that is no path.
    :param at: the location of the list.
    """
    issues: list[Issue] = []
    seen: set[Key] = set()
    for position, given in enumerate(paths):
        if given is None:
            continue
        host, path = given
        key = sanitise_host(host), sanitise(path)
        if not is_path(path):
            issues.append(
                Issue(f"Path [{path}] is invalid", join(at, position, "path"), path)
            )
        elif key in seen:
            issues.append(
                Issue(
                    f"Path [{key[1]}] is duplicated", join(at, position, "path"), path
                )
            )
        if key[0] is not None and not is_host(key[0]):
            issues.append(
                Issue(
                    _why_no_host(key[0]),
                    join(at, position, "host"),
                    host,
                )
            )
        seen.add(key)
    return issues


def conflicts(a: Key, b: Key) -> bool:
    """Whether the paths of two APIs conflict.

    They do when one path contains the other on the same host; paths for every host
    conflict among themselves only.
    """
    if sanitise_host(a[0]) != sanitise_host(b[0]):
        return False
    one, other = sanitise(a[1]), sanitise(b[1])
    return one.startswith(other) or other.startswith(one)


def is_path(path: str) -> bool:
    """
    Whether a request can have this path, or one below it.

    Path parameters (``;``) of requests are removed for routing, and ambiguous paths are
    refused (:class:`PathFault`).
    """
    if not _PATH.fullmatch(f"/{path}") or _PARAMETERS.search(path):
        return False
    return RequestTarget.parse(f"/{path}".encode()).faults == NO_FAULT


def _why_no_host(host: str) -> str:
    if "*" in host:
        return f"Domain [{host}] is invalid: wildcards are not supported yet"
    if re.fullmatch(r"(\[[^]]*\]|[^:]*):[0-9]*", host):
        return f"Domain [{host}] is invalid: leave out the port"
    return f"Domain [{host}] is invalid"
