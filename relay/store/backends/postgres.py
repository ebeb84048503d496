"""A store in a PostgreSQL database.

What is specific to PostgreSQL is in this module. Readers have the isolation level
``REPEATABLE READ``: one snapshot for a transaction. Writers take an advisory lock of
the database first, so that they run one after the other and the numbers of the change
feed are in the order of commits; with the lock, ``READ COMMITTED`` sees everything that
was committed before
(https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import IsolationLevel
from sqlalchemy import Connection, Engine, Text, cast, create_engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from relay.store.backends.address import PostgresAddress
from relay.store.backends.listener import CHANNEL, Listener
from relay.store.errors import StoreAway, StoreError, as_store_errors
from relay.store.schema import changes
from relay.store.sqlite import logged_wait
from relay.store.upgrade import scripts, upgrade_server

OLDEST_VERSION = 130_000
"""The oldest version of the server, as the server numbers it."""
LOCK = 0x52454C4159
"""The key of the advisory lock of writers."""
OPEN_TIMEOUT_S = 60.0
"""How long opening waits for a process that migrates or writes."""
IDLE_MS = 60_000
"""How long a writer may pause within a transaction before the server ends it: a process
that was stopped must not keep the others from writing."""
NET_S = 5.0
"""The interval at which the change feed is read although nothing was reported."""
_LOCK = (
    "SELECT set_config('lock_timeout', %s, true),"
    f" set_config('idle_in_transaction_session_timeout', '{IDLE_MS}', true),"
    f" pg_advisory_xact_lock({LOCK})"
)


class PostgresBackend:
    """
    A PostgreSQL database with the connections of this process.

    :param address: of the database, which exists.
    """

    def __init__(self, address: PostgresAddress) -> None:
        self._address = address
        self._engines: tuple[Engine, Engine] | None = None
        self._listener: Listener | None = None
        self._name = uuid4().hex
        """Ends the payload of this process's notifications."""
        self._announced = 0
        """How often this process has announced a change."""

    @property
    def place(self) -> str:
        """Host and name of the database."""
        return self._address.place

    def open(self, readers: int, timeout_s: float) -> None:
        """
        Create or migrate the tables and open all connections.

        :param readers: the number of threads that read at a time.
        :param timeout_s: how long a transaction waits for a migration.
        :raises StoreError: when the database cannot be used.
        """
        reader = self._engine(readers, timeout_s, writes=False)
        writer = self._engine(1, timeout_s, writes=True)
        try:
            self._migrate(writer)
            with ExitStack() as opened:
                for _ in range(readers):
                    opened.enter_context(reader.begin())
        except BaseException:
            reader.dispose()
            writer.dispose()
            raise
        self._engines = reader, writer

    def close(self) -> None:
        """Close the connections; transactions must have ended."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.stop()
        engines, self._engines = self._engines, None
        for engine in engines or ():
            engine.dispose()

    def listen(self, heard: Callable[[], None]) -> None:
        """
        Report changes by other processes until :meth:`close`.

        :param heard: called in a thread of its own.
        """
        self._listener = Listener(self._address, self._name, heard)
        self._listener.start()

    def reading(self) -> AbstractContextManager[Connection]:
        """Begin a transaction that reads one snapshot."""
        return self._opened()[0].begin()

    @contextmanager
    def writing(self, wait_s: float, rehearsal: bool) -> Iterator[Connection]:
        """
        Begin a transaction that holds the lock of writers.

        :param wait_s: how long to wait for other processes.
        :param rehearsal: roll back at the end of the block as well.
        """
        with self._opened()[1].connect() as connection, connection.begin() as begun:
            _lock(connection, wait_s)
            yield connection
            if rehearsal:
                begun.rollback()
                return
            try:
                begun.commit()
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                raise StoreAway(
                    f"store.url: {self.place}: the connection broke during a commit: "
                    "whether the change was made is not known"
                ) from None

    def announce(self, connection: Connection) -> None:
        """
        Notify the other processes with the commit of the newest position.

        :param connection: of :meth:`writing`.
        """
        newest = select(cast(func.max(changes.c.seq), Text)).scalar_subquery()
        connection.execute(
            select(func.pg_notify(CHANNEL, newest.concat(f" {self._name}")))
        )
        self._announced += 1

    def check(self) -> None:
        """Do nothing: a server keeps what it has committed."""

    def version(self) -> int | None:
        """
        Count how often the change feed may have grown.

        :returns: None while the server does not report changes.
        """
        listener = self._listener
        if listener is None or not listener.follows:
            return None
        return listener.count + self._announced + int(time.monotonic() // NET_S)

    def errors(self) -> AbstractContextManager[None]:
        """Convert errors of the database library within a block."""
        return as_store_errors(self.place)

    def logged_wait(self) -> AbstractContextManager[None]:
        """Log when the block waits for another process for more than a few seconds."""
        return logged_wait(self.place)

    def _engine(self, connections: int, timeout_s: float, *, writes: bool) -> Engine:
        level = (
            IsolationLevel.READ_COMMITTED if writes else IsolationLevel.REPEATABLE_READ
        )

        def connect() -> "psycopg.Connection[Any]":
            connection = self._address.connect()
            connection.isolation_level = level
            connection.read_only = not writes
            timeout_ms = round(timeout_s * 1000)
            connection.execute(f"SET SESSION lock_timeout = {timeout_ms}")
            connection.commit()
            return connection

        return create_engine(
            "postgresql+psycopg://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=0,
            # A connection that a restart of the server has broken is replaced.
            pool_pre_ping=True,
            use_native_hstore=False,
            hide_parameters=True,
        )

    def _migrate(self, engine: Engine) -> None:
        with ExitStack() as transaction:
            connection = transaction.enter_context(engine.begin())
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, psycopg.Connection)
            info = raw.info
            if info.server_version < OLDEST_VERSION:
                raise StoreError(
                    f"store.url: {self.place}: the server is older than PostgreSQL 13"
                )
            if info.parameter_status("server_encoding") != "UTF8":
                raise StoreError(
                    f"store.url: {self.place}: the encoding of the database is not UTF8"
                )
            with self.logged_wait():
                _lock(connection, OPEN_TIMEOUT_S)
            upgrade_server(connection, self.place, scripts())

    def _opened(self) -> tuple[Engine, Engine]:
        if self._engines is None:
            raise StoreError("the store is not open")
        return self._engines


def _lock(connection: Connection, wait_s: float) -> None:
    # A timeout of 0 would be none.
    timeout_ms = max(round(wait_s * 1000), 1)
    connection.exec_driver_sql(_LOCK, (str(timeout_ms),))
