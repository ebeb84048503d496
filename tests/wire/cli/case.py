"""The base of tests that run ``relay`` against a daemon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import BOUND_S, PASSWORD, Daemon

RELAY = str(Path(sys.executable).with_name("relay"))


class Ended(NamedTuple):
    """What a command has printed, and its exit status."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)


class CommandCase(WireCase):
    """A test of commands, with a configuration directory of its own."""

    def setUp(self) -> None:
        """Make the directory of the profiles."""
        self.config = self.new_directory()

    def environment(self, daemon: Daemon | None, **variables: str) -> dict[str, str]:
        """
        Return the environment of a command.

        :param daemon: the server; None for the one of the current profile.
        """
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("RELAY_")
        }
        kept["XDG_CONFIG_HOME"] = str(self.config)
        if daemon is not None:
            kept["RELAY_URL"] = f"http://127.0.0.1:{daemon.management_port}"
            kept["RELAY_USER"] = "admin"
            kept["RELAY_PASSWORD"] = PASSWORD
        return {**kept, **variables}

    def start_command(
        self,
        daemon: Daemon | None,
        *arguments: str,
        stdout: int = subprocess.PIPE,
        **variables: str,
    ) -> subprocess.Popen[str]:
        """
        Start a command.

        :param stdout: a descriptor, unless the test reads the output.
        """
        return subprocess.Popen(
            [RELAY, *arguments],
            env=self.environment(daemon, **variables),
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )

    def command(
        self, daemon: Daemon | None, *arguments: str, given: str = "", **variables: str
    ) -> Ended:
        """
        Run a command to its end.

        :param given: its standard input.
        """
        process = self.start_command(
            daemon, *arguments, stdout=subprocess.PIPE, **variables
        )
        out, err = process.communicate(given, timeout=BOUND_S)
        return Ended(process.returncode, out, err)
