"""The daemon's settings of its process."""

import gc
import resource
import sys

from twisted.trial.unittest import SynchronousTestCase

from relay.daemon import process


class ProcessTests(SynchronousTestCase):
    """All of it is undone afterwards."""

    def test_files(self) -> None:
        """All that the system grants may be open."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 500), hard))
        process.raise_file_limit()
        self.assertEqual(resource.getrlimit(resource.RLIMIT_NOFILE), (hard, hard))

    def test_threads(self) -> None:
        """The switch interval of threads is short."""
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        process.favour_reactor()
        self.assertAlmostEqual(sys.getswitchinterval(), 0.0005)

    def test_garbage(self) -> None:
        """The objects of the start are frozen, and the collector runs less often."""
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        self.addCleanup(gc.unfreeze)
        process.settle_garbage()
        self.assertGreater(gc.get_freeze_count(), 1000)
        self.assertEqual(
            gc.get_threshold(), (process.YOUNG, process.MIDDLE, process.OLD)
        )
        self.assertTrue(gc.isenabled())
