"""The address of a PostgreSQL database."""

from __future__ import annotations

from twisted.trial.unittest import SynchronousTestCase

from relay.store.backends.address import PostgresAddress
from relay.store.errors import StoreError

URL = "postgresql+psycopg://relay:p%40ss@db-1:5433,db-2/relay%20x?sslmode=require"


class AddressTests(SynchronousTestCase):
    """A URL becomes parameters of a connection, and a place for messages."""

    def test_parts(self) -> None:
        """User and password are not in the place; defaults are added."""
        address = PostgresAddress.from_url(URL)
        self.assertEqual(address.place, "db-1:5433,db-2/relay x")
        self.assertNotIn("p@ss", repr(address))
        wanted = {
            "user": "relay",
            "password": "p@ss",
            "host": "db-1,db-2",
            "dbname": "relay x",
            "sslmode": "require",
            "connect_timeout": "5",
            "target_session_attrs": "read-write",
        }
        found = {name: address.parameters[name] for name in wanted}
        self.assertEqual(found, wanted)

    def test_options_replace_defaults(self) -> None:
        """What the URL names is kept."""
        url = "postgresql+psycopg:///relay?host=/run/pg&connect_timeout=30"
        address = PostgresAddress.from_url(url)
        self.assertEqual(address.parameters["connect_timeout"], "30")
        self.assertEqual(address.place, "/run/pg/relay")

    def test_not_read(self) -> None:
        """A URL that libpq cannot read is refused without repeating it."""
        with self.assertRaises(StoreError) as raised:
            PostgresAddress.from_url("postgresql+psycopg://u:secret%zz@h/d")
        self.assertNotIn("secret", str(raised.exception))
