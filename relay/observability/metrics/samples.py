"""The samples of one scrape, and their text."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.samples import Exemplar, Sample

from relay.observability.metrics.family import Family
from relay.tally import Histogram, Key

STEP_SAMPLES = 100
"""How many samples are written in one step: 1 to 2 ms of work."""
_END = b"# EOF\n"


class Samples:
    """
    The samples of one scrape, by family.

    :param wanted: the names of the families that are asked for; None for all.
    """

    def __init__(self, wanted: Collection[str] | None = None) -> None:
        self._wanted = wanted
        self._found: dict[str, list[Sample]] = {}

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
        Add the value of one series of a counter or gauge.

        :param key: the values of its labels, in their order.
        """
        if self.wants(family):
            labels = dict(zip(family.labels, key, strict=True))
            self._add(family, Sample(family.name, labels, value, None, exemplar))

    def put_histogram(
        self,
        family: Family,
        histogram: Histogram,
        key: Key = (),
        exemplars: Sequence[Exemplar | None] = (),
    ) -> None:
        """
        Add the values of one series of a histogram.

        :param histogram: has the bounds of the family.
        :param key: the values of its labels, in their order.
        :param exemplars: one for each range, or none at all.
        """
        if not self.wants(family):
            return
        labels = dict(zip(family.labels, key, strict=True))
        name, below = family.name, 0
        bounds = [*map(_bound, family.bounds), "+Inf"]
        known = exemplars or [None] * len(bounds)
        for bound, count, exemplar in zip(bounds, histogram.counts, known, strict=True):
            below += count
            bucket = {**labels, "le": bound}
            self._add(family, Sample(f"{name}_bucket", bucket, below, None, exemplar))
        self._add(family, Sample(f"{name}_count", labels, below))
        self._add(family, Sample(f"{name}_sum", labels, histogram.total))

    def put_all(self, family: Family, values: Mapping[Key, float]) -> None:
        """Add the values of several series."""
        for key, value in values.items():
            self.put(family, value, key)

    def _add(self, family: Family, sample: Sample) -> None:
        self._found.setdefault(family.name, []).append(sample)

    def of(self, family: Family) -> list[Sample]:
        """The samples of a family."""
        return self._found.get(family.name, [])


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

    def write(self, family: Family, samples: list[Sample]) -> Iterator[bytes]:
        """
        Write a family, in steps.

        :param samples: its samples; without any only its type is written.
        """
        for begin in range(0, max(len(samples), 1), STEP_SAMPLES):
            yield self._write(family, samples[begin : begin + STEP_SAMPLES], begin > 0)

    def _write(self, family: Family, samples: list[Sample], goes_on: bool) -> bytes:
        metric = Metric(family.base, family.meaning, family.kind.value, family.unit)
        metric.samples = samples
        if self._exemplars:
            text: bytes = openmetrics.generate_latest(_One(metric))
            text = text.removesuffix(_END)
        else:
            text = generate_latest(_One(metric))
        if goes_on:
            lines = text.splitlines(keepends=True)
            text = b"".join(line for line in lines if not line.startswith(b"#"))
        return text

    @property
    def end(self) -> bytes:
        """What stands behind the last family."""
        return _END if self._exemplars else b""


class _One:
    """A registry of one family, in the library's sense."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> list[Metric]:
        """Return the family."""
        return [self._metric]


def _bound(bound: float) -> str:
    return f"{float(bound)}"
