"""The version of a store in a SQLite file, and a file that is lost."""

import os
import shutil
import sqlite3
from contextlib import closing

from twisted.logger import capturedLogs

from relay.store.backends.sqlite import SqliteBackend
from relay.store.errors import StoreLost
from relay.store.sqlite import SqliteFile
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, api
from tests.store.test_store import StoreTestCase


class SqliteBackendTests(DatabaseTestCase):
    """A backend on the file of an open database."""

    only_files = True

    def test_no_version(self) -> None:
        """A file that is not open has none, nor has one that cannot be asked."""
        backend = SqliteBackend(SqliteFile(self.path))
        self.addCleanup(backend.close)
        self.assertIsNone(backend.version())
        backend.open(1, 5.0)
        self.assertIsNotNone(backend.version())
        assert backend._watch is not None
        backend._watch.close()
        self.assertIsNone(backend.version())
        backend.close()
        self.assertIsNone(backend.version())


class LostFileTests(StoreTestCase):
    """A started store whose file is deleted, replaced or truncated."""

    only_files = True

    def setUp(self) -> None:
        """Start a store."""
        super().setUp()
        self.store = self.make()
        self.store.startService()

    async def test_a_deleted_database_takes_no_write(self) -> None:
        """
        Writes to a deleted file fail, which is logged once; reads succeed; writes
        succeed when the file is back.
        """
        await self.store.write(lambda tx: tx.apis.add(api()))
        aside = f"{self.path}.aside"
        with capturedLogs() as lines:
            for _ in range(2):
                os.rename(self.path, aside)
                for _ in range(3):
                    self.store.version()
                    await self.fails(
                        self.store.write(lambda tx: tx.touch("a")), StoreLost
                    )
                found = await self.store.read(lambda tx: tx.apis.list())
                self.assertEqual(found, [api()])
                os.rename(aside, self.path)
                self.store.version()
                await self.store.write(lambda tx: tx.touch("a"))
        levels = [line["log_level"].name for line in lines]
        self.assertEqual(levels, ["critical", "warn"] * 2)

    async def test_a_replaced_database_takes_no_write(self) -> None:
        """
        Writes to a replaced file fail, and change neither the old file nor the new one.
        """
        shutil.copy(self.path, f"{self.path}.new")
        os.replace(f"{self.path}.new", self.path)
        await self.fails(self.store.write(lambda tx: tx.apis.add(api())), StoreLost)
        self.assertEqual(self.there.rows("SELECT id FROM apis"), [])

    async def test_a_truncated_database_takes_no_write(self) -> None:
        """Writes to a truncated file fail, whatever its length."""
        size = os.path.getsize(self.path)
        for left in (size - 4096, 4096, 0):
            os.truncate(self.path, left)
            with self.assertRaises(StoreLost) as raised:
                await self.store.write(lambda tx: tx.apis.add(api()))
            self.assertIn("was truncated", str(raised.exception))

    async def test_a_vacuum_of_another_program_is_no_truncation(self) -> None:
        """The file becomes shorter, and is written again."""

        def many(tx: Transaction) -> None:
            for number in range(500):
                tx.apis.add(api(f"api-{number}"))

        await self.store.write(many)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self.store.version()
            size = os.path.getsize(self.path)
            other.execute("DELETE FROM apis")
            other.execute("VACUUM")
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.assertLess(os.path.getsize(self.path), size)
        for _ in range(2):
            self.store.version()
            await self.store.write(lambda tx: tx.apis.add(api()))
            await self.store.write(lambda tx: tx.apis.delete("api-1"))
