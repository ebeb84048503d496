"""Reloads of a real daemon."""

from __future__ import annotations

import os
import signal
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Answer, Daemon, until
from tests.wire.operate.technical import technical


class ReloadCase(WireCase):
    """Each test has a daemon of its own, and changes its file."""

    def start(self, toml: str = "[limits]\n") -> Daemon:
        """Start a daemon with a settings file."""
        return self.start_daemon(toml=toml)

    def write(self, daemon: Daemon, toml: str) -> None:
        """Replace the settings file."""
        (daemon.data_dir / "relay.toml").write_text(toml)

    def post(self, daemon: Daemon, query: str = "") -> Answer:
        """Ask for a reload."""
        return technical(daemon, "POST", f"/_node/reload{query}")

    def reload(self, daemon: Daemon, toml: str) -> dict[str, Any]:
        """Reload another file, and insist on success."""
        self.write(daemon, toml)
        answer = self.post(daemon)
        self.assertEqual(answer.status, 200, answer.body)
        found: dict[str, Any] = answer.json()
        return found

    def hang_up(self, daemon: Daemon, toml: str, line: str) -> None:
        """Reload another file by a signal, and wait for a line of the log."""
        self.write(daemon, toml)
        os.kill(daemon.pid, signal.SIGHUP)
        until(lambda: line in daemon.log(), line, failed=daemon.log)
