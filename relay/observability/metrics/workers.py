"""
The metrics of the workers of a daemon, as one.

Theory of operation. A scrape asks all workers, and merges what they answer by the rule
of each family. The sum of a counter must not fall when a worker ends: whoever computes
a rate would take the rest for new. So the counters and histograms that each worker
answered last are kept: those of a worker that does not answer now are added as they
were, and those of a worker that was started again are added to its new ones.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from relay.observability.metrics.catalog.node import API_INFO
from relay.observability.metrics.family import Family, Kind
from relay.observability.metrics.samples import Samples
from relay.observability.metrics.series import OTHER
from relay.tally import Key


class Answered(NamedTuple):
    """
    What a worker has answered.

    :param run: names the process: another one each time a worker is started.
    :param lines: see :meth:`Samples.lines`.
    """

    run: str
    lines: Iterable[bytes]


Ask = Callable[[Collection[str] | None], Awaitable[Mapping[str, Answered]]]
"""Asks the workers for families, by their names (None for all), and returns the answers
by the value of the label ``worker``."""


class _Kept(NamedTuple):
    run: str
    counted: Samples


class WorkerMetrics:
    """
    The samples of the workers.

    :param families: all families.
    :param ask: asks the workers.
    """

    def __init__(self, families: Iterable[Family], ask: Ask) -> None:
        self._families = {one.name: one for one in families}
        self._counted = [
            one for one in self._families.values() if one.kind is not Kind.GAUGE
        ]
        self._ask = ask
        self._kept: dict[str, _Kept] = {}
        """The counters and histograms that each worker answered last."""
        self._ended = Samples()
        """Those of processes that are no more."""

    async def all(self, wanted: Collection[str] | None) -> Mapping[str, Samples]:
        """
        Return the samples of the workers that answer.

        :param wanted: the names of families; None for all.
        """
        found: dict[str, Samples] = {}
        for worker, (run, lines) in (await self._ask(wanted)).items():
            samples = found[worker] = Samples(wanted)
            samples.read(lines, self._families)
            self._keep(worker, run, samples)
        self._forget_gone(found.values())
        return found

    async def merge(self, into: Samples, wanted: Collection[str] | None) -> None:
        """
        Add the samples of all workers.

        :param wanted: as above.
        """
        found = await self.all(wanted)
        families = [one for one in self._families.values() if into.wants(one)]
        for samples in found.values():
            into.merge(samples, families)
        counted = [one for one in self._counted if into.wants(one)]
        for worker, kept in self._kept.items():
            if worker not in found:
                into.merge(kept.counted, counted)
        into.merge(self._ended, counted)

    def _keep(self, worker: str, run: str, samples: Samples) -> None:
        kept = self._kept.get(worker)
        if kept is None or kept.run != run:
            if kept is not None:
                self._ended.merge(kept.counted, self._counted)
            kept = self._kept[worker] = _Kept(run, Samples())
        asked = [one for one in self._counted if samples.wants(one)]
        for family in asked:
            kept.counted.forget(family, lambda key: True)
        kept.counted.merge(samples, asked)

    def _forget_gone(self, found: Collection[Samples]) -> None:
        """Drop what was counted of APIs that no worker has any more."""
        if not found or not all(one.wants(API_INFO) for one in found):
            return
        served = {key[0] for one in found for key in one.keys(API_INFO)}
        for family in self._counted:
            if family.labels[:1] == ("api",):
                counted = {key[0] for one in found for key in one.keys(family)}
                present = served | counted | {"", OTHER}
                self._ended.forget(family, partial(_is_gone, present))


def _is_gone(present: Collection[str], key: Key) -> bool:
    return key[0] not in present
