"""What is specific to a store on a PostgreSQL server."""

from __future__ import annotations

import signal
from contextlib import closing
from threading import Thread
from typing import Any
from unittest.mock import patch

from twisted.internet.defer import Deferred
from twisted.logger import capturedLogs
from twisted.trial.unittest import SynchronousTestCase

from relay.store import StoreError
from relay.store.backends.address import PostgresAddress
from relay.store.database import Database
from relay.store.errors import StoreAway, StoreBusy, StoreUnwritable
from relay.store.transaction import Transaction
from tests.servers import postgres
from tests.store.databases import ServerDatabase, api
from tests.store.test_store import StoreTestCase


class PostgresTestCase(SynchronousTestCase):
    """A database of the shared server."""

    skip = postgres.missing()
    created = True

    def setUp(self) -> None:
        """Make the database."""
        self.there = ServerDatabase(self.created)
        self.addCleanup(self.there.remove)

    def open(self, **changed: Any) -> Database:
        """Open the database as another process would."""
        database = Database(self.there.url, 1, lambda: 5_000, **changed)
        self.addCleanup(database.close)
        database.open()
        return database


class StartTests(PostgresTestCase):
    """The first start, and starts that are refused."""

    created = False

    def refused(self, url: str) -> str:
        """Return why a database cannot be opened."""
        database = Database(url, 1, lambda: 5_000)
        self.addCleanup(database.close)
        with self.assertRaises(StoreError) as raised:
            database.open()
        why = str(raised.exception)
        self.assertNotIn("\n", why)
        self.assertNotIn(postgres.PASSWORD, why)
        return why

    def test_together(self) -> None:
        """Processes that start at once on an empty database migrate it once."""
        failed: list[BaseException] = []
        databases = [Database(self.there.url, 1, lambda: 5_000) for _ in range(3)]

        def start(database: Database) -> None:
            try:
                database.open()
            except BaseException as error:
                failed.append(error)

        threads = [Thread(target=start, args=(one,)) for one in databases]
        for thread in threads:
            thread.start()
        for thread, database in zip(threads, databases, strict=True):
            thread.join()
            self.addCleanup(database.close)
        self.assertEqual(failed, [])
        databases[0].write(lambda tx: tx.apis.add(api()))
        self.assertEqual(databases[2].read(lambda tx: tx.apis.list()), [api()])

    def test_a_newer_schema(self) -> None:
        """The schema of a newer program is refused and left alone."""
        self.there.execute(
            "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)",
            "INSERT INTO alembic_version VALUES ('9999')",
        )
        why = self.refused(self.there.url)
        self.assertIn(f"{self.there.place}: its schema 9999 is newer", why)

    def test_tables_of_another_program(self) -> None:
        """A database that is in use by another program is refused."""
        self.there.execute("CREATE TABLE diary (text text)")
        self.assertIn("tables that are not Relay's", self.refused(self.there.url))

    def test_another_encoding(self) -> None:
        """A database that cannot hold every character is refused."""
        server = self.there.server
        with closing(server.connect()) as connection:
            connection.execute(
                "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' "
                "LOCALE_PROVIDER libc LOCALE 'C'"
            )
        self.addCleanup(server.drop, "latin")
        self.assertIn("is not UTF8", self.refused(server.url("latin")))

    def test_a_wrong_password(self) -> None:
        """The reason names the user and no password."""
        why = self.refused(self.there.server.url(self.there.name, "wr0ng"))
        self.assertIn('password authentication failed for user "relay"', why)
        self.assertNotIn("wr0ng", why)


class AddressTests(PostgresTestCase):
    """Connections to an address."""

    def test_texts(self) -> None:
        """NUL, which the server does not store, is replaced; the rest is as it was."""
        address = PostgresAddress.from_url(postgres.server().url("postgres"))
        with closing(address.connect()) as connection:
            for text, stored in (("a\0b", "a\ufffdb"), ("é€𝄞\n", "é€𝄞\n")):
                found = connection.execute("SELECT %s::text", (text,)).fetchone()
                self.assertEqual(found, (stored,))


