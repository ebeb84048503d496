"""The paths of selectors, such as ``/orders/:id``, and their parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from relay.model.schema.types.request_target import RequestTarget

_ASCII = "".join(map(chr, range(0x21, 0x7F)))


class Rank(NamedTuple):
    """
    The precision of a pattern; of all patterns that match a path the greatest wins.

    :param segments: by segment, 2 for a name and 1 for a parameter.
    :param letters: the number of letters in all names.
    :param whole: whether the pattern matches whole paths only.
    """

    segments: tuple[int, ...]
    letters: int
    whole: bool


class PathPattern:
    """
    A path in which ``:name`` stands for one segment.

    As a prefix a path is compared as a string: ``/orders`` also matches
    ``/orders-old``, while ``/orders/`` matches whole segments only.

    :param path: relative to the context-path.
    :param whole: whether the pattern must match the whole path, or a prefix of it.
    """

    def __init__(self, path: str, whole: bool) -> None:
        self._segments = segments(path)
        self._whole = whole
        self._open = not whole and not path.endswith("/")
        """Whether the last segment matches as a prefix."""

    def match(self, given: Sequence[str]) -> dict[str, str] | None:
        """
        Match a path.

        :param given: the segments of a path, decoded.
        :return: the values of the parameters; None when it is another path.
        """
        wanted = self._segments
        if len(given) < len(wanted) or (self._whole and len(given) > len(wanted)):
            return None
        parameters: dict[str, str] = {}
        last = len(wanted) - 1
        for index, segment in enumerate(wanted):
            part = given[index]
            if segment.startswith(":"):
                parameters[segment[1:]] = part
            elif segment != part and not (
                self._open and index == last and part.startswith(segment)
            ):
                return None
        return parameters

    @property
    def rank(self) -> Rank:
        """The precision of the pattern."""
        names = [one for one in self._segments if not one.startswith(":")]
        weights = tuple(1 if one.startswith(":") else 2 for one in self._segments)
        return Rank(weights, sum(map(len, names)), self._whole)


def segments(path: str) -> tuple[str, ...]:
    """
    Split the path of a selector into segments, as the path of a request is.

    :param path: relative to the context-path, with a ``/`` before it or not.
    """
    target = RequestTarget.parse(f"/{quote(path, _ASCII)}".encode("ascii"))
    return target.segments
