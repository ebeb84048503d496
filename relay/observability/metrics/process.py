"""Metrics of the process: CPU, memory, open files, garbage collection, versions."""

from __future__ import annotations

import gc
import platform
import time
from collections.abc import Iterator
from typing import Any

import twisted
from prometheus_client.process_collector import ProcessCollector

from relay import __version__
from relay.observability.metrics.catalog import node as names
from relay.observability.metrics.samples import Samples
from relay.tally import Histogram

_OF_PROCESS = (
    names.CPU_SECONDS,
    names.RESIDENT_BYTES,
    names.VIRTUAL_BYTES,
    names.START_TIME,
    names.OPEN_FDS,
    names.MAX_FDS,
)
GENERATIONS = 3


class ProcessMetrics:
    """
    Adds the metrics of this process to scrapes.

    :param delays: the delays of the event loop.
    """

    def __init__(self, delays: Histogram) -> None:
        self._delays = delays
        self._process = ProcessCollector("relay", registry=None)
        self._by_name = {family.base: family for family in _OF_PROCESS}
        self._collecting_s = [0.0] * GENERATIONS
        self._collection_begun_s = 0.0

    def start(self) -> None:
        """Begin to measure garbage collections."""
        gc.callbacks.append(self._on_collection)

    def stop(self) -> None:
        """Measure no more."""
        if self._on_collection in gc.callbacks:
            gc.callbacks.remove(self._on_collection)

    def _on_collection(self, phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            self._collection_begun_s = time.perf_counter()
        else:
            took_s = time.perf_counter() - self._collection_begun_s
            self._collecting_s[info["generation"]] += took_s

    def collect(self, into: Samples) -> Iterator[None]:
        """Add the samples of the process."""
        versions = (__version__, platform.python_version(), twisted.__version__)
        into.put(names.BUILD_INFO, 1, versions)
        into.put_histogram(names.LOOP_LAG, self._delays)
        for generation, stats in enumerate(gc.get_stats()):
            into.put(names.GC_COLLECTIONS, stats["collections"], (str(generation),))
            took_s = self._collecting_s[generation]
            into.put(names.GC_SECONDS, took_s, (str(generation),))
        yield
        if into.wants(*_OF_PROCESS):
            for metric in self._process.collect():
                into.put(self._by_name[metric.name], metric.samples[0].value)
        yield
