"""How a database gets the newest schema."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import cast

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from twisted.logger import ILogObserver, LogEvent, formatEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from relay.store import migrations, sqlite
from relay.store.database import Database
from relay.store.errors import StoreError
from relay.store.schema import metadata
from relay.store.sqlite import SqliteFile
from relay.store.upgrade import scripts, upgrade
from tests.store.databases import api, plan, rows

NEXT = '''
"""A later schema: replaces the table that others refer to."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    with op.batch_alter_table("apis", recreate="always") as batch:
        batch.add_column(sa.Column("colour", sa.Text))
    {more}
'''


class UpgradeTests(SynchronousTestCase):
    """Old databases become new ones, others are left alone."""

    def setUp(self) -> None:
        """Make an empty file."""
        directory = TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.file = SqliteFile(os.path.join(self.directory, "relay.db"))
        self.file.create()

    def later(self, more: str = "pass") -> Config:
        """
        :param more: what else the later migration does.
        :returns: the migrations with one more, as a later version has them.
        """
        [(head,)] = rows(self.file.path, "SELECT version_num FROM alembic_version")
        more_scripts = os.path.join(self.directory, "later")
        os.makedirs(more_scripts, exist_ok=True)
        text = NEXT.format(head=head, more=more)
        Path(more_scripts, "9999_later.py").write_text(text)
        config = scripts()
        own = os.path.join(os.path.dirname(str(migrations.__file__)), "versions")
        config.set_main_option("path_separator", "newline")
        config.set_main_option("version_locations", f"{own}\n{more_scripts}")
        return config

    def fill(self) -> None:
        """Migrate to the schema of today and keep an API with a plan."""
        database = Database(f"sqlite:///{self.file.path}", 1, lambda: 5_000)
        database.open()
        database.write(lambda tx: tx.apis.add(api()))
        database.write(lambda tx: tx.plans.add(plan()))
        database.close()

    def beside(self) -> list[str]:
        """
        :returns: the files beside the database.
        """
        return sorted(
            name for name in os.listdir(self.directory) if name.startswith("relay.db.")
        )

    def refused(self, config: Config) -> str:
        """
        :param config: the migrations with which the upgrade must fail.
        """
        with self.assertRaises(StoreError) as raised:
            upgrade(self.file, config)
        told = str(raised.exception)
        self.assertTrue(told.startswith(f"store.url: {self.file.path}"), told)
        self.assertNotIn("\n", told)
        return told

    def test_no_drift(self) -> None:
        """The migrations leave exactly the tables that the code works with, there
        and back again."""
        upgrade(self.file, scripts())
        engine = self.file.engine(writes=True, foreign_keys=False)
        self.addCleanup(engine.dispose)
        for _ in range(2):
            with engine.begin() as connection:
                context = MigrationContext.configure(connection)
                self.assertEqual(compare_metadata(context, metadata), [])
                config = scripts()
                config.attributes["connection"] = connection
                command.downgrade(config, "base")
                names = connection.exec_driver_sql(
                    "SELECT name FROM sqlite_master WHERE type = 'table' "
                    "AND name NOT LIKE 'sqlite%'"
                )
                self.assertEqual(names.all(), [("alembic_version",)])
            upgrade(self.file, scripts())
        self.assertEqual(self.beside(), [])

    def test_constraint_names(self) -> None:
        """The migrations name constraints as the tables do: comparing does not show
        it on SQLite, and a later migration must be able to address them."""
        upgrade(self.file, scripts())
        found = rows(self.file.path, "SELECT sql FROM sqlite_master")
        created = " ".join(sql for (sql,) in found if sql)
        expected = {
            str(constraint.name)
            for table in metadata.tables.values()
            for constraint in table.constraints
        }
        # SQLite numbers rows by itself only for a column that says so in place.
        expected.remove("pk_changes")
        for name in expected:
            self.assertIn(f"CONSTRAINT {name} ", created)

    def test_nothing_to_do(self) -> None:
        """A database of today is neither copied nor changed."""
        self.fill()
        before = rows(self.file.path, "PRAGMA schema_version")
        upgrade(self.file, scripts())
        self.assertEqual(rows(self.file.path, "PRAGMA schema_version"), before)
        self.assertEqual(self.beside(), [])

    def test_old_database(self) -> None:
        """The old state is copied before it is changed, and no row is lost, though
        the table that others refer to is replaced."""
        self.fill()
        upgrade(self.file, self.later())
        self.assertEqual(
            rows(self.file.path, "SELECT id, colour FROM apis"), [("api-1", None)]
        )
        self.assertEqual(rows(self.file.path, "SELECT id FROM plans"), [("plan-1",)])
        self.assertEqual(self.beside(), ["relay.db.before-9999"])
        copy = self.file.path + ".before-9999"
        self.assertEqual(rows(copy, "SELECT id FROM plans"), [("plan-1",)])
        upgrade(SqliteFile(copy), scripts())

    def test_newer_schema(self) -> None:
        """A schema of a later version is refused and not changed."""
        self.fill()
        upgrade(self.file, self.later())
        told = self.refused(scripts())
        self.assertIn("its schema 9999 is newer than this program", told)
        self.assertEqual(
            rows(self.file.path, "SELECT version_num FROM alembic_version"),
            [("9999",)],
        )

    def test_not_ours(self) -> None:
        """A database of another program is refused and not changed."""
        with closing(sqlite3.connect(self.file.path)) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        self.assertIn("tables that are not Relay's", self.refused(scripts()))
        names = rows(self.file.path, "SELECT name FROM sqlite_master")
        self.assertEqual(names, [("theirs",)])

    def test_failing_migration(self) -> None:
        """A migration that fails half way changes nothing."""
        self.fill()
        config = self.later("raise ZeroDivisionError")
        self.assertRaises(ZeroDivisionError, upgrade, self.file, config)
        self.assertEqual(rows(self.file.path, "SELECT id FROM apis"), [("api-1",)])
        upgrade(self.file, scripts())

    def test_broken_references(self) -> None:
        """A migration that leaves a plan without its API is undone."""
        self.fill()
        config = self.later('op.execute("DELETE FROM apis")')
        self.assertIn("foreign_key_check finds", self.refused(config))
        self.assertEqual(rows(self.file.path, "SELECT id FROM apis"), [("api-1",)])

    def test_no_copy_no_migration(self) -> None:
        """When the copy cannot be made nothing is changed."""
        self.fill()
        os.mkdir(self.file.path + ".before-9999")
        told = self.refused(self.later())
        self.assertIn("before-9999: no copy made before migrating: Is a dir", told)
        upgrade(self.file, scripts())

    def test_damaged_database(self) -> None:
        """A database with a page that makes no sense is not migrated."""
        self.fill()
        with closing(sqlite3.connect(self.file.path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.execute("CREATE TABLE filler AS SELECT zeroblob(1) AS x")
            [(root,)] = connection.execute(
                "SELECT rootpage FROM sqlite_master WHERE name = 'plans'"
            ).fetchall()
            [(size,)] = connection.execute("PRAGMA page_size").fetchall()
        with open(self.file.path, "r+b") as damaged:
            damaged.seek((root - 1) * size)
            damaged.write(b"\xff" * size)
        before = Path(self.file.path).read_bytes()
        self.refused(self.later())
        self.assertEqual(Path(self.file.path).read_bytes(), before)
        self.assertEqual(self.beside(), [])

    def test_a_start_that_waits_says_so(self) -> None:
        """
        A start that waits for another process's lock logs one line with the name of the
        database.
        """
        self.fill()
        told: list[str] = []
        waits = Event()

        def observe(event: LogEvent) -> None:
            if event.get("log_namespace") == "relay.store.sqlite":
                told.append(formatEvent(event))
                waits.set()

        observer = cast(ILogObserver, observe)
        globalLogPublisher.addObserver(observer)
        self.addCleanup(globalLogPublisher.removeObserver, observer)
        self.patch(sqlite, "LOGGED_AFTER_S", 0.05)
        path = self.file.path
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as other,
            ThreadPoolExecutor(1) as pool,
        ):
            other.execute("BEGIN IMMEDIATE")
            starting = pool.submit(upgrade, self.file, scripts())
            self.assertTrue(waits.wait(20))
            other.execute("ROLLBACK")
            starting.result()
        (line,) = told
        self.assertIn(f"waits for the database {path}: another process", line)

    def test_together(self) -> None:
        """
        Of several processes that start on one old database one migrates, and the others
        wait.
        """
        self.fill()
        configs = [self.later() for _ in range(5)]
        with ThreadPoolExecutor(len(configs)) as pool:
            running = [pool.submit(upgrade, self.file, config) for config in configs]
        self.assertEqual([future.result() for future in running], [None] * 5)
        self.assertEqual(
            rows(self.file.path, "SELECT id, colour FROM apis"), [("api-1", None)]
        )
        self.assertEqual(rows(self.file.path, "SELECT id FROM plans"), [("plan-1",)])
