"""The store's threads: what waits for what, and what survives."""

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred, gatherResults
from twisted.internet.interfaces import IReactorFromThreads
from twisted.logger import capturedLogs
from twisted.trial.unittest import TestCase

from relay.store import Store, StoreError, Transaction, store
from relay.store.errors import StoreAway, StoreBusy, StoreLost
from relay.store.tables.audits import Actor
from tests.store.databases import api, create, plan, rows

E = TypeVar("E", bound=BaseException)


def store_threads() -> list[str]:
    """
    :returns: the names of the threads that stores have started.
    """
    return [thread.name for thread in threading.enumerate() if "store-" in thread.name]


class StoreTestCase(TestCase):
    """A new directory, and stores on the file in it."""

    timeout = 30
    created = True
    """Whether the database is there before its first start."""

    def setUp(self) -> None:
        """Make the directory."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.path = os.path.join(directory.name, "relay.db")
        if self.created:
            create(self.path)

    def make(self, threads: int = 2, write_timeout_s: float = 20.0) -> Store:
        """
        :param threads: how many read side by side.
        :param write_timeout_s: how long a write waits for its turn.
        :returns: a store that is not started.
        """
        store = Store(
            f"sqlite:///{self.path}",
            cast(IReactorFromThreads, reactor),
            threads=threads,
            write_timeout_s=write_timeout_s,
            clock_ms=lambda: 5_000,
        )
        self.addCleanup(store.stopService)
        return store

    async def fails(self, waiting: Deferred[Any], error: type[E]) -> E:
        """
        :param waiting: must fail.
        :param error: with this.
        """
        try:
            result = await waiting
        except error as raised:
            return raised
        self.fail(f"gave {result!r}")


class LifetimeTests(StoreTestCase):
    """A store before its start, while it runs, and after its end."""

    created = False

    def test_nothing_before_start(self) -> None:
        """Constructing starts no thread and opens no file: the daemon forks after
        it."""
        before = os.listdir("/proc/self/fd")
        self.make()
        self.assertEqual(store_threads(), [])
        self.assertEqual(os.listdir(os.path.dirname(self.path)), [])
        self.assertEqual(os.listdir("/proc/self/fd"), before)

    def test_bad_url(self) -> None:
        """A URL of another database is refused before anything is started."""
        with self.assertRaises(StoreError) as raised:
            Store(
                "postgresql://localhost/relay",
                cast(IReactorFromThreads, reactor),
                clock_ms=lambda: 5_000,
            )
        self.assertEqual(
            str(raised.exception),
            "store.url: postgresql is not supported, expected sqlite:///PATH",
        )

    async def test_start_and_stop(self) -> None:
        """Threads live from start to stop, and a stopped store can start again."""
        store = self.make()
        for _ in range(2):
            store.startService()
            self.assertEqual(len(store_threads()), 3)
            await store.write(lambda tx: tx.touch("a"))
            await store.stopService()
            self.assertEqual(store_threads(), [])
            self.assertEqual(os.listdir(os.path.dirname(self.path)), ["relay.db"])
        self.assertEqual(rows(self.path, "SELECT subject FROM changes"), [("a",)] * 2)

    async def test_only_while_started(self) -> None:
        """Transactions are refused before the start and after the end."""
        store = self.make()
        await self.fails(store.read(lambda tx: tx.apis.list()), StoreError)
        await store.stopService()
        store.startService()
        self.assertRaises(StoreError, store.startService)
        await store.stopService()
        await self.fails(store.write(lambda tx: tx.touch("a")), StoreError)
        self.assertEqual(rows(self.path, "SELECT subject FROM changes"), [])

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
        opened = away.when_open()
        for waiting in (away.read(lambda tx: None), away.write(lambda tx: None)):
            error = await self.fails(waiting, StoreAway)
            self.assertEqual(str(error), reason)
        self.assertIsNone(away.version())
        self.back()
        await opened
        await away.when_open()
        self.assertIsNone(away.away)
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

    async def test_stop_waits(self) -> None:
        """Stopping lets everything asked for end, answers it, and only then closes."""
        store = self.make()
        store.startService()
        begun, go_on = threading.Event(), threading.Event()
        order: list[str] = []

        def slow(tx: Transaction) -> str:
            begun.set()
            go_on.wait(20)
            tx.touch("slow")
            return "slow"

        def quick(tx: Transaction) -> str:
            tx.touch("quick")
            return "quick"

        def stopped(ignored: None) -> None:
            order.append("stopped")

        first = store.write(slow).addCallback(order.append)
        second = store.write(quick).addCallback(order.append)
        begun.wait(20)
        stopping = store.stopService().addCallback(stopped)
        await self.fails(store.read(lambda tx: tx.apis.list()), StoreError)
        self.assertEqual(order, [])
        go_on.set()
        await gatherResults([first, second, stopping])
        self.assertEqual(order, ["slow", "quick", "stopped"])
        self.assertEqual(store_threads(), [])
        self.assertEqual(
            rows(self.path, "SELECT subject FROM changes"), [("slow",), ("quick",)]
        )


class TransactionsTests(StoreTestCase):
    """The transactions of a started store."""

    def setUp(self) -> None:
        """Start a store."""
        super().setUp()
        self.store = self.make()
        self.store.startService()

    async def test_results(self) -> None:
        """The work is done in the store's threads, its result arrives in ours."""

        def work(tx: Transaction) -> str:
            return threading.current_thread().name

        for run, name in [
            (self.store.read, "store-read"),
            (self.store.write, "store-write"),
        ]:
            self.assertIn(name, await run(work))
            self.assertIs(threading.current_thread(), threading.main_thread())

    async def test_committed_when_answered(self) -> None:
        """When the Deferred fires another program sees what was written."""
        await self.store.write(lambda tx: tx.apis.add(api()))
        self.assertEqual(rows(self.path, "SELECT id FROM apis"), [("api-1",)])

    async def test_errors(self) -> None:
        """The work's own exception arrives, and nothing happened."""

        def work(tx: Transaction) -> None:
            tx.apis.add(api())
            raise ZeroDivisionError

        await self.fails(self.store.write(work), ZeroDivisionError)
        self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])

    async def test_writes_in_order(self) -> None:
        """Writes happen one after the other as they were asked for, so none is
        lost between the reading and the writing of another."""
        await self.store.write(lambda tx: tx.apis.add(api(definition={"n": []})))

        def append(number: int) -> Deferred[None]:
            def work(tx: Transaction) -> None:
                record = tx.apis.get("api-1")
                assert record is not None
                numbers = [*record.definition["n"], number]
                tx.apis.save(api(definition={"n": numbers}))

            return self.store.write(work)

        await gatherResults([append(number) for number in range(50)])
        record = await self.store.read(lambda tx: tx.apis.get("api-1"))
        assert record is not None
        self.assertEqual(record.definition["n"], list(range(50)))

    async def test_reads_side_by_side(self) -> None:
        """Reads wait neither for each other nor for a write."""
        together = threading.Barrier(3)

        def meet(tx: Transaction) -> int:
            return together.wait(20)

        waiting = [self.store.read(meet), self.store.read(meet), self.store.write(meet)]
        self.assertEqual(sorted(await gatherResults(waiting)), [0, 1, 2])

    async def test_waits_for_other_processes(self) -> None:
        """A write waits while another program holds the write lock; a read does not."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = self.store.write(lambda tx: tx.apis.add(api()))
            self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])
            self.assertNoResult(waiting)
            other.execute("COMMIT")
        await waiting
        self.assertEqual(rows(self.path, "SELECT id FROM apis"), [("api-1",)])

    async def test_a_write_is_refused_when_its_turn_does_not_come(self) -> None:
        """All that wait are refused at one time, not one after the other."""
        await self.store.stopService()
        self.store = self.make(write_timeout_s=0.2)
        self.store.startService()
        now_s = [0.0]
        self.patch(store, "time", SimpleNamespace(monotonic=lambda: now_s[-1]))
        write = self.store._database.write

        def waiting_write(
            work: Any, actor: Actor, timeout_s: float, rehearsal: None
        ) -> Any:
            now_s.append(now_s[-1] + timeout_s)
            return write(work, actor, timeout_s, rehearsal)

        self.patch(self.store._database, "write", waiting_write)
        with closing(sqlite3.connect(self.path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            waiting = [
                self.store.write(lambda tx: tx.apis.add(api())) for _ in range(50)
            ]
            for one in waiting:
                await self.fails(one, StoreBusy)
            self.assertEqual(now_s, [0.0, 0.2])
            other.execute("COMMIT")
        self.assertEqual(rows(self.path, "SELECT id FROM apis"), [])
        await self.store.write(lambda tx: tx.apis.add(api()))

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
        self.assertEqual(rows(self.path, "SELECT id FROM apis"), [])

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

    async def test_cancelled(self) -> None:
        """Cancelling the Deferred does not cancel the write."""
        begun, go_on = threading.Event(), threading.Event()
        pokes: list[None] = []
        self.store.watch(lambda: pokes.append(None))

        def slow(tx: Transaction) -> None:
            tx.apis.add(api())
            begun.set()
            go_on.wait(20)
            tx.plans.add(plan())
            tx.touch("api-1")

        first = self.store.write(slow)
        second = self.store.write(lambda tx: tx.apis.add(api("api-2")))
        begun.wait(20)
        for waiting in (first, second):
            waiting.cancel()
            await self.fails(waiting, CancelledError)
        go_on.set()
        await self.store.write(lambda tx: None)
        self.assertEqual(rows(self.path, "SELECT count(*) FROM apis"), [(2,)])
        self.assertEqual(rows(self.path, "SELECT count(*) FROM plans"), [(1,)])
        self.assertEqual(len(pokes), 1)

    async def test_watchers(self) -> None:
        """Watchers hear of own writes that concern gateways, before the answer, and
        of no others, until they have enough."""
        heard: list[str] = []
        end = self.store.watch(lambda: heard.append("poke"))

        async def write(*api_ids: str, fail: bool = False) -> None:
            def work(tx: Transaction) -> None:
                for id in api_ids:
                    tx.touch(id)
                if fail:
                    raise ZeroDivisionError

            try:
                await self.store.write(work)
            except ZeroDivisionError:
                heard.append("failed")
            else:
                heard.append("answered")

        await write()
        await write("a", "b")
        await write("c", fail=True)
        end()
        await write("d")
        self.assertEqual(heard, ["answered", "poke", "answered", "failed", "answered"])

    async def test_database_fails(self) -> None:
        """When the database fails underneath, the answer is one line, and the store
        works again when the database does."""
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("ALTER TABLE users RENAME TO away")
        error = await self.fails(
            self.store.read(lambda tx: tx.users.get("admin")), StoreError
        )
        self.assertEqual(str(error), f"store.url: {self.path}: no such table: users")
        with closing(sqlite3.connect(self.path)) as other:
            other.execute("ALTER TABLE away RENAME TO users")
        self.assertIsNone(await self.store.read(lambda tx: tx.users.get("admin")))