class WritersTests(PostgresTestCase):
    """Writers of several processes."""

    def test_numbers_are_in_the_order_of_commits(self) -> None:
        """A reader that has read a change has read all changes before it."""
        databases = [self.open() for _ in range(3)]
        reader = self.open()
        seen: list[int] = []

        def write(database: Database) -> None:
            for _ in range(15):
                database.write(lambda tx: tx.touch("a"))

        threads = [Thread(target=write, args=(one,)) for one in databases]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            query = "SELECT count(*), coalesce(max(seq), 0) FROM changes"
            rows = self.there.rows(query)
            seen += [newest - count for count, newest in rows]
        for thread in threads:
            thread.join()
        self.assertEqual(set(seen) | {0}, {0})
        self.assertEqual(reader.read(lambda tx: tx.changes.position()), 45)

    def test_busy(self) -> None:
        """A writer whose turn does not come is refused, and writes nothing."""
        database = self.open(timeout_s=0.1)
        with self.there.locked(), self.assertRaises(StoreBusy):
            database.write(lambda tx: tx.touch("a"))
        self.assertEqual(database.write(lambda tx: tx.touch("b")), (None, True))

    def test_a_stopped_writer_loses_its_turn(self) -> None:
        """The server ends the transaction of a process that pauses within it."""
        database = self.open()
        paused = (
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' "
            f"AND datname = '{self.there.name}'"
        )

        def pause(tx: Transaction) -> None:
            tx.touch("a")
            # Another session sees the pause, as the server does.
            while self.there.rows(paused) != [(0,)]:
                pass
            tx.touch("b")

        with (
            patch("relay.store.backends.postgres._LOCK", LOCK_BRIEFLY),
            self.assertRaises(StoreAway),
        ):
            database.write(pause)
        self.assertEqual(self.there.rows("SELECT * FROM changes"), [])
        database.write(lambda tx: tx.touch("c"))

    def test_a_server_that_is_read_only(self) -> None:
        """A write is refused as on a full disk; reads go on."""
        database = self.open()
        with self.assertRaises(StoreUnwritable):

            def write(tx: Transaction) -> None:
                tx.apis._connection.exec_driver_sql("SET TRANSACTION READ ONLY")
                tx.touch("a")

            database.write(write)
        self.assertEqual(database.read(lambda tx: tx.apis.list()), [])


LOCK_BRIEFLY = (
    "SELECT set_config('lock_timeout', %s, true),"
    " set_config('idle_in_transaction_session_timeout', '100', true)"
)


class FollowingTests(StoreTestCase):
    """Stores in two processes on one database."""

    skip = postgres.missing()
    kind = ServerDatabase

    async def test_a_change_of_another_process_is_reported(self) -> None:
        """Its watcher is called, without a poll."""
        one, two = self.make(), self.make()
        one.startService()
        two.startService()
        called: Deferred[None] = Deferred()

        def call() -> None:
            if not called.called:
                called.callback(None)

        two.watch(call)
        while not called.called:
            before = two.version()
            await one.write(lambda tx: tx.touch("a"))
            if before is not None:
                await called
        version = two.version()
        self.assertIsNotNone(version)
        self.assertEqual(
            self.there.rows("SELECT DISTINCT subject FROM changes"), [("a",)]
        )


class RestartTests(SynchronousTestCase):
    """A server of its own that crashes and comes back."""

    skip = postgres.missing()

    def test_crash(self) -> None:
        """Transactions fail as long as the server is away, and need no restart."""
        server = postgres.PostgresServer(synchronous_commit="on")
        self.addCleanup(server.remove)
        server.start()
        database = Database(server.url(server.create()), 2, lambda: 5_000)
        database.open()
        self.addCleanup(database.close)
        database.listen(lambda: None)
        database.write(lambda tx: tx.apis.add(api()))
        with capturedLogs():
            server.stop(signal.SIGQUIT)
            for _ in range(2):
                with self.assertRaises(StoreAway):
                    database.read(lambda tx: tx.apis.list())
                with self.assertRaises(StoreAway) as raised:
                    database.write(lambda tx: tx.touch("a"))
                self.assertNotIn(postgres.PASSWORD, str(raised.exception))
            while database.version() is not None:
                with self.assertRaises(StoreAway):
                    database.read(lambda tx: tx.apis.list())
            server.start()
            self.assertEqual(database.read(lambda tx: tx.apis.list()), [api()])
            self.assertEqual(database.write(lambda tx: tx.touch("a")), (None, True))

    def test_a_commit_whose_answer_is_lost(self) -> None:
        """The message says that the outcome is not known."""
        server = postgres.server()
        there = ServerDatabase(created=True)
        self.addCleanup(there.remove)
        database = Database(there.url, 1, lambda: 5_000)
        self.addCleanup(database.close)
        database.open()

        def end(tx: Transaction) -> None:
            tx.touch("a")
            raw: Any = tx.apis._connection.connection.dbapi_connection
            with closing(server.connect()) as other:
                other.execute(
                    "SELECT pg_terminate_backend(%s, 30000)", (raw.info.backend_pid,)
                )

        # The announcement would find out before the commit does.
        with (
            patch.object(database._backend, "announce"),
            self.assertRaises(StoreAway) as raised,
        ):
            database.write(end)
        self.assertIn("whether the change was made is not known", str(raised.exception))
        self.assertEqual(there.rows("SELECT * FROM changes"), [])
