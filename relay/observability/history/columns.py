"""Series of samples in a ring: a column for each series, a slot for each sample."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Sequence

from relay.tally import Histogram

NO_VALUE = math.nan
"""The value of a series that has none at a sample."""
Shown = int | float | None


class Columns:
    """
    A ring of samples of some series, all of them 0 at first.

    :param names: of the series.
    :param kept: how many samples the ring has; each takes four bytes of each series.
    """

    __slots__ = ("_columns", "_names")

    def __init__(self, names: Sequence[str], kept: int) -> None:
        self._names = names
        self._columns = [array("f", bytes(4 * kept)) for _ in names]

    def put(self, slot: int, values: Sequence[float]) -> None:
        """
        Write a sample.

        :param values: one of each series, in their order.
        """
        for column, value in zip(self._columns, values, strict=True):
            column[slot] = value

    def read(self, name: str, slots: Iterable[int]) -> list[Shown]:
        """Return the values of one series, as JSON has them."""
        column = self._columns[self._names.index(name)]
        return [_shown(column[slot]) for slot in slots]


def _shown(value: float) -> Shown:
    """Write a value with at most three decimals; None for one that is missing."""
    if value != value:
        return None
    return int(value) if value.is_integer() else round(value, 3)


def quantile(histogram: Histogram, share: float) -> float:
    """
    Estimate a quantile of the values of a histogram.

    Within a range the values are taken as evenly spread; of the last range, which has
    no upper bound, the lower bound is returned.

    :param share: from 0 to 1.
    :return: :data:`NO_VALUE` without values.
    """
    total = sum(histogram.counts)
    if not total:
        return NO_VALUE
    rank, lower = share * total, 0.0
    for bound, count in zip(histogram.bounds, histogram.counts, strict=False):
        if count and rank <= count:
            return lower + (bound - lower) * rank / count
        rank -= count
        lower = bound
    return lower
