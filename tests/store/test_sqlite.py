"""How SQLite files are made, opened and copied."""

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from sqlalchemy.exc import OperationalError
from twisted.trial.unittest import SynchronousTestCase

from relay.store.errors import StoreError
from relay.store.sqlite import SqliteFile
from tests.store.databases import rows


def mode(path: str) -> str:
    """
    :param path: of a file or directory.
    :returns: its permissions in octal.
    """
    return f"{stat.S_IMODE(os.stat(path).st_mode):o}"


class FromUrlTests(SynchronousTestCase):
    """A URL names a file, or is refused with the reason."""

    def test_paths(self) -> None:
        """Relative and absolute paths are taken as they are written."""
        for url, path in [
            ("sqlite:///var/relay.db", "var/relay.db"),
            ("sqlite:////srv/a b%20#&%.db", "/srv/a b%20#&%.db"),
            ("sqlite+pysqlite:///x.db", "x.db"),
        ]:
            self.assertEqual(SqliteFile.from_url(url).path, path)

    def test_absolute(self) -> None:
        """A relative path is meant from the directory of the moment."""
        here = SqliteFile("x.db").absolute()
        self.assertEqual(here, SqliteFile(os.path.join(os.getcwd(), "x.db")))

    def test_refused(self) -> None:
        """
        Other databases, and URLs without a plain file, are refused in one line without
        passwords.
        """
        for url, reason in [
            ("postgresql://u:secret@h/relay", "postgresql is not supported"),
            ("mysql+pymysql://h/relay?password=secret", "mysql+pymysql is not"),
            ("secret", "not a database URL"),
            ("sqlite://user:secret@h/x", "expected a plain file"),
            ("sqlite:///", "expected a plain file"),
            ("sqlite:///se\0cret", "expected a plain file"),
            ("sqlite://", "expected a plain file"),
            ("sqlite:///:memory:", "expected a plain file"),
            ("sqlite://relay.db", "expected a plain file"),
            ("sqlite:///relay.db?key=secret", "expected a plain file"),
        ]:
            with self.assertRaises(StoreError) as raised:
                SqliteFile.from_url(url)
            told = str(raised.exception)
            self.assertTrue(told.startswith("store.url: "), told)
            self.assertIn(reason, told)
            self.assertNotIn("secret", told)
            self.assertNotIn("\n", told)


class SqliteFileTests(SynchronousTestCase):
    """One file in a directory of its own."""

    def setUp(self) -> None:
        """Name a file that does not exist."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.file = SqliteFile(os.path.join(self.directory, "100% a?b#", "relay.db"))

    def test_create(self) -> None:
        """Created files and directories are private to the owner, for every umask."""
        file = SqliteFile(os.path.join(self.directory, "a", "b", "relay.db"))
        self.addCleanup(os.umask, os.umask(0))
        file.create()
        parents = [os.path.join(self.directory, *names) for names in ("a", "ab")]
        self.assertEqual([mode(path) for path in parents], ["700", "700"])
        self.assertEqual(mode(file.path), "600")

    def test_log_is_private_too(self) -> None:
        """The files of SQLite beside the database are as private as the database."""
        self.addCleanup(os.umask, os.umask(0))
        self.file.create()
        self.file.use_wal(0)
        with closing(self.file.connect(writes=True)) as connection:
            connection.execute("CREATE TABLE t (x)")
            for suffix in ("-wal", "-shm"):
                self.assertEqual(mode(self.file.path + suffix), "600")

    def test_create_leaves_existing(self) -> None:
        """An existing file keeps its content and the mode its owner chose."""
        path = os.path.join(self.directory, "relay.db")
        Path(path).write_bytes(b"mine")
        os.chmod(path, 0o640)
        SqliteFile(path).create()
        self.assertEqual((Path(path).read_bytes(), mode(path)), (b"mine", "640"))

    def test_durable(self) -> None:
        """Commits reach the disk, references count, readers cannot write, and a
        deleted database is not silently replaced by an empty one."""
        self.file.create()
        self.file.use_wal(0)
        pragmas = ("synchronous", "foreign_keys", "query_only", "journal_mode")
        found = {}
        for writes in (True, False):
            with closing(self.file.connect(writes=writes)) as connection:
                found[writes] = [
                    connection.execute(f"PRAGMA {name}").fetchone()[0]
                    for name in pragmas
                ]
        self.assertEqual(found[True], [2, 1, 0, "wal"])
        self.assertEqual(found[False], [2, 1, 1, "wal"])
        os.unlink(self.file.path)
        self.assertRaises(sqlite3.OperationalError, self.file.connect)

    def test_writers_take_turns(self) -> None:
        """A writer takes the lock when it begins, so a second one waits there and
        never fails in the middle; readers go on."""
        self.file.create()
        self.file.use_wal(0)
        first = self.file.engine(writes=True)
        second = self.file.engine(writes=True, busy_timeout_ms=0)
        reader = self.file.engine()
        for engine in (first, second, reader):
            self.addCleanup(engine.dispose)
        with first.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (x)")
            with self.assertRaises(OperationalError) as raised:
                second.begin().__enter__()
            self.assertIn("locked", str(raised.exception))
            with reader.begin() as other:
                names = other.exec_driver_sql("SELECT name FROM sqlite_master")
                self.assertEqual(names.all(), [])
        with second.begin() as connection:
            connection.exec_driver_sql("INSERT INTO t VALUES (1)")

    def test_wal_waits_for_others(self) -> None:
        """The switch is tried again while another program uses the file, and given
        up after a while."""
        self.file.create()
        other = sqlite3.connect(
            self.file.path, isolation_level=None, check_same_thread=False
        )
        self.addCleanup(other.close)
        other.execute("BEGIN EXCLUSIVE")
        with self.assertRaises(sqlite3.OperationalError) as raised:
            self.file.use_wal(30)
        self.assertEqual(str(raised.exception), "database is locked")
        switching = Thread(target=self.file.use_wal, args=(10_000,))
        switching.start()
        other.execute("COMMIT")
        switching.join(10)
        self.assertFalse(switching.is_alive())
        self.assertEqual(rows(self.file.path, "PRAGMA journal_mode"), [("wal",)])

    def test_copy_while_written(self) -> None:
        """The copy is private and holds what was committed, nothing of what was not,
        and replaces an older copy."""
        self.file.create()
        self.file.use_wal(0)
        target = os.path.join(self.directory, "copy")
        Path(target).write_text("older")
        with closing(self.file.connect(writes=True)) as connection:
            connection.execute("CREATE TABLE t (x)")
            connection.execute("INSERT INTO t VALUES ('committed')")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO t VALUES ('not yet')")
            self.file.copy(target)
            connection.execute("COMMIT")
        self.assertEqual(rows(target, "SELECT x FROM t"), [("committed",)])
        self.assertEqual(mode(target), "600")
        beside = {name for name in os.listdir(self.directory) if "partial" in name}
        self.assertEqual(beside, set())

    def test_failed_copy_leaves_nothing(self) -> None:
        """A copy that cannot be completed is not left half written."""
        self.file.create()
        Path(self.file.path).write_bytes(b"this is no database" * 1000)
        target = os.path.join(self.directory, "copy")
        self.assertRaises(sqlite3.DatabaseError, self.file.copy, target)
        names = sorted(os.listdir(self.directory))
        self.assertEqual(names, [os.path.basename(os.path.dirname(self.file.path))])
