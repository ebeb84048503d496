"""Migrates a database to the newest schema, once, even if several processes start."""

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from relay.store.errors import StoreError
from relay.store.sqlite import SqliteFile, logged_wait

_TIMEOUT_MS = 60_000
"""How long to wait for another process that migrates."""

_ALEMBIC = Lock()
"""Alembic passes its context to the migrations in global variables."""


def scripts() -> Config:
    """
    Return the configuration of the migrations. They run on its attribute
    ``connection``.
    """
    config = Config()
    config.set_main_option("script_location", "relay.store:migrations")
    return config


def upgrade(file: SqliteFile, migrations: Config) -> None:
    """Migrate a database file to the newest schema.

    The write lock of the database is the lock: it works across processes and is
    released when its process ends. All migrations are one transaction, so a process
    that is killed in the middle leaves the old schema.

    :param file: an existing file, perhaps empty. It is copied to
        ``<file>.before-<revision>`` before a schema in use is changed.
    :param migrations: :func:`scripts`.
    :raises StoreError: when the schema is newer than this program, or not Relay's.
    :raises sqlalchemy.exc.SQLAlchemyError: when the file cannot be read or written.
    :raises sqlite3.Error: when the file cannot be read or written.
    """
    with logged_wait(file.path):
        file.use_wal(_TIMEOUT_MS)
    # References off: replacing a table, as migrations on SQLite must, would otherwise
    # delete the rows that refer to it. The pragma has no effect in a transaction.
    engine = file.engine(writes=True, foreign_keys=False, busy_timeout_ms=_TIMEOUT_MS)
    try:
        with ExitStack() as transaction:
            with logged_wait(file.path):
                connection = transaction.enter_context(engine.begin())
            _upgrade(file, connection, migrations)
    finally:
        engine.dispose()


def _upgrade(file: SqliteFile, connection: Connection, migrations: Config) -> None:
    def prepare(newest: str | None) -> None:
        _check(file, connection, "PRAGMA quick_check(1)", [("ok",)])
        _back_up(file, f"{file.path}.before-{newest}")

    if _migrate(connection, file.path, migrations, prepare):
        _check(file, connection, "PRAGMA foreign_key_check", [])


def upgrade_server(connection: Connection, place: str, migrations: Config) -> None:
    """
    Migrate the database of a server to the newest schema. No copy is made.

    :param connection: in a transaction, which holds the lock of writers.
    :param place: where the database is, for messages.
    :param migrations: :func:`scripts`.
    :raises StoreError: when the schema is newer than this program, or not Relay's.
    :raises sqlalchemy.exc.SQLAlchemyError: when a migration fails.
    """
    _migrate(connection, place, migrations, lambda newest: None)


def _migrate(
    connection: Connection,
    place: str,
    migrations: Config,
    prepare: Callable[[str | None], None],
) -> bool:
    """
    Run the migrations that a database lacks.

    :param prepare: called with the newest revision before a schema in use is changed.
    :returns: whether there were any.
    """
    directory = ScriptDirectory.from_config(migrations)
    newest = directory.get_current_head()
    stored = MigrationContext.configure(connection).get_current_heads()
    if stored == (newest,):
        return False
    known = {script.revision for script in directory.walk_revisions()}
    unknown = sorted(set(stored) - known)
    if unknown:
        raise StoreError(
            f"store.url: {place}: its schema {unknown[0]} is newer than this "
            f"program, which knows up to {newest}"
        )
    if set(inspect(connection).get_table_names()) - {"alembic_version"}:
        if not stored:
            raise StoreError(f"store.url: {place}: holds tables that are not Relay's")
        prepare(newest)
    with _ALEMBIC:
        migrations.attributes["connection"] = connection
        command.upgrade(migrations, "head")
    return True


def _check(
    file: SqliteFile, connection: Connection, pragma: str, good: list[tuple[object]]
) -> None:
    found = connection.exec_driver_sql(pragma).all()
    if found != good:
        raise StoreError(
            f"store.url: {file.path}: not migrated, {pragma} finds "
            + " ".join(" ".join(map(str, found[0])).split())
        )


def _back_up(file: SqliteFile, target: str) -> None:
    try:
        file.copy(target)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise StoreError(
            f"store.url: {target}: no copy made before migrating: {reason}"
        ) from None
