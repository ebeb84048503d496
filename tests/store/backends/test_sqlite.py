"""The version of a store in a SQLite file."""

from relay.store.backends.sqlite import SqliteBackend
from relay.store.sqlite import SqliteFile
from tests.store.databases import DatabaseTestCase


class SqliteBackendTests(DatabaseTestCase):
    """A backend on the file of an open database."""

    def test_no_version(self) -> None:
        """A file that is not open has none, nor has one that cannot be asked."""
        backend = SqliteBackend(SqliteFile(self.path))
        self.addCleanup(backend.close)
        self.assertIsNone(backend.version())
        backend.open(1, 5.0)
        self.assertIsNotNone(backend.version())
        assert backend._watch is not None
        backend._watch.close()
        self.assertIsNone(backend.version())
        backend.close()
        self.assertIsNone(backend.version())
