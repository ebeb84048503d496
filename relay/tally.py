"""
Counters of plain integers, which cost next to nothing until they are read.

The parts of the gateway count with them what happens; :mod:`relay.observability` reads
them when somebody asks for the metrics.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

Key = tuple[str, ...]
"""The values of some labels, in their order."""


class Tally(dict[Key, int]):
    """How often each of some things has happened."""

    def count(self, *key: str) -> None:
        """
        Count one occurrence.

        :param key: what has happened.
        """
        self[key] = self.get(key, 0) + 1


class Histogram:
    """
    How many of some values fell into each of some ranges.

    :param bounds: the upper bounds of the ranges, ascending; the last range has none.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        """The sum of all values."""

    def observe(self, value: float) -> int:
        """
        Count a value.

        :return: the number of its range.
        """
        number = bisect_left(self.bounds, value)
        self.counts[number] += 1
        self.total += value
        return number

    def merge(self, other: Histogram) -> None:
        """
        Add the values of another histogram.

        :param other: one with the same bounds.
        """
        for number, count in enumerate(other.counts):
            self.counts[number] += count
        self.total += other.total
