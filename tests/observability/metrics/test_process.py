"""The metrics of the process."""

from __future__ import annotations

import gc
import os
import time

from twisted.trial.unittest import SynchronousTestCase

from relay import __version__
from relay.observability.metrics.catalog import node as names
from relay.observability.metrics.process import ProcessMetrics
from relay.observability.metrics.samples import Samples
from relay.reactor.loop_lag import BOUNDS_S
from relay.tally import Histogram


class ProcessTests(SynchronousTestCase):
    """The process of the test."""

    def setUp(self) -> None:
        """Begin to measure."""
        self.delays = Histogram(BOUNDS_S)
        self.metrics = ProcessMetrics(self.delays)
        self.metrics.start()
        self.addCleanup(self.metrics.stop)

    def scrape(self) -> Samples:
        """Take all steps of a scrape."""
        samples = Samples()
        for _ in self.metrics.collect(samples):
            pass
        return samples

    def test_every_family_has_samples(self) -> None:
        """Each with a sensible value."""
        samples = self.scrape()
        for family in names.PROCESS:
            self.assertNotEqual([*samples.of(family)], [], family.name)
        (build,) = samples.of(names.BUILD_INFO)
        self.assertEqual(build.labels["version"], __version__)
        (memory,) = samples.of(names.RESIDENT_BYTES)
        self.assertGreater(memory.value, 10_000_000)
        # The listing has the descriptor of the directory itself, too.
        listed = len(os.listdir("/proc/self/fd")) - 1
        self.assertEqual(next(samples.of(names.OPEN_FDS)).value, listed)

    def test_the_start(self) -> None:
        """It is before now, and the same at every scrape."""
        (start,) = self.scrape().of(names.START_TIME)
        self.assertLess(start.value, time.time())
        self.assertGreater(start.value, time.time() - 86_400)
        self.assertEqual(next(self.scrape().of(names.START_TIME)).value, start.value)

    def test_collections_are_timed(self) -> None:
        """By generation."""
        before = [*self.scrape().of(names.GC_SECONDS)][2].value
        counted = [*self.scrape().of(names.GC_COLLECTIONS)][2].value
        gc.collect()
        samples = self.scrape()
        self.assertGreater([*samples.of(names.GC_SECONDS)][2].value, before)
        self.assertEqual([*samples.of(names.GC_COLLECTIONS)][2].value, counted + 1)

    def test_it_stops(self) -> None:
        """Nothing of it is left in the collector."""
        registered = len(gc.callbacks)
        self.metrics.stop()
        self.metrics.stop()
        self.assertEqual(len(gc.callbacks), registered - 1)

    def test_delays(self) -> None:
        """The delays of the event loop."""
        self.delays.observe(0.3)
        samples = self.scrape().of(names.LOOP_LAG)
        found = {one.labels.get("le"): one.value for one in samples}
        self.assertEqual((found["0.25"], found["0.5"]), (0, 1))
