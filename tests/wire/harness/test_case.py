"""The reports about a daemon that ended, or that did not start."""

from __future__ import annotations

import os
import signal
import unittest
from collections.abc import Callable
from typing import ClassVar

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Daemon, SharedDaemon

READY = "ready: listening on"


class Inner(WireCase):
    """A test with a daemon, which the outer test decides."""

    act: ClassVar[Callable[[WireCase], object]]

    def inner(self) -> None:
        """Run the action."""
        type(self).act(self)


def crash(daemon: Daemon) -> None:
    """End a daemon as an unexpected error does."""
    os.kill(daemon.pid, signal.SIGKILL)
    assert daemon.process is not None
    daemon.process.wait()


class DaemonTests(SynchronousTestCase):
    """Each runs another test, and looks at its result."""

    def errors(self, act: Callable[[WireCase], object]) -> list[str]:
        """Run a test with an action, and return its errors."""
        case = type("Case", (Inner,), {"act": act})("inner")
        result = unittest.TestResult()
        case.run(result)
        self.assertEqual(result.testsRun, 1)
        return [text for _, text in [*result.errors, *result.failures]]

    def test_a_daemon_that_is_left_running(self) -> None:
        """A running daemon is killed after the test, without an error."""
        pids = []

        def act(case: WireCase) -> None:
            pids.append(case.start_daemon().pid)

        self.assertEqual(self.errors(act), [])
        self.assertRaises(ProcessLookupError, os.kill, pids[0], 0)

    def test_a_daemon_that_ended_by_itself(self) -> None:
        """Fails the test that started it, with its log."""
        (text,) = self.errors(lambda case: crash(case.start_daemon()))
        self.assertIn("the daemon ended with status -9", text)
        self.assertIn(READY, text)

    def test_a_shared_daemon_that_ended(self) -> None:
        """Fails the test in which it did, and each after it, with its log."""
        shared = SharedDaemon()
        self.addCleanup(shared.end)
        for act in (lambda case: crash(shared.get()), lambda case: shared.get()):
            found = self.errors(act)
            self.assertTrue(found)
            for text in found:
                self.assertIn("the daemon ended with status -9", text)
                self.assertIn(READY, text)

    def test_a_daemon_that_does_not_start(self) -> None:
        """The failure names the reason at once."""
        (text, *_) = self.errors(lambda case: case.start_daemon(toml="[speed]\n"))
        self.assertIn("the daemon ended with status 1", text)
        self.assertIn("relay: ", text)
