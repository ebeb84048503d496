"""Bring a database to the newest schema, once, whoever starts at the same time."""

import os
import sqlite3

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from relay.store.errors import StoreError
from relay.store.sqlite import SqliteFile

_TIMEOUT_MS = 300_000
"""How long to wait for another process that migrates."""


def scripts() -> Config:
    """
    :returns: where the migrations are; they need a ``connection`` among its
        ``attributes`` to run on.
    """
    config = Config()
    config.set_main_option("script_location", "relay.store:migrations")
    return config


def upgrade(file: SqliteFile) -> None:
    """Migrate a database file to the newest schema.

    The write lock of the database is the lock: it works across processes and goes
    with the process that holds it. All migrations are one transaction, so a process
    killed in the middle leaves the old schema.

    :param file: an existing file, perhaps empty.
    :raises StoreError: when its schema is newer than this program, or not ours.
    :raises sqlalchemy.exc.SQLAlchemyError: when it cannot be read or written.
    """
    # References off: replacing a table, as migrations on SQLite must, would otherwise
    # delete the rows that refer to it. The pragma has no effect in a transaction.
    engine = file.engine(writes=True, foreign_keys=False, busy_timeout_ms=_TIMEOUT_MS)
    try:
        file.use_wal(engine, _TIMEOUT_MS)
        with engine.begin() as connection:
            _upgrade(file, connection)
    finally:
        engine.dispose()


def _upgrade(file: SqliteFile, connection: Connection) -> None:
    config = scripts()
    directory = ScriptDirectory.from_config(config)
    newest = directory.get_current_head()
    stored = MigrationContext.configure(connection).get_current_heads()
    if stored == (newest,):
        return
    known = {script.revision for script in directory.walk_revisions()}
    unknown = sorted(set(stored) - known)
    if unknown:
        raise StoreError(
            f"store.url: {file.path}: its schema {unknown[0]} is newer than this "
            f"program, which knows up to {newest}"
        )
    if inspect(connection).get_table_names():
        if not stored:
            raise StoreError(
                f"store.url: {file.path}: holds tables that are not Relay's"
            )
        _back_up(file, f"{file.path}.before-{newest}")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise StoreError(
            f"store.url: {file.path}: a row of {broken[0]} refers to one of "
            f"{broken[2]} that does not exist; nothing was migrated"
        )


def _back_up(file: SqliteFile, target: str) -> None:
    try:
        file.copy(target)
    except (OSError, sqlite3.Error) as error:
        reason = os.strerror(error.errno or 0) if isinstance(error, OSError) else error
        raise StoreError(
            f"store.url: {target}: no copy made before migrating: {reason}"
        ) from None
