"""Which kind of database a URL names."""

from relay.store.backends.interface import Backend
from relay.store.backends.sqlite import SqliteBackend
from relay.store.errors import StoreError
from relay.store.sqlite import SqliteFile


def backend_of(url: str) -> Backend:
    """
    Return the backend for the database of a URL.

    :param url: ``sqlite:///PATH`` or ``postgresql+psycopg://USER@HOST/DATABASE``.
    :raises StoreError: for any other URL, and when the driver of the database is not
        installed. The message does not repeat the URL, which may contain a password.
    """
    if not url.startswith("postgresql+psycopg://"):
        return SqliteBackend(SqliteFile.from_url(url))
    try:
        from relay.store.backends.address import PostgresAddress
        from relay.store.backends.postgres import PostgresBackend
    except ImportError as error:
        raise StoreError(
            "store.url: PostgreSQL needs the package psycopg: "
            f"pip install 'relay-events[postgresql]' ({error})"
        ) from None
    return PostgresBackend(PostgresAddress.from_url(url))
