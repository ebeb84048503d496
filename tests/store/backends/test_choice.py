"""The kind of database that a URL names."""

from twisted.trial.unittest import SynchronousTestCase

from relay.store.backends.choice import backend_of
from relay.store.backends.sqlite import SqliteBackend


class ChoiceTests(SynchronousTestCase):
    """The URL decides."""

    def test_sqlite(self) -> None:
        """A path is a SQLite file, whose place is the path."""
        backend = backend_of("sqlite:////srv/relay.db")
        self.assertIsInstance(backend, SqliteBackend)
        self.assertEqual(backend.place, "/srv/relay.db")
