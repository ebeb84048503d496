"""The base of tests that have a configuration directory of their own."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import tempfile
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.main import invoke


class ConfigCase(SynchronousTestCase):
    """A test whose profiles are in a directory that is removed after it."""

    def setUp(self) -> None:
        """Set the directory, and unset the variables of a server."""
        self.directory = Path(tempfile.mkdtemp(prefix="relay-cli-"))
        self.addCleanup(shutil.rmtree, self.directory, True)
        self.patch_environment(XDG_CONFIG_HOME=str(self.directory))
        for name in ("URL", "TOKEN", "USER", "PASSWORD", "CA"):
            self.patch_environment(**{f"RELAY_{name}": None})

    def call(self, *arguments: str) -> tuple[int, str, str]:
        """Return the exit status, the output, and the errors of a call."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = invoke(arguments)
        return status, out.getvalue(), err.getvalue()

    def patch_environment(self, **variables: str | None) -> None:
        """Set variables until the end of the test; None unsets one."""
        for name, value in variables.items():
            before = os.environ.get(name)
            self.addCleanup(_set, name, before)
            _set(name, value)


def _set(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
