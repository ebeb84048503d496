"""The users of the management API."""

from dataclasses import replace

from sqlalchemy import Connection, delete

from relay.model.records import UserRecord
from relay.store.schema import users
from relay.store.tables.audits import Audits
from relay.store.tables.record_table import VersionedTable
from relay.store.tables.sessions import Sessions


class Users(VersionedTable[UserRecord]):
    """Users within one transaction.

    A change of the password or of the role ends all sessions of its user.

    :param now_ms: the instant of the transaction.
    """

    noun = "user"
    table = users
    record = UserRecord
    key = ("name",)
    order = (users.c.name,)

    def __init__(
        self, connection: Connection, now_ms: int, audits: Audits, sessions: Sessions
    ) -> None:
        super().__init__(connection, now_ms, audits)
        self._sessions = sessions

    def get(self, name: str) -> UserRecord | None:
        """Return the user of that name, or ``None``."""
        return self._one(users.c.name == name)

    def list(self) -> list[UserRecord]:
        """Return all users, sorted by name."""
        return self._find()

    def put(self, record: UserRecord) -> UserRecord:
        """Add a user, or replace the user of that name.

        :param record: what to store. A new user gets the instant of the transaction as
            ``created_at_ms`` and ``updated_at_ms``; a stored ``created_at_ms`` stays.
        :returns: the record as it was stored.
        """
        stored = self.get(record.name)
        if stored is not None:
            if (stored.password_hash, stored.role) != (
                record.password_hash,
                record.role,
            ):
                self._sessions.end_all(record.name)
            return self.save(replace(record, created_at_ms=stored.created_at_ms))
        added = replace(record, created_at_ms=self._now_ms, updated_at_ms=self._now_ms)
        self.add(added)
        return added

    def rehash(self, record: UserRecord) -> UserRecord:
        """Store another hash of the same password.

        :param record: of a user that exists.
        :returns: the record as it was stored.
        """
        return self.save(record)

    def delete(self, record: UserRecord) -> None:
        """Delete a user, if it exists, with all tokens and sessions."""
        gone = self._connection.execute(delete(users).where(*self._place(record)))
        if gone.rowcount:
            self._note("DELETED", record, None)

    def _name(self, record: UserRecord) -> str:
        return record.name

    def _audited(self, record: UserRecord) -> dict[str, object]:
        return {
            "name": record.name,
            "role": record.role,
            "password": record.password_hash,
        }
