"""Bounds the number of series that labels can make."""

from __future__ import annotations

from collections.abc import Callable, Collection

from relay.observability.metrics.family import Family
from relay.tally import Key

OTHER = "other"
"""The value of the labels of all that has no series of its own."""
FORGOTTEN = 10
"""How many times as many label values as there may be series are remembered as folded:
further ones cost a look each time."""


class Series:
    """
    The label values of one family that have a series of their own.

    Those that come first have one, until there are as many as there may be. All others
    share the series whose labels are :data:`OTHER`, and continue to do so when a series
    becomes free: a counter never decreases.

    :param most: returns how many there may be.
    :param folded: how many labels become :data:`OTHER`; those after them have few
        values in any case, such as outcomes.
    """

    def __init__(self, most: Callable[[], int], folded: int) -> None:
        self._most = most
        self._folded = folded
        self._own: set[Key] = set()
        self._others: dict[Key, Key] = {}

    def __len__(self) -> int:
        return len(self._own)

    def of(self, key: Key) -> Key:
        """
        Return the label values of the series that some label values belong to.

        :param key: the values, in the order of the labels.
        """
        if key in self._own:
            return key
        other = self._others.get(key)
        if other is not None:
            return other
        most = self._most()
        if len(self._own) < most:
            self._own.add(key)
            return key
        other = (OTHER,) * self._folded + key[self._folded :]
        if len(self._others) < most * FORGOTTEN:
            self._others[key] = other
        return other

    def forget(self, value: str) -> None:
        """
        Free the series of a value of the first label.

        :param value: the id of an API that is gone.
        """
        self._own = {key for key in self._own if key[0] != value}
        self._others = {k: v for k, v in self._others.items() if k[0] != value}


class Bounds:
    """
    The series of all families.

    :param most: returns how many series a family may have with labels that definitions
        choose.
    """

    def __init__(self, most: Callable[[], int]) -> None:
        self._most = most
        self._series: dict[str, Series] = {}
        self._of_apis: dict[str, Series] = {}

    def fold(self, family: Family, key: Key) -> Key:
        """Return the label values of the series that some label values belong to."""
        series = self._series.get(family.name)
        if series is None:
            if not family.open_labels:
                return key
            series = self._series[family.name] = Series(self._most, family.open_labels)
            if family.labels[0] == "api":
                self._of_apis[family.name] = series
        return series.of(key)

    def sizes(self) -> dict[Key, float]:
        """Return how many label values have a series of their own, by family."""
        return {(name,): len(series) for name, series in self._series.items()}

    @property
    def apis(self) -> Collection[str]:
        """The ids of the APIs that are counted here: none."""
        return ()

    def forget(self, api_id: str) -> None:
        """Free the series of an API that is gone."""
        for series in self._of_apis.values():
            series.forget(api_id)
