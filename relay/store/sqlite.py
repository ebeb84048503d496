"""A SQLite file: created, opened, checked and copied.

What is specific to SQLite is in this module: WAL, so that readers never wait for the
writer; ``synchronous=FULL``, so that what was committed survives a power loss; ``BEGIN
IMMEDIATE``, so that writers of several processes queue instead of failing in the middle
(https://sqlite.org/wal.html, https://sqlite.org/lang_transaction.html).
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from threading import Event, Timer
from typing import Self
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool
from twisted.logger import Logger

from relay.store.errors import StoreError

BUSY_TIMEOUT_MS = 30_000
"""How long a transaction waits for a transaction of another process."""

LOGGED_AFTER_S = 3.0
"""How long a start waits for another process before it logs that it waits."""

_WAL_RETRY_MS = 20
_log = Logger()


@dataclass(frozen=True)
class SqliteFile:
    """One database file, by its path."""

    path: str

    @classmethod
    def from_url(cls, url: str) -> Self:
        """
        Read a database URL.

        :param url: ``sqlite:///relative/path`` or ``sqlite:////absolute/path``. The
            path is taken as it is, without escapes: settings put directories into it.
        :raises StoreError: for any other URL. The message does not repeat the URL,
            which may contain a password.
        """
        scheme, separator, rest = url.partition("://")
        if not separator or not re.fullmatch(r"[a-z][a-z0-9+]*", scheme):
            raise StoreError(
                "store.url: not a database URL, expected sqlite:///PATH or "
                "postgresql+psycopg://USER@HOST/DATABASE"
            )
        if scheme not in ("sqlite", "sqlite+pysqlite"):
            raise StoreError(
                f"store.url: {scheme} is not supported, expected sqlite:///PATH or "
                "postgresql+psycopg://USER@HOST/DATABASE"
            )
        host, _, path = rest.partition("/")
        if host or path in ("", ":memory:") or "?" in path or "\0" in path:
            raise StoreError(
                "store.url: expected a plain file, sqlite:///PATH "
                "(four slashes before an absolute path), without host or options"
            )
        return cls(path)

    def absolute(self) -> Self:
        """Return the same file, independent of the working directory."""
        return type(self)(os.path.abspath(self.path))

    def create(self) -> None:
        """Create the file (0600) and its missing directories (0700), durably.

        An existing file keeps the mode that its administrator gave it.

        :raises OSError: when the system refuses.
        """
        missing = []
        directory = os.path.dirname(self.path)
        while not os.path.isdir(directory):
            missing.append(directory)
            directory = os.path.dirname(directory)
        for directory in reversed(missing):
            try:
                os.mkdir(directory, 0o700)
            except FileExistsError:
                pass  # another process starts on the same store
            _sync_directory(os.path.dirname(directory))
        # An existing file is not opened here: closing it would release the locks that
        # SQLite holds on it in this process.
        try:
            descriptor = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        except FileExistsError:
            return
        os.close(descriptor)
        _sync_directory(os.path.dirname(self.path))

    def exists(self) -> bool:
        """Whether the file exists."""
        return os.path.isfile(self.path)

    def identity(self) -> tuple[tuple[int, int] | None, ...]:
        """
        Return device and inode of the file and of its write-ahead log.

        They stay the same as long as a connection is open, unless another process
        deletes or replaces the files. ``None`` stands for a file that does not exist.
        """
        return tuple(_identity(path) for path in (self.path, f"{self.path}-wal"))

    def size(self) -> int:
        """Return the bytes of the file without its write-ahead log; 0 for no file."""
        try:
            return os.stat(self.path).st_size
        except OSError:
            return 0

    def connect(
        self,
        *,
        writes: bool = False,
        foreign_keys: bool = True,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    ) -> sqlite3.Connection:
        """
        Open a connection.

        :param writes: whether statements may change anything.
        :param foreign_keys: whether references are enforced.
        :param busy_timeout_ms: how long to wait for another process.
        :raises sqlite3.Error: when the file cannot be opened.
        """
        connection = sqlite3.connect(
            f"file:{quote(self.path)}?mode=rw",
            uri=True,
            timeout=busy_timeout_ms / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
            connection.execute(f"PRAGMA query_only={'OFF' if writes else 'ON'}")
        except BaseException:
            connection.close()
            raise
        return connection

    def engine(
        self,
        *,
        connections: int = 1,
        writes: bool = False,
        foreign_keys: bool = True,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
    ) -> Engine:
        """
        Make an engine, which opens connections when they are needed.

        :param connections: the number of threads that use it at a time.
        :param writes: whether its transactions take the write lock when they begin.
        :param foreign_keys: whether references are enforced.
        :param busy_timeout_ms: how long to wait for another process.
        """
        engine = create_engine(
            "sqlite://",
            creator=lambda: self.connect(
                writes=writes,
                foreign_keys=foreign_keys,
                busy_timeout_ms=busy_timeout_ms,
            ),
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            hide_parameters=True,
        )

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

        return engine

    def use_wal(self, timeout_ms: int) -> None:
        """Switch the file to write-ahead logging, permanently.

        :param timeout_ms: how long to try while others use the file.
        :raises StoreError: when the file system cannot do it.
        :raises sqlite3.Error: when the file is no database, cannot be written or is
            busy for too long.
        """
        retries = timeout_ms // _WAL_RETRY_MS
        pause = Event()
        while True:
            try:
                with closing(
                    self.connect(writes=True, busy_timeout_ms=0)
                ) as connection:
                    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()
                break
            except sqlite3.OperationalError as error:
                # SQLite does not wait by itself when two processes switch at once.
                busy = error.sqlite_errorname.startswith("SQLITE_BUSY")
                if not busy or not retries:
                    raise
            retries -= 1
            pause.wait(_WAL_RETRY_MS / 1000)
        if mode != ("wal",):
            raise StoreError(
                f"store.url: {self.path}: this file system does not support "
                "SQLite's write-ahead log"
            )

    def copy(self, target: str) -> None:
        """Copy the last committed state; other processes may write meanwhile.

        The target is complete or absent, never half written.

        :param target: path of the copy (0600); an existing file is replaced.
        :raises sqlite3.Error: when the copy cannot be made.
        :raises OSError: when the system refuses.
        """
        partial = f"{target}.partial"
        if os.path.exists(partial):
            os.unlink(partial)
        copy = SqliteFile(partial)
        copy.create()
        try:
            with (
                closing(self.connect()) as source,
                closing(copy.connect(writes=True)) as destination,
            ):
                source.backup(destination)
            os.replace(partial, target)
        except BaseException:
            os.unlink(partial)
            raise
        _sync_directory(os.path.dirname(target))


@contextmanager
def logged_wait(place: str) -> Iterator[None]:
    """
    Log when the block waits for another process for more than a few seconds.

    :param place: where the database is that the other process has locked.
    """
    timer = Timer(
        LOGGED_AFTER_S,
        _log.warn,
        ("the start waits for the database {path}: another process has locked it",),
        {"path": place},
    )
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def wait_for_others(connection: Connection, timeout_ms: int) -> None:
    """
    Set how long the next transactions of a connection wait for other processes.

    :param connection: on which no transaction has begun.
    """
    raw = connection.connection.dbapi_connection
    assert isinstance(raw, sqlite3.Connection)
    raw.execute(f"PRAGMA busy_timeout={timeout_ms}")


def data_version(connection: sqlite3.Connection) -> int:
    """
    Read a number that changes with each commit of another connection.

    See https://sqlite.org/pragma.html#pragma_data_version.

    :param connection: always the same one, outside of a transaction.
    :raises sqlite3.Error: when the file cannot be read at the moment.
    """
    version: int = connection.execute("PRAGMA data_version").fetchone()[0]
    return version


def schema_version(connection: sqlite3.Connection) -> int:
    """
    Read a number that grows with each change of the schema and each ``VACUUM``.

    See https://sqlite.org/pragma.html#pragma_schema_version.

    :param connection: outside of a transaction.
    :raises sqlite3.Error: when the file cannot be read at the moment.
    """
    version: int = connection.execute("PRAGMA schema_version").fetchone()[0]
    return version


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _sync_directory(path: str) -> None:
    descriptor = os.open(path or ".", os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
