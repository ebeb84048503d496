"""
The request-target, read once (RFC 9112, 3.2).

Servers read one path in different ways: they decode it before or after they cut it into
segments, resolve dot segments, merge slashes, drop path parameters. A gateway whose
parts did the same would check one path and send another. Here a target is read once,
at the front; routes, flows, policies, channels and the upstream request are given the
same :class:`RequestTarget`, and what two servers may read in two ways is named by
:class:`PathFault`, so that it can be refused.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Flag, auto
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from relay.model.schema.query import parameters, without_parameters


class PathFault(Flag):
    """The properties of a path that servers read in different ways."""

    DOT_SEGMENT = auto()
    """A segment ``.`` or ``..``, its dots percent-encoded or not, with path parameters
    or without (RFC 3986, 3.3)."""
    ENCODED_SLASH = auto()
    """``%2F``."""
    BACKSLASH = auto()
    """A backslash, percent-encoded or not."""
    CONTROL_CHARACTER = auto()
    """``%00`` to ``%1F`` and ``%7F``."""
    MALFORMED_ENCODING = auto()
    """A ``%`` without two hexadecimal digits (RFC 3986, 2.1)."""
    DISGUISED = auto()
    """A dot segment between encoded slashes or backslashes, or one that appears only
    when a path is decoded more than once; an overlong UTF-8 sequence (RFC 3629, 3).
    Nothing but an attack has these, and nothing can opt out of their refusal."""


NO_FAULT = PathFault(0)

_HEX = rb"[0-9A-Fa-f]"
_SEPARATOR = rb"(?:/|\\|%(?:25)*(?:2[fF]|5[cC]))"
_DOT = rb"(?:\.|%(?:25)*2[eE])"
_AFTER = rb"(?:;|%(?:25)*(?:3[bB]|20|[01]" + _HEX + rb"|7[fF]))"
_UNUSUAL = re.compile(rb"[%;\\]|/[/.]")
"""What makes a path need parsing."""
_PARAMETERS = re.compile(rb"(?:;|%3[bB]).*", re.DOTALL)
_DOTS = re.compile(rb"(?:\.|%2[eE]){1,2}(?:(?:;|%3[bB]).*)?", re.DOTALL)
_ANY_DOTS = re.compile(
    _SEPARATOR + _DOT + rb"{1,2}(?=" + _SEPARATOR + rb"|" + _AFTER + rb"|\Z)"
)
_OVERLONG = re.compile(
    rb"%[cC][01]%[89abAB]" + _HEX + rb"|%[eE]0%[89]" + _HEX + rb"|%[fF]0%8" + _HEX
)
_MOST_DECODINGS = 3
"""How many more times than once servers may decode a path."""
_FOUND = (
    (PathFault.ENCODED_SLASH, re.compile(rb"%2[fF]")),
    (PathFault.BACKSLASH, re.compile(rb"\\|%5[cC]")),
    (PathFault.CONTROL_CHARACTER, re.compile(rb"%(?:[01]" + _HEX + rb"|7[fF])")),
    (PathFault.MALFORMED_ENCODING, re.compile(rb"%(?!" + _HEX + rb"{2})")),
    (PathFault.DISGUISED, _OVERLONG),
)
_ENCODED = re.compile(r"%([0-9A-Fa-f]{2})")
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
)


class RequestTarget(NamedTuple):
    """
    A path with its query, or what of it follows a context-path.

    :param path: the raw path; begins with ``/``, or is empty behind a context-path.
    :param query: the raw query, None without ``?``.
    :param segments: the segments of the path, decoded as UTF-8 (an invalid byte becomes
        ``\\xff``), without path parameters (``;…``) and without empty ones.
    :param faults: why servers may read the path in different ways.
    :param context_path: the context-path before it, decoded; empty for a whole path.
    """

    path: bytes
    query: bytes | None
    segments: tuple[str, ...]
    faults: PathFault = NO_FAULT
    context_path: str = ""

    @classmethod
    def parse(cls, path: bytes, query: bytes | None = None) -> RequestTarget:
        """
        Read a path.

        :param path: raw, in ASCII; begins with ``/``, or is empty.
        :param query: the raw query, None without ``?``.
        """
        if _UNUSUAL.search(path) is None:
            named = path.decode("ascii").strip("/")
            return cls(path, query, tuple(named.split("/")) if named else ())
        parts = path.split(b"/")
        faults = NO_FAULT
        for fault, pattern in _FOUND:
            if pattern.search(path) is not None:
                faults |= fault
        for part in parts if _ANY_DOTS.search(path) is not None else ():
            if _DOTS.fullmatch(part) is not None:
                faults |= PathFault.DOT_SEGMENT
            elif _ANY_DOTS.search(b"/" + part) is not None:
                faults |= PathFault.DISGUISED
        if b"%25" in path and any(map(_is_disguised, parts)):
            faults |= PathFault.DISGUISED
        segments = tuple(name for part in parts if (name := _name(part)))
        return cls(path, query, segments, faults)

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """The names and values of the query's parameters, decoded, in order."""
        return list(parameters(self.query)) if self.query else []

    def without(self, names: Collection[str]) -> RequestTarget:
        """
        Remove parameters from the query; the rest stays as it is, byte for byte.

        :param names: of the parameters, decoded.
        """
        query = without_parameters(self.query, names)
        return self if query == self.query else self._replace(query=query)

    def below(self, count: int) -> RequestTarget:
        """
        Remove a context-path.

        :param count: the number of its segments.
        """
        above = self.segments[:count]
        context_path = "/" + "/".join(above) if above else ""
        end = len(context_path)
        if (
            "//" in context_path
            or not self.path.startswith(context_path.encode())
            or self.path[end : end + 1] not in (b"", b"/")
        ):
            end = self._end_of(count)
        return RequestTarget(
            self.path[end:],
            self.query,
            self.segments[count:],
            self.faults,
            context_path,
        )

    def _end_of(self, count: int) -> int:
        """Find the end of a number of segments that are not in normal form."""
        end = 0
        for _ in range(count):
            named = False
            while not named:
                start, end = end + 1, self.path.find(b"/", end + 1)
                end = len(self.path) if end < 0 else end
                named = _name(self.path[start:end]) != ""
        return end

    def resolved(self) -> RequestTarget | None:
        """
        Resolve dot segments (RFC 3986, 5.2.4).

        :return: None when they lead out of the context-path.
        """
        kept: list[bytes] = []
        parts = self.path.split(b"/")[1:]
        for part in parts:
            if _DOTS.fullmatch(part) is None:
                kept.append(part)
            elif len(unquote_to_bytes(_PARAMETERS.sub(b"", part))) == 2:
                if not kept:
                    return None
                kept.pop()
        if parts and _DOTS.fullmatch(parts[-1]) is not None:
            kept.append(b"")
        read = RequestTarget.parse(b"".join(b"/" + part for part in kept), self.query)
        return read._replace(context_path=self.context_path)

    @property
    def text(self) -> str:
        """
        The path as expressions and patterns see it: its segments, with a ``/`` before
        each, and at the end where the path has one. A ``/`` in a segment is ``%2F``.
        """
        if not self.path:
            return ""
        named = "".join("/" + name.replace("/", "%2F") for name in self.segments)
        return named + "/" if self.path.endswith(b"/") or not named else named

    @property
    def key(self) -> bytes:
        """The same for all paths with the same segments; empty for none."""
        return b"".join(
            b"/" + name.replace("%", "%25").replace("/", "%2F").encode()
            for name in self.segments
        )

    @property
    def normal(self) -> bytes:
        """The raw path in normal form (RFC 3986, 6.2.2)."""
        return normal_encoding(self.path.decode("ascii")).encode()


