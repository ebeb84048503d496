"""A store in a SQLite file."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from sqlalchemy import Connection, Engine

from relay.store.errors import StoreAway, StoreError, StoreLost, as_store_errors
from relay.store.sqlite import (
    SqliteFile,
    data_version,
    logged_wait,
    schema_version,
    wait_for_others,
)
from relay.store.upgrade import scripts, upgrade


class SqliteBackend:
    """
    A SQLite file with its connections.

    :param file: perhaps absent.
    """

    def __init__(self, file: SqliteFile) -> None:
        self._file = file
        self._identity: tuple[tuple[int, int] | None, ...] = ()
        self._size = 0, 0
        """The most bytes that the file had, and its schema version at that time."""
        self._expected = False
        """Whether a file may have been where none could be found or created."""
        self._engines: tuple[Engine, Engine] | None = None
        self._watch: sqlite3.Connection | None = None

    @property
    def place(self) -> str:
        """The path of the file."""
        return self._file.absolute().path

    def open(self, readers: int, timeout_s: float) -> None:
        """
        Create or migrate the file and get ready for transactions.

        A file is not created after a call that found its place unusable: it may have
        been there, and come back.

        :param readers: the number of threads that read at a time.
        :param timeout_s: how long a transaction waits for other processes.
        :raises StoreError: when the file cannot be used.
        """
        file = self._file.absolute()
        if self._expected and not file.exists():
            raise StoreAway(f"store.url: {file.path}: there is no such file")
        try:
            file.create()
        except OSError as error:
            self._expected = True
            raise StoreAway(f"store.url: {file.path}: {error.strerror}") from None
        upgrade(file, scripts())
        timeout_ms = round(timeout_s * 1000)
        reader = file.engine(connections=readers, busy_timeout_ms=timeout_ms)
        writer = file.engine(writes=True, busy_timeout_ms=timeout_ms)
        self._watch = file.connect(busy_timeout_ms=0)
        with ExitStack() as opened:
            # All at once: later, another file could be at the path.
            for _ in range(readers):
                opened.enter_context(reader.begin())
            data_version(self._watch)
        self._file, self._engines = file, (reader, writer)
        self._identity = file.identity()
        self._size = file.size(), schema_version(self._watch)

    def close(self) -> None:
        """Close the connections; transactions must have ended."""
        engines, self._engines = self._engines, None
        for engine in engines or ():
            engine.dispose()
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()

    def listen(self, heard: Callable[[], None]) -> None:
        """Report nothing: processes on a file poll its :meth:`version`."""

    def reading(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that reads one snapshot."""
        return self._opened()[0].begin()

    @contextmanager
    def writing(self, wait_s: float, rehearsal: bool) -> Iterator[Connection]:
        """
        Begin a transaction that holds the write lock of the file.

        :param wait_s: how long to wait for other processes.
        :param rehearsal: roll back at the end of the block as well.
        """
        with self._opened()[1].connect() as connection:
            wait_for_others(connection, max(round(wait_s * 1000), 0))
            with connection.begin() as begun:
                yield connection
                if rehearsal:
                    begun.rollback()

    def announce(self, connection: Connection) -> None:
        """Do nothing: each commit changes the :meth:`version`."""

    def check(self) -> None:
        """Make sure that transactions are written to the file that was opened.

        :raises StoreLost: when the file or its write-ahead log was deleted, replaced or
            truncated.
        """
        if self._engines is None:
            return
        if self._file.identity() != self._identity:
            raise StoreLost(
                f"store.url: {self._file.path}: the database file was deleted or "
                "replaced while it was in use"
            )
        if self._is_truncated():
            raise StoreLost(
                f"store.url: {self._file.path}: the database file was truncated while "
                "it was in use"
            )

    def _is_truncated(self) -> bool:
        """Return whether the file is shorter than it was, for another reason than a
        ``VACUUM``, which changes the version of the schema."""
        size, schema = self._file.size(), self._size[1]
        if size < self._size[0]:
            try:
                schema = schema_version(self._watch) if self._watch is not None else 0
            except sqlite3.Error:
                return True
            if schema <= self._size[1]:
                return True
        self._size = size, schema
        return False

    def version(self) -> int | None:
        """
        Read a number that changes with each commit of any process.

        This takes 5 µs; a transaction takes a thread and half a millisecond.

        :returns: None when the number cannot be read at the moment.
        """
        try:
            return None if self._watch is None else data_version(self._watch)
        except sqlite3.Error:
            return None

    def errors(self) -> AbstractContextManager[None]:
        """Convert errors of the database library within a block."""
        return as_store_errors(self._file.path)

    def logged_wait(self) -> AbstractContextManager[None]:
        """Log when the block waits for another process for more than a few seconds."""
        return logged_wait(self._file.path)

    def _opened(self) -> tuple[Engine, Engine]:
        if self._engines is None:
            raise StoreError("the store is not open")
        return self._engines
