"""Metrics of the process: CPU, memory, open files, garbage collection, versions."""

from __future__ import annotations

import gc
import os
import platform
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import twisted

from relay import __version__
from relay.observability.metrics.catalog import node as names
from relay.observability.metrics.samples import Samples
from relay.reactor.descriptors import DESCRIPTORS
from relay.tally import Histogram

GENERATIONS = 3
_PAGE_BYTES = resource.getpagesize()
_MEMORY = Path("/proc/self/statm")


class ProcessMetrics:
    """
    Adds the metrics of this process to scrapes.

    :param delays: the delays of the event loop.
    """

    def __init__(self, delays: Histogram) -> None:
        self._delays = delays
        self._started_s = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
        self._started_s += _started_after_boot_s()
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
        into.put(names.CPU_SECONDS, time.process_time())
        virtual, resident, *_ = map(int, _MEMORY.read_text().split())
        into.put(names.VIRTUAL_BYTES, virtual * _PAGE_BYTES)
        into.put(names.RESIDENT_BYTES, resident * _PAGE_BYTES)
        into.put(names.START_TIME, self._started_s)
        # The library's collector lists all descriptors, which takes 20 ms for 10,000.
        into.put(names.OPEN_FDS, DESCRIPTORS.in_use())
        into.put(names.MAX_FDS, DESCRIPTORS.limit)
        yield


def _started_after_boot_s() -> float:
    """Return when this process started, in seconds after the start of the system."""
    fields = Path("/proc/self/stat").read_text().rpartition(")")[2].split()
    return int(fields[19]) / os.sysconf("SC_CLK_TCK")
