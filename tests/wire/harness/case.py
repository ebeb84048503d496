"""The base of tests against a real daemon."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from tests.wire.harness.daemon import Daemon


class WireCase(SynchronousTestCase):
    """
    A test that talks to daemons: its own, or one that its module shares.

    A daemon that ended and was not ended by the test fails the test, with its log.
    """

    def run(self, result: Any = None) -> Any:
        """Run the test, and check the daemons after all its cleanups."""
        self.addCleanup(self._check_daemons)
        return super().run(result)

    def _check_daemons(self) -> None:
        for daemon in Daemon.running:
            daemon.check()

    def new_directory(self) -> Path:
        """Make a directory that is removed after the test."""
        directory = Path(tempfile.mkdtemp(prefix="relay-"))
        self.addCleanup(shutil.rmtree, directory, True)
        return directory

    def start_daemon(
        self,
        data_dir: Path | None = None,
        toml: str = "",
        options: tuple[str, ...] = (),
        environment: dict[str, str] | None = None,
    ) -> Daemon:
        """
        Start a daemon that is killed after the test.

        :param data_dir: where it keeps its files; None for a directory of its own.
        :param toml: the settings file's content, if any.
        :param options: more of the command line.
        :param environment: more environment.
        """
        directory = data_dir or self.new_directory()
        daemon = Daemon(directory, toml, options, environment).start()
        self.addCleanup(daemon.kill)
        return daemon
