"""Context-paths: how they are stored, what they may look like, when two collide."""

from __future__ import annotations

import re
from collections.abc import Iterable

from relay.model.errors import Issue, join
from relay.model.hosts import is_host

Key = tuple[str | None, str]
"""A host, or ``None`` for every host, and a path."""

_PATH = re.compile(r"/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*")
"""RFC 3986 §3.3 ``path-absolute``, with the empty segments that are sanitised away."""
_SLASHES = re.compile(r"/+")


def sanitise(path: str) -> str:
    """Put a path in the form in which it is stored: ``/`` at both ends, no ``//``.

    :param path: as somebody typed it, such as ``sse`` or ``/sse``.
    """
    return _SLASHES.sub("/", f"/{path}/")


def sanitise_host(host: str | None) -> str | None:
    """Put a host in the form in which it is stored: lower-case, none for empty."""
    return (host or "").lower() or None


def check(paths: Iterable[Key | None], at: str = "paths") -> list[Issue]:
    """Check the paths of one listener against the rules and each other.

    :param paths: as they came or as they are stored; ``None`` holds the place of one
        that has not the shape of a path.
    :param at: the location of the list.
    """
    issues: list[Issue] = []
    seen: set[Key] = set()
    for position, given in enumerate(paths):
        if given is None:
            continue
        host, path = given
        key = sanitise_host(host), sanitise(path)
        if not _is_path(path):
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
    """Say whether two APIs cannot have these paths at once.

    They cannot when one path contains the other on the same host; paths for every
    host conflict among themselves only.

    :param a: a host and a path of one API.
    :param b: the same of another.
    """
    if sanitise_host(a[0]) != sanitise_host(b[0]):
        return False
    one, other = sanitise(a[1]), sanitise(b[1])
    return one.startswith(other) or other.startswith(one)


def _is_path(path: str) -> bool:
    if not _PATH.fullmatch(f"/{path}"):
        return False
    # Clients resolve dot segments before they send (RFC 3986 §5.2.4): no request
    # could ever reach such a path.
    return not {".", ".."} & set(re.sub("%2[eE]", ".", path).split("/"))


def _why_no_host(host: str) -> str:
    if "*" in host:
        return f"Domain [{host}] is invalid: wildcards are not supported yet"
    if re.fullmatch(r"(\[[^]]*\]|[^:]*):[0-9]*", host):
        return f"Domain [{host}] is invalid: leave out the port"
    return f"Domain [{host}] is invalid"