NO_TARGET = RequestTarget(b"", None, ())
"""Of a request that has no route."""


def normal_encoding(path: str) -> str:
    """
    Normalise the percent-encoding of a path (RFC 3986, 6.2.2): encode only what needs
    it, with digits in capitals. A malformed path is returned unchanged.
    """
    if "%" not in path or _MALFORMED.search(path) is not None:
        return path
    return _ENCODED.sub(_normal_octet, path)


def _is_disguised(part: bytes) -> bool:
    """
    Whether a segment holds a dot segment, or an overlong sequence, once it is decoded.

    The letters of an encoded octet may be encoded, too: ``%25%32%65`` is ``%2e``, and
    then a dot.
    """
    for _ in range(_MOST_DECODINGS):
        if b"%25" not in part:
            return False
        part = unquote_to_bytes(part)
        if _ANY_DOTS.search(b"/" + part) or _OVERLONG.search(part):
            return True
    return False


def _name(part: bytes) -> str:
    if b";" in part or b"%" in part:
        part = unquote_to_bytes(_PARAMETERS.sub(b"", part))
    return part.decode("utf-8", "backslashreplace")


def _normal_octet(found: re.Match[str]) -> str:
    octet = chr(int(found[1], 16))
    return octet if octet in _UNRESERVED else found[0].upper()
