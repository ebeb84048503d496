"""``relay-backup``."""

from __future__ import annotations

import contextlib
import io
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.store.backup import main


class BackupTests(SynchronousTestCase):
    """Copies of a database whose newest rows are in the write-ahead log."""

    def setUp(self) -> None:
        """Open a database as the daemon does."""
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        self.store = self.directory / "relay.db"
        self.open = sqlite3.connect(self.store)
        self.addCleanup(self.open.close)
        self.open.execute("PRAGMA journal_mode = WAL")
        self.open.execute("CREATE TABLE t (n INTEGER)")
        self.add(1)

    def add(self, number: int) -> None:
        """Commit a row, which stays in the log."""
        with self.open:
            self.open.execute("INSERT INTO t VALUES (?)", (number,))

    def run_command(self, *arguments: str) -> tuple[int, str]:
        """Run the command, and return its status and its errors."""
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors):
            return main(
                ["--data-dir", str(self.directory), *arguments]
            ), errors.getvalue()

    def rows(self, path: Path) -> list[int]:
        """Read a copy, alone in its directory."""
        with closing(sqlite3.connect(path)) as copy:
            return [n for (n,) in copy.execute("SELECT n FROM t ORDER BY n")]

    def test_the_copy_has_what_is_in_the_log(self) -> None:
        """One file, which only its owner reads; the next copy replaces it."""
        target = self.directory / "copies" / "relay.db"
        target.parent.mkdir()
        self.assertEqual(self.run_command(str(target)), (0, ""))
        self.assertEqual(self.rows(target), [1])
        self.add(2)
        self.assertEqual(self.run_command(str(target)), (0, ""))
        self.assertEqual(self.rows(target), [1, 2])
        self.assertEqual(stat.S_IMODE(target.stat().st_mode), 0o600)
        self.assertEqual([one.name for one in target.parent.iterdir()], ["relay.db"])

    def test_a_failure_keeps_the_copy_before(self) -> None:
        """A store that is no database, or is not there, is reported in one line."""
        target = self.directory / "copy.db"
        self.run_command(str(target))
        other = self.directory / "other.db"
        for content, words in ((None, "no such file"), (b"x" * 5000, "not a database")):
            if content is not None:
                other.write_bytes(content)
            status, errors = self.run_command("--store", str(other), str(target))
            self.assertEqual(status, 1)
            self.assertIn(words, errors)
            self.assertEqual(len(errors.splitlines()), 1)
            self.assertEqual(self.rows(target), [1])
        self.assertFalse(other.with_name("copy.db.part").exists())
