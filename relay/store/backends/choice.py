"""Which kind of database a URL names."""

from relay.store.backends.interface import Backend
from relay.store.backends.sqlite import SqliteBackend
from relay.store.sqlite import SqliteFile


def backend_of(url: str) -> Backend:
    """
    Return the backend for the database of a URL.

    :param url: ``sqlite:///PATH``.
    :raises StoreError: for any other URL. The message does not repeat the URL, which
        may contain a password.
    """
    return SqliteBackend(SqliteFile.from_url(url))
