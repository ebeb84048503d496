"""Log files are opened again where another program has moved them."""

from __future__ import annotations

import os
from pathlib import Path

from twisted.logger import globalLogPublisher, textFileLogObserver
from twisted.python.logfile import LogFile
from twisted.trial.unittest import SynchronousTestCase

from relay.daemon.logs import reopen_daemon_log


class DaemonLogTests(SynchronousTestCase):
    """A log as ``twistd --logfile`` has it."""

    def setUp(self) -> None:
        """Log to a file."""
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        self.path = self.directory / "daemon.log"
        self.file = LogFile.fromFullPath(str(self.path))
        self.addCleanup(self.file.close)
        observer = textFileLogObserver(self.file)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)

    def test_reopened(self) -> None:
        """Later lines are written to a new file at the same path."""
        self.file.write("old\n")
        self.path.rename(self.directory / "daemon.log.1")
        reopen_daemon_log()
        self.file.write("new\n")
        self.assertIn("new\n", self.path.read_text())
        self.assertNotIn("old\n", self.path.read_text())
        self.assertIn("old\n", (self.directory / "daemon.log.1").read_text())

    def test_a_path_that_cannot_be_opened_leaves_the_file_open(self) -> None:
        """
        If the path cannot be opened, the old file stays open, and no line is lost.
        """
        moved = self.directory.with_suffix(".moved")
        os.rename(self.directory, moved)
        reopen_daemon_log()
        self.file.write("still here\n")
        text = (moved / "daemon.log").read_text()
        self.assertIn("cannot be opened again", text)
        self.assertIn("still here\n", text)
