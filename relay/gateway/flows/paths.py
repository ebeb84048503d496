"""Paths of selectors: ``/orders/:id`` and what it stands for."""

from __future__ import annotations

from collections.abc import Sequence


class PathPattern:
    """
    A path in which ``:name`` stands for one segment.

    :param path: relative to the context-path.
    :param whole: whether it must be the whole path, or a beginning will do.
    """

    def __init__(self, path: str, whole: bool) -> None:
        self._segments = segments(path)
        self._whole = whole

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
        for segment, part in zip(wanted, given, strict=False):
            if segment.startswith(":"):
                parameters[segment[1:]] = part
            elif segment != part:
                return None
        return parameters

    @property
    def rank(self) -> tuple[tuple[int, ...], bool]:
        """
        How well it fits, of all that match one path the greatest: more segments are
        better than fewer, and a name of its own is better than a parameter.
        """
        weights = tuple(0 if one.startswith(":") else 1 for one in self._segments)
        return tuple(weight + 1 for weight in weights), self._whole


def segments(path: str) -> list[str]:
    """
    Cut a path into its segments; a ``/`` at its end makes no difference.

    :param path: relative to the context-path.
    """
    trimmed = path.removeprefix("/").removesuffix("/")
    return trimmed.split("/") if trimmed else []
