"""A store in a SQLite file: before its start, without its file, and damaged."""

import os
from pathlib import Path
from typing import Any, cast

from twisted.internet import reactor
from twisted.internet.defer import Deferred

from relay.store import Store, StoreError, store
from relay.store.errors import StoreAway
from tests.store.databases import create
from tests.store.test_store import StoreTestCase, store_threads


class FileLifetimeTests(StoreTestCase):
    """What the file has to do with the life of a store."""

    created = False
    only_files = True

    def test_nothing_before_start(self) -> None:
        """Constructing starts no thread and opens no file: the daemon forks after
        it."""
        before = os.listdir("/proc/self/fd")
        self.make()
        self.assertEqual(store_threads(), [])
        self.assertEqual(os.listdir(os.path.dirname(self.path)), [])
        self.assertEqual(os.listdir("/proc/self/fd"), before)

    async def test_failed_start(self) -> None:
        """A start that fails leaves nothing behind, and can be tried again."""
        store = self.make()
        Path(self.path).write_bytes(b"not a database" * 1_000)
        error = self.assertRaises(StoreError, store.startService)
        self.assertEqual(str(error), f"store.url: {self.path}: file is not a database")
        self.assertEqual(store_threads(), [])
        await self.fails(store.read(lambda tx: tx.apis.list()), StoreError)
        os.unlink(self.path)
        store.startService()
        self.assertEqual(await store.read(lambda tx: tx.apis.list()), [])

    async def away(self, starts_without: bool = True) -> tuple[Store, list[str]]:
        """
        Make a store with a file where the directory of its database was.

        :returns: it, and the reasons that it was asked with.
        """
        self.patch(store, "AGAIN_S", 0.01)
        directory = os.path.join(os.path.dirname(self.path), "store")
        os.mkdir(directory)
        self.path = os.path.join(directory, "relay.db")
        create(self.path)
        self.there.url = f"sqlite:///{self.path}"
        os.rename(directory, f"{directory}.aside")
        Path(directory).write_text("no directory")
        made, reasons = self.make(), list[str]()

        def asked(reason: str) -> bool:
            reasons.append(reason)
            return starts_without

        made.starts_without = asked
        return made, reasons

    def back(self) -> None:
        """Make the directory usable again."""
        directory = os.path.dirname(self.path)
        os.unlink(directory)
        os.rename(f"{directory}.aside", directory)

    async def test_a_start_without_the_database(self) -> None:
        """Transactions fail until the database can be opened; nobody restarts it."""
        away, reasons = await self.away()
        away.startService()
        reason = f"store.url: {self.path}: Not a directory"
        self.assertEqual((reasons, away.away), ([reason], reason))
        opened, poked = away.when_open(), list[None]()
        away.watch(lambda: poked.append(None))
        for waiting in (away.read(lambda tx: None), away.write(lambda tx: None)):
            error = await self.fails(waiting, StoreAway)
            self.assertEqual(str(error), reason)
        self.assertIsNone(away.version())
        self.back()
        await opened
        await away.when_open()
        self.assertEqual((away.away, len(poked)), (None, 1))
        self.assertEqual(await away.read(lambda tx: tx.apis.list()), [])
        await away.write(lambda tx: tx.touch("a"))

    async def test_a_database_that_is_missing_now_is_not_created(self) -> None:
        """An empty one would take everything that is deployed away."""
        away, _ = await self.away()
        away.startService()
        directory = os.path.dirname(self.path)
        os.unlink(directory)
        os.mkdir(directory)
        missing = f"store.url: {self.path}: there is no such file"
        told: Deferred[None] = Deferred()

        def look() -> None:
            if away.away == missing:
                told.callback(None)
            else:
                cast(Any, reactor).callLater(0.01, look)

        look()
        await told
        self.assertEqual(os.listdir(directory), [])

    async def test_a_start_that_may_not_be_without_the_database(self) -> None:
        """It fails as others do."""
        away, reasons = await self.away(starts_without=False)
        error = self.assertRaises(StoreAway, away.startService)
        self.assertEqual(reasons, [str(error)])
        self.assertEqual(store_threads(), [])

    async def test_a_damaged_database_is_not_away(self) -> None:
        """A start on it fails, whatever there is to serve."""
        damaged = self.make()
        damaged.starts_without = lambda reason: True
        Path(self.path).write_bytes(b"not a database" * 1_000)
        self.assertRaises(StoreError, damaged.startService)
        self.assertEqual(store_threads(), [])
