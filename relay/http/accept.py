"""``Accept``: the media types that a client takes and prefers (RFC 9110, 12.5.1)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from twisted.web.http_headers import Headers

_MOST_CACHED_BYTES = 512
_MEMBER = re.compile(rb'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+')
_PARAMETER = re.compile(rb'(?:[^;"]|"(?:[^"\\]|\\.)*"?)+')


class Preference(NamedTuple):
    """
    How much a client prefers a media type; the greater, the more.

    :param quality: the weight of the range that decides, above 0 and up to 1.
    :param precision: 2 when the range names the type, 1 for ``text/*``, 0 for ``*/*``.
    :param place: 0 for the first range of the header, -1 for the second, and so on.
    """

    quality: float
    precision: int
    place: int


ANYTHING = Preference(1.0, 0, 0)
"""The preference of a client that sends no ``Accept``."""


class Accept:
    """
    The media ranges of one request.

    Parameters other than ``q`` do not narrow a range: the gateway's media types have at
    most a charset. Of several ranges for a type the most precise decides (of equally
    precise ones the highest weight).

    :param value: all field lines, joined by commas; empty for none.
    """

    __slots__ = ("_ranges", "absent")

    def __init__(self, value: bytes) -> None:
        self._ranges: dict[bytes, Preference] = {}
        for place, member in enumerate(_MEMBER.findall(value)):
            kind, *parameters = (part.strip() for part in _PARAMETER.findall(member))
            kind = kind.lower()
            if b"/" not in kind:
                continue
            precision = 0 if kind == b"*/*" else 1 if kind.endswith(b"/*") else 2
            found = Preference(_weight(parameters), precision, -place)
            self._ranges[kind] = max(found, self._ranges.get(kind, found))
        self.absent = not self._ranges
        """Whether the client has sent no media range."""

    def prefers(self, media_type: bytes) -> Preference | None:
        """
        Return how much the client prefers a media type; None when it takes it not.

        :param media_type: without parameters, lower case.
        """
        if self.absent:
            return ANYTHING
        for kind in (media_type, media_type.partition(b"/")[0] + b"/*", b"*/*"):
            found = self._ranges.get(kind)
            if found is not None:
                return found if found.quality > 0 else None
        return None


def accept_of(headers: Headers) -> Accept:
    """
    Parse the ``Accept`` of a request, all of its field lines.

    :param headers: of the request.
    """
    value = b",".join(headers.getRawHeaders(b"accept", ()))
    return _cached(value) if len(value) <= _MOST_CACHED_BYTES else Accept(value)


@lru_cache(maxsize=128)
def _cached(value: bytes) -> Accept:
    return Accept(value)


def _weight(parameters: list[bytes]) -> float:
    """Return the weight among the parameters of a range; 1 without a valid one."""
    for parameter in parameters:
        name, _, value = parameter.partition(b"=")
        if name.strip().lower() == b"q":
            try:
                weight = float(value)
            except ValueError:
                return 1.0
            return min(max(weight, 0.0), 1.0) if weight == weight else 1.0
    return 1.0
