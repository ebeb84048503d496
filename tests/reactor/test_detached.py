"""The report of a detached daemon to the command that started it."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from twisted.scripts._twistd_unix import UnixApplicationRunner
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.errors import CannotStart
from relay.reactor.detached import print_whole_failures


class DetachedTests(SynchronousTestCase):
    """Both ends of the pipe."""

    def setUp(self) -> None:
        """Patch twistd to report whole failures for the length of a test."""
        for name in ("_formatChildException", "_waitForStart"):
            twistds = getattr(UnixApplicationRunner, name)
            self.assertTrue(callable(twistds))
            self.patch(UnixApplicationRunner, name, twistds)
        print_whole_failures(CannotStart)
        self.runner: Any = UnixApplicationRunner({})

    def written(self, error: Exception) -> bytes:
        """Return what the child writes about an error."""
        written: bytes = self.runner._formatChildException(error)
        return written

    def told(self, written: bytes) -> tuple[int, str]:
        """
        Return the status and the text that the command prints for the child's message.
        """
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        os.write(writing, written)
        os.close(writing)
        terminal = io.StringIO()
        self.patch(sys, "__stderr__", terminal)
        return self.runner._waitForStart(reading), terminal.getvalue()

    def test_a_start(self) -> None:
        """Ends the command with 0, and prints nothing."""
        self.assertEqual(self.told(b"0"), (0, ""))

    def test_a_reason_comes_whole(self) -> None:
        """A reason is printed whole, up to the size that a pipe takes in one write."""
        error = CannotStart("cannot listen: " + "ü" * 200, "and more")
        written = self.written(error)
        self.assertEqual(self.told(written), (1, f"{error}\n"))
        long = self.written(CannotStart("x" * 10_000))
        self.assertEqual(len(long), 4096)

    def test_a_child_that_is_gone(self) -> None:
        """A child that ended without a message is reported."""
        self.assertEqual(
            self.told(b""), (1, "relay: the daemon ended while it started\n")
        )

    def test_other_errors(self) -> None:
        """Other errors are written as twistd writes them."""
        status, printed = self.told(self.written(ValueError("a defect")))
        self.assertEqual(status, 1)
        self.assertIn("a defect", printed)
