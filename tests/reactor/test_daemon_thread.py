"""Tests for :mod:`relay.reactor.daemon_thread`."""

from __future__ import annotations

import threading
from queue import Queue

from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.daemon_thread import run_in_thread


class ThreadTests(SynchronousTestCase):
    """A function in a thread of its own."""

    def test_it_runs_elsewhere(self) -> None:
        """The thread has its name, and the process does not wait for it."""
        seen: Queue[threading.Thread] = Queue()
        run_in_thread("look", lambda: seen.put(threading.current_thread()))
        thread = seen.get(timeout=10)
        self.assertEqual((thread.name, thread.daemon), ("look", True))
        self.assertIsNot(thread, threading.current_thread())
