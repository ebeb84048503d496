"""How tokens are kept."""

from __future__ import annotations

from dataclasses import replace

from relay.model.records import TokenRecord
from tests.store.databases import DatabaseTestCase, user

TOKEN = TokenRecord("t-1", "admin", "ci", "hash", "VIEWER", 5_000, 9_000, None)


class TokensTests(DatabaseTestCase):
    """Tokens belong to users and are found by their hashes."""

    def setUp(self) -> None:
        """Start with a user who has one."""
        super().setUp()
        self.write(lambda tx: tx.users.put(user()))
        self.write(lambda tx: tx.tokens.add(TOKEN))

    def test_found(self) -> None:
        """A hash finds its token, another finds nothing."""
        self.assertEqual(self.read(lambda tx: tx.tokens.find("hash")), TOKEN)
        self.assertIsNone(self.read(lambda tx: tx.tokens.find("other")))

    def test_in_order(self) -> None:
        """Tokens are listed as they were made, each user's apart."""
        other = replace(TOKEN, id="a", token_hash="two")
        self.write(lambda tx: tx.tokens.add(other))
        self.assertEqual(self.read(lambda tx: tx.tokens.list("admin")), [TOKEN, other])
        self.assertEqual(self.read(lambda tx: tx.tokens.list("nobody")), [])

    def test_used(self) -> None:
        """The last use of a token is stored without an entry in the audit trail."""
        told = self.read(lambda tx: tx.audits.events(None))
        self.write(lambda tx: tx.tokens.use("t-1", 7_000))
        self.assertEqual(
            self.read(lambda tx: tx.tokens.find("hash")),
            replace(TOKEN, used_at_ms=7_000),
        )
        self.assertEqual(self.read(lambda tx: tx.audits.events(None)), told)

    def test_deleted(self) -> None:
        """A token that was deleted is found no more."""
        self.write(lambda tx: tx.tokens.delete(TOKEN))
        self.assertIsNone(self.read(lambda tx: tx.tokens.find("hash")))

    def test_gone_with_the_user(self) -> None:
        """A user who is deleted takes all tokens along."""
        self.write(lambda tx: tx.users.delete(user()))
        self.assertEqual(self.there.rows("SELECT count(*) FROM tokens"), [(0,)])
