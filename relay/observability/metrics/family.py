"""Families of metrics: their names, types and labels, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

UNITS = ("seconds", "bytes")
OF_DEFINITIONS = ("api", "plan", "endpoint", "group", "key", "name")
"""Labels with as many values as there are definitions; all others have few."""


class Kind(StrEnum):
    """The type of a family, as the text formats name it."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Merge(StrEnum):
    """How the values of several processes of a daemon become one."""

    SUM = "sum"
    LARGEST = "largest"
    SMALLEST = "smallest"


@dataclass(frozen=True, slots=True)
class Family:
    """
    One family of metrics.

    :param name: as queries have it, with ``_total`` at the end of a counter.
    :param meaning: what a value is; the ``HELP`` of the text formats.
    :param action: what an operator does when it moves.
    :param bounds: the upper bounds of a histogram's buckets, ascending.
    :param merge: how the values of several processes become one; the ranges of
        histograms are always added.
    """

    name: str
    kind: Kind
    meaning: str
    action: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()
    merge: Merge = Merge.SUM

    @property
    def base(self) -> str:
        """The name without ``_total``."""
        return self.name.removesuffix("_total")

    @property
    def open_labels(self) -> int:
        """How many of the first labels have values that definitions choose."""
        return sum([label in OF_DEFINITIONS for label in self.labels])

    @property
    def unit(self) -> str:
        """The unit that the name states; empty for a number of things."""
        unit = self.base.rpartition("_")[2]
        return unit if unit in UNITS else ""

    @property
    def sample_names(self) -> tuple[str, ...]:
        """The names of its samples."""
        if self.kind is Kind.HISTOGRAM:
            return tuple(f"{self.name}_{part}" for part in ("bucket", "count", "sum"))
        return (self.name,)


def counter(name: str, labels: tuple[str, ...], meaning: str, action: str) -> Family:
    """Describe a counter."""
    return Family(name, Kind.COUNTER, meaning, action, labels)


def gauge(
    name: str,
    labels: tuple[str, ...],
    meaning: str,
    action: str,
    merge: Merge = Merge.SUM,
) -> Family:
    """Describe a gauge."""
    return Family(name, Kind.GAUGE, meaning, action, labels, merge=merge)


def histogram(
    name: str,
    labels: tuple[str, ...],
    bounds: tuple[float, ...],
    meaning: str,
    action: str,
) -> Family:
    """Describe a histogram."""
    return Family(name, Kind.HISTOGRAM, meaning, action, labels, bounds)
