"""The store without its threads: blocking calls on one database."""

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from sqlalchemy import Engine

from relay.model.secrets import ALL_SECRET, Masking
from relay.store.errors import StoreError, StoreLost, as_store_errors
from relay.store.rehearsal import Rehearsal
from relay.store.sqlite import (
    SqliteFile,
    data_version,
    logged_wait,
    schema_version,
    wait_for_others,
)
from relay.store.tables.audits import SYSTEM, Actor
from relay.store.transaction import Transaction
from relay.store.upgrade import scripts, upgrade

T = TypeVar("T")

WRITE_TIMEOUT_S = 5.0
"""How long a write waits for its turn, unless a setting overrides it."""
OPEN_TIMEOUT_S = 60.0
"""How long opening waits for a process that migrates or writes."""


class Database:
    """One database with its connections.

    :param url: ``sqlite:///PATH``.
    :param readers: the number of threads that read at a time; one thread writes.
    :param clock_ms: the wall clock, called in the threads that use the database.
    :param masking: hides secrets in documents from the audit trail.
    :param timeout_s: how long a transaction waits for other processes.
    :raises StoreError: when the URL names no database of a supported kind.
    """

    def __init__(
        self,
        url: str,
        readers: int,
        clock_ms: Callable[[], int],
        masking: Masking = ALL_SECRET,
        timeout_s: float = WRITE_TIMEOUT_S,
    ) -> None:
        self._file = SqliteFile.from_url(url)
        self._readers = readers
        self._clock_ms = clock_ms
        self._masking = masking
        self._timeout_s = timeout_s
        self._identity: tuple[tuple[int, int] | None, ...] = ()
        self._size = 0, 0
        """The most bytes that the file had, and its schema version at that time."""
        self._engines: tuple[Engine, Engine] | None = None
        self._watch: sqlite3.Connection | None = None

    def open(self) -> None:
        """Create or migrate the database and get ready for transactions.

        :raises StoreError: when the database cannot be used.
        """
        file = self._file.absolute()
        with as_store_errors(file.path):
            try:
                file.create()
            except OSError as error:
                raise StoreError(f"store.url: {file.path}: {error.strerror}") from None
            upgrade(file, scripts())
            timeout_ms = round(self._timeout_s * 1000)
            reader = file.engine(connections=self._readers, busy_timeout_ms=timeout_ms)
            writer = file.engine(writes=True, busy_timeout_ms=timeout_ms)
            self._watch = file.connect(busy_timeout_ms=0)
            with ExitStack() as opened:
                # All at once: later, another file could be at the path.
                for _ in range(self._readers):
                    opened.enter_context(reader.begin())
                data_version(self._watch)
            self._file, self._engines = file, (reader, writer)
            self._identity = file.identity()
            self._size = file.size(), schema_version(self._watch)
        more = True
        while more:
            with logged_wait(file):
                more, _ = self.write(
                    lambda tx: tx.index.add_missing(), timeout_s=OPEN_TIMEOUT_S
                )

    def close(self) -> None:
        """Close the connections; transactions must have ended."""
        engines, self._engines = self._engines, None
        for engine in engines or ():
            engine.dispose()
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.close()

    def check(self) -> None:
        """Make sure that transactions are written to the file that was opened.

        :raises StoreLost: when the file or its write-ahead log was deleted, replaced or
            truncated: only this process sees what it has written since.
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

        This takes 5 µs; a transaction takes a thread and half a millisecond. Only one
        thread may call it.

        :returns: None when the number cannot be read at the moment.
        """
        try:
            return None if self._watch is None else data_version(self._watch)
        except sqlite3.Error:
            return None

    def read(self, work: Callable[[Transaction], T]) -> T:
        """
        Run ``work`` on one consistent snapshot.

        :param work: cannot change anything.
        :raises StoreError: when the database fails or ``work`` tries to write.
        """
        reader, _ = self._opened()
        with as_store_errors(self._file.path), reader.begin() as connection:
            return work(Transaction(connection, self._clock_ms()))

    def write(
        self,
        work: Callable[[Transaction], T],
        actor: Actor = SYSTEM,
        timeout_s: float | None = None,
        rehearsal: Rehearsal | None = None,
    ) -> tuple[T, bool]:
        """
        Run ``work`` while no other thread or process writes.

        :param work: when it raises, nothing is written.
        :param actor: on whose behalf, for the audit trail.
        :param timeout_s: how long to wait for other processes; None for the time that
            all transactions wait.
        :param rehearsal: takes the entries for the audit trail, and nothing is written;
            None for a write that is kept.
        :returns: its result, and whether the change feed has grown, once everything is
            on the disk.
        :raises StoreBusy: when another process held the write lock for too long;
            nothing is written.
        :raises StoreLost: when the file was deleted, replaced or truncated; what was
            written is lost.
        :raises StoreError: when the database fails; nothing is written.
        """
        _, writer = self._opened()
        self.check()
        with as_store_errors(self._file.path):
            with writer.connect() as connection:
                wait_s = self._timeout_s if timeout_s is None else timeout_s
                wait_for_others(connection, max(round(wait_s * 1000), 0))
                with connection.begin() as begun:
                    transaction = Transaction(
                        connection, self._clock_ms(), actor, self._masking
                    )
                    result = work(transaction)
                    if rehearsal is not None:
                        begun.rollback()
            self.check()
            if rehearsal is None:
                return result, transaction.changes.touched
            rehearsal.entries += transaction.audits.noted
            return result, False

    def _opened(self) -> tuple[Engine, Engine]:
        if self._engines is None:
            raise StoreError("the store is not open")
        return self._engines
