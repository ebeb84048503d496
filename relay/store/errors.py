"""What goes wrong in a store, told in one line."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError


class StoreError(Exception):
    """The store cannot do what it was asked; the text is one line for a person."""


@contextmanager
def told_in_one_line(path: str) -> Iterator[None]:
    """Turn what the database library raises into a :class:`StoreError`.

    Neither the statement nor its parameters (definitions, password hashes) get into
    the message or into the chain of causes.

    :param path: the database file, named in the message.
    :raises StoreError: instead of any error of the database library.
    """
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        reason = str(getattr(error, "orig", None) or error)
        lines = reason.splitlines() or [type(error).__name__]
        raise StoreError(f"store.url: {path}: {lines[0]}") from None
