"""The samples of one scrape, and their text."""

from __future__ import annotations

import json
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from functools import cache
from itertools import islice, zip_longest
from operator import add
from typing import Any, NamedTuple

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.samples import Exemplar, Sample

from relay.observability.metrics.family import Family, Merge
from relay.observability.metrics.series import Bounds
from relay.tally import Histogram, Key

STEP_SAMPLES = 50
"""How many samples are written in one step: some 1 ms of work."""
_END = b"# EOF\n"
_CHOICES: Mapping[Merge, Callable[[float, float], float]] = {
    Merge.SUM: add,
    Merge.LARGEST: max,
    Merge.SMALLEST: min,
}


class Samples:
    """
    The samples of one scrape, by family.

    :param wanted: the names of the families that are asked for; None for all.
    :param bounds: of the number of series; None for no bound.
    """

    def __init__(
        self, wanted: Collection[str] | None = None, bounds: Bounds | None = None
    ) -> None:
        self._wanted = wanted
        self._bounds = bounds
        self._values: dict[str, dict[Key, _Value]] = {}
        self._histograms: dict[str, dict[Key, _Ranges]] = {}

    def wants(self, *families: Family) -> bool:
        """Whether any of some families is asked for."""
        return self._wanted is None or any(one.name in self._wanted for one in families)

    def put(
        self,
        family: Family,
        value: float,
        key: Key = (),
        exemplar: Exemplar | None = None,
    ) -> None:
        """
        Add to the value of one series of a counter or gauge.

        :param key: the values of its labels, in their order.
        """
        if self.wants(family):
            found = self._values.setdefault(family.name, {})
            key = self._fold(family, key)
            before = found[key].value if key in found else 0.0
            found[key] = _Value(before + value, exemplar)

    def merge(self, other: Samples, families: Iterable[Family]) -> None:
        """
        Add the samples of another process of the daemon.

        :param families: those that are added; of others nothing is.
        """
        for family in families:
            found = self._values.setdefault(family.name, {})
            choose = _CHOICES[family.merge]
            for key, one in other._values.get(family.name, {}).items():
                before = found.get(key)
                if before is None:
                    found[key] = one
                else:
                    value = choose(before.value, one.value)
                    found[key] = _Value(value, before.exemplar or one.exemplar)
            for key, ranges in other._histograms.get(family.name, {}).items():
                self.put_histogram(family, ranges.histogram, key, ranges.exemplars)

    def forget(self, family: Family, gone: Callable[[Key], bool]) -> None:
        """
        Drop series of a family.

        :param gone: whether the series with some label values is dropped.
        """
        for tables in (self._values, self._histograms):
            table: dict[Key, Any] = tables.get(family.name, {})
            for key in [key for key in table if gone(key)]:
                del table[key]

    def keys(self, family: Family) -> Collection[Key]:
        """Return the label values of the series of a family."""
        return (
            self._values.get(family.name, {}).keys()
            | self._histograms.get(family.name, {}).keys()
        )

    def lines(self, family: Family) -> Iterator[bytes]:
        """Return a family as lines of JSON for another process, in steps."""
        values = iter(self._values.get(family.name, {}).items())
        while some := list(islice(values, STEP_SAMPLES)):
            yield _line(family.name, [[key, *one] for key, one in some], [])
        for key, (histogram, exemplars) in self._histograms.get(
            family.name, {}
        ).items():
            ranges = [key, histogram.counts, histogram.total, exemplars]
            yield _line(family.name, [], [ranges])

    def read(self, lines: Iterable[bytes], families: Mapping[str, Family]) -> None:
        """
        Take the lines of another process; see :meth:`lines`.

        :param families: by name; those that this process does not know are left out.
        """
        for line in lines:
            name, values, histograms = json.loads(line)
            family = families.get(name)
            if family is None:
                continue
            table = self._values.setdefault(name, {})
            for key, value, exemplar in values:
                table[tuple(key)] = _Value(value, _exemplar(exemplar))
            for key, counts, total, exemplars in histograms:
                histogram = Histogram(family.bounds)
                histogram.counts, histogram.total = counts, total
                found = [_exemplar(one) for one in exemplars]
                self.put_histogram(family, histogram, tuple(key), found)

    def put_all(self, family: Family, values: Mapping[Key, float]) -> None:
        """Add to the values of several series."""
        for key, value in values.items():
            self.put(family, value, key)

    def put_in_steps(
        self, family: Family, values: Mapping[Key, float]
    ) -> Iterator[None]:
        """Add to the values of many series, some of them with each step."""
        for number, (key, value) in enumerate(list(values.items())):
            if number % STEP_SAMPLES == STEP_SAMPLES - 1:
                yield
            self.put(family, value, key)

    def put_histogram(
        self,
        family: Family,
        histogram: Histogram,
        key: Key = (),
        exemplars: Sequence[Exemplar | None] = (),
    ) -> None:
        """
        Add to the values of one series of a histogram.

        :param histogram: has the bounds of the family.
        :param key: the values of its labels, in their order.
        :param exemplars: one for each range, or none at all.
        """
        if self.wants(family):
            assert tuple(histogram.bounds) == family.bounds
            found = self._histograms.setdefault(family.name, {})
            key = self._fold(family, key)
            if key not in found:
                found[key] = _Ranges(Histogram(family.bounds), exemplars)
            found[key].histogram.merge(histogram)

    def _fold(self, family: Family, key: Key) -> Key:
        assert len(key) == len(family.labels)
        return key if self._bounds is None else self._bounds.fold(family, key)

    def of(self, family: Family, worker: str | None = None) -> Iterator[Sample]:
        """
        Return the samples of a family one by one: there may be many.

        :param worker: the value of the label ``worker``; None for none.
        """
        first = {} if worker is None else {"worker": worker}
        for key, one in self._values.get(family.name, {}).items():
            labels = first | dict(zip(family.labels, key, strict=True))
            yield Sample(family.name, labels, one.value, None, one.exemplar)
        bounds = [*map(_bound, family.bounds), "+Inf"]
        for key, ranges in self._histograms.get(family.name, {}).items():
            labels = first | dict(zip(family.labels, key, strict=True))
            below = 0
            for bound, count, exemplar in zip_longest(
                bounds, ranges.histogram.counts, ranges.exemplars
            ):
                below += count
                bucket = {**labels, "le": bound}
                name = f"{family.name}_bucket"
                yield Sample(name, bucket, below, None, exemplar)
            yield Sample(f"{family.name}_count", labels, below)
            yield Sample(f"{family.name}_sum", labels, ranges.histogram.total)


