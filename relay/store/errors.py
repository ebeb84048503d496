"""The errors of a store, each with a message of one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from relay.model.schema.errors import Unavailable


class StoreError(Unavailable):
    """An operation of the store failed; the message is one line for a person."""


class StoreBusy(StoreError):
    """Other processes held the database longer than a transaction waits."""


class StoreAway(StoreError):
    """The database cannot be reached at the moment."""


class StoreLost(StoreError):
    """The database file was deleted, replaced or truncated."""


class StoreUnwritable(StoreError):
    """The disk is full, or the database may not be written or cannot be read."""


OUTAGES = (StoreAway, StoreBusy, StoreUnwritable)
"""Why a database cannot be opened now, while it may be opened later."""

_KINDS: tuple[tuple[tuple[str, ...], type[StoreError]], ...] = (
    (("SQLITE_BUSY", "SQLITE_LOCKED"), StoreBusy),
    (("SQLITE_CANTOPEN",), StoreAway),
    (("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_READONLY"), StoreUnwritable),
)
"""By the beginning of SQLite's name of an error (https://sqlite.org/rescode.html)."""
_STATES: tuple[tuple[tuple[str, ...], type[StoreError]], ...] = (
    (("55P03", "40"), StoreBusy),
    (("25006", "53100", "58030"), StoreUnwritable),
    (("08", "53300", "57P", "25P03"), StoreAway),
)
"""By the beginning of PostgreSQL's code of an error
(https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


@contextmanager
def as_store_errors(place: str) -> Iterator[None]:
    """Convert an exception of the database library to a :class:`StoreError`.

    Neither the statement nor its parameters (definitions, password hashes) get into
    the message or into the chain of causes.

    :param place: the database file, or host and name of the database, named in the
        message.
    :raises StoreError: instead of any error of the database library.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        cause = getattr(error, "orig", None) or error
        lines = str(cause).splitlines() or [type(error).__name__]
        raise _kind(cause)(f"store.url: {place}: {lines[0]}") from None


def _kind(cause: BaseException) -> type[StoreError]:
    name = str(getattr(cause, "sqlite_errorname", ""))
    kinds = (kind for names, kind in _KINDS if name.startswith(names))
    # Of psycopg alone; libpq's own errors, of a connection, have none.
    if hasattr(cause, "sqlstate"):
        state = cause.sqlstate
        if state is None and type(cause).__name__ == "OperationalError":
            return StoreAway
        kinds = (kind for states, kind in _STATES if str(state).startswith(states))
    return next(kinds, StoreError)
