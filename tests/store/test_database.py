"""The store's blocking half, on good and bad files."""

import itertools
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from twisted.trial.unittest import SynchronousTestCase

from relay.store.database import Database
from relay.store.errors import StoreError
from relay.store.transaction import Transaction
from tests.store.databases import DatabaseTestCase, FileDatabase, api


class DatabaseTests(DatabaseTestCase):
    """Transactions on a good file."""

    def test_all_or_nothing(self) -> None:
        """When the work raises, its error comes through and nothing happened."""

        def fail(tx: Transaction) -> None:
            tx.apis.add(api())
            tx.touch("api-1")
            raise ZeroDivisionError("mine")

        self.assertRaises(ZeroDivisionError, self.write, fail)
        self.assertIsNone(self.read(lambda tx: tx.apis.get("api-1")))
        self.assertEqual(self.changed(), [])

    def test_committed_when_it_returns(self) -> None:
        """Another program sees the result as soon as the write returns."""
        self.write(lambda tx: tx.apis.add(api()))
        self.assertEqual(self.there.rows("SELECT id FROM apis"), [("api-1",)])

    def test_says_whether_touched(self) -> None:
        """The caller learns whether the change feed grew."""
        self.assertEqual(self.database.write(lambda tx: 1), (1, False))
        self.assertEqual(self.database.write(lambda tx: tx.touch("a")), (None, True))

    def test_reading_cannot_write(self) -> None:
        """A change in a read is refused, not lost silently."""
        with self.assertRaises(StoreError) as raised:
            self.read(lambda tx: tx.apis.add(api()))
        self.assertIn(
            "readonly", str(raised.exception).replace("read-only", "readonly")
        )

    def test_snapshot(self) -> None:
        """All reads of one transaction see the same state, though another program
        commits between them."""

        def work(tx: Transaction) -> list[int]:
            before = len(tx.apis.list())
            self.there.execute("DELETE FROM apis")
            return [before, len(tx.apis.list())]

        self.write(lambda tx: tx.apis.add(api()))
        self.assertEqual(self.read(work), [1, 1])
        self.assertEqual(self.read(lambda tx: len(tx.apis.list())), 0)

    def test_reopened(self) -> None:
        """
        A closed database refuses transactions; after it is opened again all data is
        there.
        """
        self.write(lambda tx: tx.apis.add(api()))
        self.database.close()
        self.assertRaises(StoreError, self.read, lambda tx: tx.apis.list())
        self.assertRaises(StoreError, self.write, lambda tx: tx.touch("a"))
        if self.kind is FileDatabase:
            self.assertEqual(os.listdir(os.path.dirname(self.path)), ["relay.db"])
        self.database.open()
        self.assertEqual(self.read(lambda tx: tx.apis.list()), [api()])


class FileDatabaseTests(DatabaseTestCase):
    """What is asked of SQLite itself."""

    only_files = True

    def test_version(self) -> None:
        """
        The version changes with each commit, by this program or another, and at no
        other time.
        """
        version = self.database.version()
        self.assertIsNotNone(version)
        self.read(lambda tx: tx.apis.list())
        self.assertEqual(self.database.version(), version)
        self.write(lambda tx: tx.touch("a"))
        after_own = self.database.version()
        self.assertNotEqual(after_own, version)
        with closing(sqlite3.connect(self.path)) as other, other:
            other.execute("INSERT INTO changes (subject) VALUES ('b')")
            self.assertEqual(self.database.version(), after_own)
        self.assertNotEqual(self.database.version(), after_own)

    def test_reading_one_api_among_a_thousand(self) -> None:
        """SQLite executes as many instructions as to read one of ten."""

        def instructions(tx: Transaction) -> int:
            connection = tx.apis._connection.connection.driver_connection
            assert isinstance(connection, sqlite3.Connection)
            executed = itertools.count()
            connection.set_progress_handler(lambda: next(executed) < 0, 1)
            try:
                self.assertIsNotNone(tx.apis.get("5"))
            finally:
                connection.set_progress_handler(None, 0)
            return next(executed)

        counts = []
        for first, last in ((0, 10), (10, 1_000)):

            def fill(tx: Transaction, names: range = range(first, last)) -> None:
                for number in names:
                    tx.apis.add(api(str(number)))

            self.write(fill)
            counts.append(self.read(instructions))
        self.assertGreater(counts[0], 0)
        self.assertEqual(counts[0], counts[1])


class BadFileTests(SynchronousTestCase):
    """A file that cannot be used is refused in one line that names the file."""

    def setUp(self) -> None:
        """Have a directory that anybody may enter."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        os.chmod(directory.name, 0o755)
        self.path = os.path.join(directory.name, "relay.db")

    def refused(self, path: str | None = None) -> str:
        """
        :param path: of the file, if another than :attr:`path`.
        :returns: why it cannot be opened.
        """
        path = path or self.path
        database = Database(f"sqlite:///{path}", 1, lambda: 5_000)
        with self.assertRaises(StoreError) as raised:
            database.open()
        told = str(raised.exception)
        self.assertTrue(told.startswith(f"store.url: {path}: "), told)
        self.assertNotIn("\n", told)
        return told

    def without_privileges(self) -> None:
        """Drop the privileges of root until the end of the test."""
        if os.geteuid() == 0:
            os.seteuid(65534)
            self.addCleanup(os.seteuid, 0)

    def test_no_database(self) -> None:
        """A file of another kind is refused and not changed."""
        text = b"dear diary, " * 1000
        Path(self.path).write_bytes(text)
        self.assertIn("file is not a database", self.refused())
        self.assertEqual(Path(self.path).read_bytes(), text)

    def test_damaged(self) -> None:
        """A database whose schema makes no sense is refused."""
        with closing(sqlite3.connect(self.path)) as connection:
            connection.execute("CREATE TABLE t (x)")
        with open(self.path, "r+b") as damaged:
            damaged.seek(100)
            damaged.write(b"\xff" * 500)
        self.assertIn("malformed", self.refused())

    def test_directory(self) -> None:
        """A directory is no database."""
        os.mkdir(self.path)
        self.assertIn("unable to open database file", self.refused())

    def test_under_a_file(self) -> None:
        """A parent that is a file is not replaced."""
        Path(self.path).write_bytes(b"")
        self.assertIn("Not a directory", self.refused(f"{self.path}/a/relay.db"))

    def test_read_only(self) -> None:
        """A file that may not be written is refused when the daemon starts, not when
        the first change is lost."""
        database = Database(f"sqlite:///{self.path}", 1, lambda: 5_000)
        database.open()
        database.close()
        os.chmod(self.path, 0o444)
        os.chmod(os.path.dirname(self.path), 0o555)
        self.without_privileges()
        self.refused()

    def test_unreadable(self) -> None:
        """A file without read permission is refused."""
        Path(self.path).write_bytes(b"")
        os.chmod(self.path, 0o000)
        self.without_privileges()
        self.assertIn("unable to open database file", self.refused())

    def test_directory_without_permission(self) -> None:
        """A directory in which nothing may be created is refused."""
        os.chmod(os.path.dirname(self.path), 0o555)
        self.without_privileges()
        self.assertIn("Permission denied", self.refused())
        self.assertIn(
            "Permission denied",
            self.refused(os.path.join(os.path.dirname(self.path), "new", "relay.db")),
        )
