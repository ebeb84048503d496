"""How documents and records become rows."""

from twisted.trial.unittest import SynchronousTestCase

from relay.store.columns import row_of
from relay.store.errors import StoreError
from tests.store.databases import DatabaseTestCase, api, user


class DocumentTests(DatabaseTestCase):
    """Documents are JSON texts that any program can read."""

    def test_stored_as_text(self) -> None:
        """The column holds JSON in ASCII."""
        self.write(lambda tx: tx.apis.add(api(definition={"name": "é", "n": [1]})))
        self.assertEqual(
            self.there.rows("SELECT definition FROM apis"),
            [('{"name":"\\u00e9","n":[1]}',)],
        )

    def test_not_json(self) -> None:
        """Infinity is refused, and the message does not repeat the document."""
        record = api(definition={"password": "secret", "n": float("inf")})
        with self.assertRaises(StoreError) as raised:
            self.write(lambda tx: tx.apis.add(record))
        self.assertNotIn("secret", str(raised.exception))
        self.assertIn("JSON compliant", str(raised.exception))
        self.assertEqual(self.there.rows("SELECT id FROM apis"), [])


class RowOfTests(SynchronousTestCase):
    """Records become rows by the names of their fields."""

    def test_fields(self) -> None:
        """A row has every field of the record, unchanged."""
        self.assertEqual(
            row_of(user()),
            {
                "name": "admin",
                "password_hash": "$argon2id$one",
                "role": "ADMIN",
                "created_at_ms": 1_000,
                "updated_at_ms": 1_000,
            },
        )
