"""A backup of a daemon that takes writes, and what is restored from it."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import Daemon

BACKUP = str(Path(sys.executable).with_name("relay-backup"))


class BackupTests(WireCase):
    """The commands of docs/operations/upgrades.md."""

    def names(self, daemon: Daemon) -> set[str]:
        """Return the names of all applications."""
        found = daemon.must("GET", "/applications?perPage=1000")["data"]
        return {one["name"] for one in found}

    def test_a_restored_store_has_what_was_written_before_the_copy(self) -> None:
        """Writes during the copy are in it or not, and neither of both is damaged."""
        daemon = self.start_daemon()
        before = {f"before {number}" for number in range(20)}
        for name in before:
            daemon.must("POST", "/applications", {"name": name})
        copied = threading.Event()
        during: set[str] = set()

        def write() -> None:
            while not copied.is_set():
                name = f"during {len(during)}"
                daemon.must("POST", "/applications", {"name": name})
                during.add(name)

        writer = threading.Thread(target=write)
        writer.start()
        target = self.new_directory() / "relay.db"
        try:
            for _ in range(3):
                subprocess.run(
                    [BACKUP, "--data-dir", str(daemon.data_dir), str(target)],
                    check=True,
                )
        finally:
            copied.set()
            writer.join()
        everything = before | during
        self.assertTrue(everything <= self.names(daemon))
        daemon.stop()
        for suffix in ("", "-wal", "-shm"):
            (daemon.data_dir / f"relay.db{suffix}").unlink(missing_ok=True)
        target.replace(daemon.data_dir / "relay.db")
        daemon.start()
        restored = self.names(daemon)
        self.assertTrue(before <= restored)
        ours = {one for one in restored if one.startswith(("before", "during"))}
        self.assertEqual(ours - everything, set())
