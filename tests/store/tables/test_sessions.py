"""How sessions are kept."""

from __future__ import annotations

from dataclasses import replace

from relay.model.records import SessionRecord
from tests.store.databases import DatabaseTestCase, user

SESSION = SessionRecord("s-1", "admin", "hash", 1_000, 2_000)


class SessionsTests(DatabaseTestCase):
    """Sessions belong to users, are found by their hashes, and end."""

    def setUp(self) -> None:
        """Start with a user who has one."""
        super().setUp()
        self.write(lambda tx: tx.users.put(user()))
        self.write(lambda tx: tx.sessions.add(SESSION))

    def left(self) -> list[str]:
        """Return the ids of the sessions of the user."""
        return [one.id for one in self.read(lambda tx: tx.sessions.list("admin"))]

    def test_found(self) -> None:
        """A hash finds its session, another finds nothing."""
        self.assertEqual(self.read(lambda tx: tx.sessions.find("hash")), SESSION)
        self.assertIsNone(self.read(lambda tx: tx.sessions.find("other")))

    def test_used(self) -> None:
        """The last use is stored without an entry in the audit trail."""
        told = self.read(lambda tx: tx.audits.events(None))
        self.write(lambda tx: tx.sessions.use("s-1", 7_000))
        self.assertEqual(
            self.read(lambda tx: tx.sessions.find("hash")),
            replace(SESSION, used_at_ms=7_000),
        )
        self.assertEqual(self.read(lambda tx: tx.audits.events(None)), told)

    def test_ended(self) -> None:
        """A session that has ended is found no more; its end is recorded once."""
        self.write(lambda tx: tx.sessions.end(SESSION))
        self.write(lambda tx: tx.sessions.end(SESSION))
        self.assertEqual(self.left(), [])
        events = self.there.rows('SELECT event, target FROM audits ORDER BY "row"')
        self.assertEqual(
            [one for one in events if one[0].startswith("SESSION")],
            [
                ("SESSION_CREATED", '{"type":"SESSION","id":"s-1","name":"admin"}'),
                ("SESSION_ENDED", '{"type":"SESSION","id":"s-1","name":"admin"}'),
            ],
        )

    def test_no_hash_in_the_trail(self) -> None:
        """The audit trail has no hash of a session."""
        changes = self.there.rows("SELECT changes FROM audits WHERE event LIKE 'SESS%'")
        self.assertEqual(len(changes), 1)
        self.assertNotIn("hash", changes[0][0])

    def test_changed_user(self) -> None:
        """A change of the password or of the role ends all sessions of the user."""
        self.write(lambda tx: tx.users.put(user("other")))
        self.write(
            lambda tx: tx.sessions.add(
                replace(SESSION, id="s-2", user="other", secret_hash="two")
            )
        )
        self.write(lambda tx: tx.users.put(user()))
        self.assertEqual(self.left(), ["s-1"])
        self.write(lambda tx: tx.users.put(replace(user(), role="VIEWER")))
        self.assertEqual(self.left(), [])
        self.write(lambda tx: tx.sessions.add(SESSION))
        changed = replace(user(password_hash="$argon2id$two"), role="VIEWER")
        self.write(lambda tx: tx.users.put(changed))
        self.assertEqual(self.left(), [])
        self.assertEqual(
            [one.id for one in self.read(lambda tx: tx.sessions.list("other"))],
            ["s-2"],
        )

    def test_another_hash_of_the_same_password(self) -> None:
        """It ends no session."""
        self.write(lambda tx: tx.users.rehash(user(password_hash="$argon2id$new")))
        self.assertEqual(self.left(), ["s-1"])

    def test_gone_with_the_user(self) -> None:
        """A user who is deleted takes all sessions along."""
        self.write(lambda tx: tx.users.delete(user()))
        self.assertEqual(self.there.rows("SELECT count(*) FROM sessions"), [(0,)])

    def test_forgotten(self) -> None:
        """Sessions that are unused or too old are deleted, a part at a time."""
        self.write(
            lambda tx: tx.sessions.add(
                replace(SESSION, id="s-2", secret_hash="two", used_at_ms=4_500)
            )
        )
        self.write(
            lambda tx: tx.sessions.add(
                replace(SESSION, id="s-3", secret_hash="three", created_at_ms=4_500)
            )
        )
        forgotten = self.write(lambda tx: tx.sessions.forget(3_001, 4_001, 10))
        self.assertEqual(forgotten, 0)
        self.assertEqual(self.write(lambda tx: tx.sessions.forget(3_000, 4_000, 1)), 1)
        self.assertEqual(self.left(), ["s-2", "s-3"])
        self.assertEqual(self.write(lambda tx: tx.sessions.forget(3_000, 4_000, 9)), 2)
        self.assertEqual(self.left(), [])
