"""How users are kept."""

from tests.store.databases import DatabaseTestCase, user


class UsersTests(DatabaseTestCase):
    """Users are added and replaced by name."""

    def test_unknown(self) -> None:
        """A name that is not there gives nothing."""
        self.assertIsNone(self.read(lambda tx: tx.users.get("admin")))

    def test_put_replaces(self) -> None:
        """The last hash counts, there is one row per name, and each change is later
        than the one before."""
        first = self.write(lambda tx: tx.users.put(user()))
        self.assertEqual(first.updated_at_ms, 5_000)
        self.now_ms = 12
        second = self.write(lambda tx: tx.users.put(user(password_hash="two")))
        self.assertEqual((second.password_hash, second.updated_at_ms), ("two", 5_001))
        self.assertEqual(self.read(lambda tx: tx.users.get("admin")), second)
        self.assertEqual(self.there.rows("SELECT count(*) FROM users"), [(1,)])