class _Value(NamedTuple):
    value: float
    exemplar: Exemplar | None


class _Ranges(NamedTuple):
    histogram: Histogram
    exemplars: Sequence[Exemplar | None]


class TextFormat:
    """
    One of the text formats.

    :param exemplars: whether it is OpenMetrics 1.0, which has exemplars; otherwise the
        format 0.0.4 of Prometheus.
    """

    def __init__(self, exemplars: bool) -> None:
        self._exemplars = exemplars
        self.content_type = (
            openmetrics.CONTENT_TYPE_LATEST if exemplars else CONTENT_TYPE_PLAIN_0_0_4
        )

    def write(self, family: Family, samples: Iterator[Sample]) -> Iterator[bytes]:
        """
        Write a family, in steps.

        :param samples: its samples; without any only its type is written.
        """
        first = list(islice(samples, STEP_SAMPLES))
        if not first:
            yield _declared(family, self._exemplars)
            return
        yield _text(family, first, self._exemplars)
        while some := list(islice(samples, STEP_SAMPLES)):
            lines = _text(family, some, self._exemplars).splitlines(keepends=True)
            yield b"".join(line for line in lines if not line.startswith(b"#"))

    @property
    def end(self) -> bytes:
        """What stands behind the last family."""
        return _END if self._exemplars else b""


@cache
def _declared(family: Family, exemplars: bool) -> bytes:
    """Write a family without samples: always the same."""
    return _text(family, [], exemplars)


def _text(family: Family, samples: list[Sample], exemplars: bool) -> bytes:
    metric = Metric(family.base, family.meaning, family.kind.value, family.unit)
    metric.samples = samples
    if not exemplars:
        plain: bytes = generate_latest(_One(metric))
        return plain
    text: bytes = openmetrics.generate_latest(_One(metric))
    return text.removesuffix(_END)


class _One:
    """A registry of one family, in the library's sense."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> list[Metric]:
        """Return the family."""
        return [self._metric]


def _line(name: str, values: list[Any], histograms: list[Any]) -> bytes:
    return json.dumps([name, values, histograms]).encode() + b"\n"


def _exemplar(read: Sequence[Any] | None) -> Exemplar | None:
    return None if read is None else Exemplar(*read)


def _bound(bound: float) -> str:
    return f"{float(bound)}"
