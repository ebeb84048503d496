"""The store's threads: what waits for what, and what survives."""

import os
import threading
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from twisted.internet import reactor
from twisted.internet.defer import CancelledError, Deferred, gatherResults
from twisted.internet.interfaces import IReactorFromThreads
from twisted.trial.unittest import TestCase

from relay.store import Store, StoreError, Transaction, store
from relay.store.errors import StoreBusy
from relay.store.tables.audits import Actor
from tests.store.databases import FileDatabase, Kind, api, plan

E = TypeVar("E", bound=BaseException)


def store_threads() -> list[str]:
    """
    :returns: the names of the threads that stores have started.
    """
    return [thread.name for thread in threading.enumerate() if "store-" in thread.name]


class StoreTestCase(TestCase):
    """A new database, and stores on it."""

    timeout = 30
    kind: Kind = FileDatabase
    created = True
    """Whether the database is there before its first start."""
    polls = False
    """Whether stores follow changes by polling only, where a server reports them."""

    def setUp(self) -> None:
        """Make the database."""
        self.there = self.kind(self.created)
        self.addCleanup(self.there.remove)
        self.path = self.there.path

    def make(self, threads: int = 2, write_timeout_s: float = 20.0) -> Store:
        """
        :param threads: how many read side by side.
        :param write_timeout_s: how long a write waits for its turn.
        :returns: a store that is not started.
        """
        store = Store(
            self.there.url,
            cast(IReactorFromThreads, reactor),
            threads=threads,
            write_timeout_s=write_timeout_s,
            clock_ms=lambda: 5_000,
        )
        if self.polls:
            self.patch(store._database, "listen", lambda heard: None)
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
            "store.url: postgresql is not supported, expected sqlite:///PATH or "
            "postgresql+psycopg://USER@HOST/DATABASE",
        )

    async def test_start_and_stop(self) -> None:
        """Threads live from start to stop, and a stopped store can start again."""
        store = self.make()
        for _ in range(2):
            store.startService()
            # A server's notifications take one more.
            listening = self.kind is not FileDatabase
            self.assertEqual(len(store_threads()), 3 + listening)
            await store.write(lambda tx: tx.touch("a"))
            await store.stopService()
            self.assertEqual(store_threads(), [])
            if self.kind is FileDatabase:
                self.assertEqual(os.listdir(os.path.dirname(self.path)), ["relay.db"])
        self.assertEqual(self.there.rows("SELECT subject FROM changes"), [("a",)] * 2)

    async def test_only_while_started(self) -> None:
        """Transactions are refused before the start and after the end."""
        store = self.make()
        await self.fails(store.read(lambda tx: tx.apis.list()), StoreError)
        await store.stopService()
        store.startService()
        self.assertRaises(StoreError, store.startService)
        await store.stopService()
        await self.fails(store.write(lambda tx: tx.touch("a")), StoreError)
        self.assertEqual(self.there.rows("SELECT subject FROM changes"), [])

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
            self.there.rows("SELECT subject FROM changes"), [("slow",), ("quick",)]
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
        self.assertEqual(self.there.rows("SELECT id FROM apis"), [("api-1",)])

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
        with self.there.locked():
            waiting = self.store.write(lambda tx: tx.apis.add(api()))
            self.assertEqual(await self.store.read(lambda tx: tx.apis.list()), [])
            self.assertNoResult(waiting)
        await waiting
        self.assertEqual(self.there.rows("SELECT id FROM apis"), [("api-1",)])

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
        with self.there.locked():
            waiting = [
                self.store.write(lambda tx: tx.apis.add(api())) for _ in range(50)
            ]
            for one in waiting:
                await self.fails(one, StoreBusy)
            self.assertEqual(now_s, [0.0, 0.2])
        self.assertEqual(self.there.rows("SELECT id FROM apis"), [])
        await self.store.write(lambda tx: tx.apis.add(api()))

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
        self.assertEqual(self.there.rows("SELECT count(*) FROM apis"), [(2,)])
        self.assertEqual(self.there.rows("SELECT count(*) FROM plans"), [(1,)])
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
        self.there.execute("ALTER TABLE users RENAME TO away")
        error = await self.fails(
            self.store.read(lambda tx: tx.users.get("admin")), StoreError
        )
        why = f"store.url: {self.there.place}: {self.there.no_users}"
        self.assertEqual(str(error), why)
        self.there.execute("ALTER TABLE away RENAME TO users")
        self.assertIsNone(await self.store.read(lambda tx: tx.users.get("admin")))
