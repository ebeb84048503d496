"""What the checks of a PostgreSQL server show of its URL."""

from twisted.trial.unittest import SynchronousTestCase

from relay.cli.doctor.postgres import place


class PlaceTests(SynchronousTestCase):
    """The checks themselves are in ``tests/wire/store/postgres/test_doctor.py``."""

    def test_place(self) -> None:
        """Neither the user nor options are shown."""
        url = "postgresql+psycopg://u:secret@db-1:5,db-2/relay?sslmode=require"
        self.assertEqual(place(url), "db-1:5,db-2/relay")
