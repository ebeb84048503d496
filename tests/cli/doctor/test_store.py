"""The store and the disk."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.finding import Finding
from relay.cli.doctor.store import check_disk, check_store, newest_version
from relay.settings.schema import load


class StoreTests(SynchronousTestCase):
    """What is found in the data directory."""

    def setUp(self) -> None:
        """Make a directory."""
        self.directory = Path(self.mktemp())
        self.directory.mkdir()
        self.path = self.directory / "relay.db"

    def findings(self) -> list[Finding]:
        """Check the store."""
        return list(check_store(load(None, str(self.directory), {}, {})))

    def write(self, version: str) -> None:
        """Make a store of a version."""
        with closing(sqlite3.connect(self.path)) as store:
            store.execute("CREATE TABLE alembic_version (version_num TEXT)")
            store.execute("INSERT INTO alembic_version VALUES (?)", (version,))
            store.commit()

    def test_none(self) -> None:
        """The first start creates it."""
        (found,) = self.findings()
        self.assertEqual(found.level, "ok")
        self.assertFalse(self.path.exists())

    def test_versions(self) -> None:
        """An older store is migrated, a newer one refused."""
        for version, level in (
            (newest_version(), "ok"),
            ("0001", "warning"),
            ("9999", "error"),
        ):
            self.write(version)
            self.assertEqual((version, self.findings()[0].level), (version, level))
            os.unlink(self.path)

    def test_what_is_no_store(self) -> None:
        """Another database, and another file."""
        with closing(sqlite3.connect(self.path)) as store:
            store.execute("CREATE TABLE other (a)")
        self.assertIn("is no store of Relay", self.findings()[0].found)
        self.path.write_text("no database" * 100)
        self.assertEqual(self.findings()[0].level, "error")

    def test_a_long_write_ahead_log(self) -> None:
        """It is reported with its size."""
        self.write(newest_version())
        with (self.directory / "relay.db-wal").open("wb") as file:
            file.truncate(2**27)
        self.assertIn("warning", {one.level for one in self.findings()})

    def test_disk(self) -> None:
        """Little and least space."""
        for free, level in ((2**32, "ok"), (2**29, "warning"), (2**20, "error")):
            self.assertEqual(check_disk(str(self.directory), free).level, level)
        self.assertIn("GiB", check_disk("/nowhere/at/all").found)
