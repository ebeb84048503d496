"""Writes that are rolled back, and what they would have changed."""

from __future__ import annotations

from contextvars import copy_context

from relay.store import Transaction
from relay.store.rehearsal import Rehearsal, rehearsing
from tests.store.databases import DatabaseTestCase, api
from tests.store.test_store import StoreTestCase


def add(tx: Transaction) -> int:
    """Add an API, and announce it."""
    tx.apis.add(api())
    tx.touch("api-1")
    return len(tx.apis.list())


class RehearsalTests(DatabaseTestCase):
    """The database during a rehearsal and after it."""

    def test_nothing_is_kept(self) -> None:
        """The result is that of the write, and no row is left."""
        rehearsal = Rehearsal()
        result = self.database.write(add, rehearsal=rehearsal)
        self.assertEqual(result, (1, False))
        (entry,) = rehearsal.entries
        self.assertEqual((entry.event, entry.target["id"]), ("API_CREATED", "api-1"))
        for table in ("apis", "audits", "changes"):
            self.assertEqual(self.there.rows(f"SELECT * FROM {table}"), [], table)
        self.assertEqual(self.database.write(add), (1, True))
        self.assertEqual(self.changed(), ["api-1"])

    def test_refused(self) -> None:
        """A write that raises leaves no entries."""
        rehearsal = Rehearsal()

        def refuse(tx: Transaction) -> None:
            add(tx)
            raise ValueError("no")

        with self.assertRaises(ValueError):
            self.database.write(refuse, rehearsal=rehearsal)
        self.assertEqual(rehearsal.entries, [])


class NumberTests(DatabaseTestCase):
    """The numbers of changes, which a server gives back to nobody."""

    only_files = True

    def test_no_number_is_used(self) -> None:
        """The first change after it is the first of all."""
        self.database.write(add, rehearsal=Rehearsal())
        self.assertEqual(self.there.rows("SELECT * FROM sqlite_sequence"), [])
        self.assertEqual(self.database.write(add), (1, True))
        self.assertEqual(self.there.rows("SELECT seq FROM changes"), [(1,)])


class ContextTests(StoreTestCase):
    """The context decides."""

    async def test_context(self) -> None:
        """Only writes of the context of a rehearsal are rolled back, and no watcher is
        called."""
        store = self.make()
        store.startService()
        self.addCleanup(store.stopService)
        poked: list[str] = []
        store.watch(lambda: poked.append("changed"))
        store.problem = "the disk is full"
        rehearsal = Rehearsal()
        context = copy_context()
        context.run(rehearsing.set, rehearsal)
        self.assertEqual(await context.run(store.write, add), 1)
        self.assertEqual((len(rehearsal.entries), poked), (1, []))
        self.assertEqual(store.problem, "the disk is full")
        self.assertEqual(await store.write(add), 1)
        self.assertEqual((len(rehearsal.entries), poked), (1, ["changed"]))
        self.assertIsNone(store.problem)
