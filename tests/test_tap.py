"""A daemon that is built and not started."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

from twisted.internet import reactor
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.options import Options
from relay.tap import makeService


class MakeServiceTests(SynchronousTestCase):
    """twistd forks after it."""

    def test_nothing_is_opened(self) -> None:
        """No file, no thread, no connection, and no timer."""
        directory = Path(self.mktemp()).absolute()
        options = Options()
        options.parseOptions(["--data-dir", str(directory), "--demo"])
        gc.collect()
        before = self.opened()
        service = makeService(options)
        self.assertEqual(self.opened(), before)
        self.assertFalse(directory.exists())
        self.assertFalse(service.running)

    def opened(self) -> tuple[object, ...]:
        """What a fork would break or share."""
        return (
            sorted(os.listdir("/proc/self/fd")),
            threading.active_count(),
            reactor.getDelayedCalls(),
            len(reactor.getReaders()),
        )
