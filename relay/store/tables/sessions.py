"""Sessions of the console, of which only hashes are stored."""

from sqlalchemy import delete, or_, select, update

from relay.model.records import SessionRecord
from relay.store.schema import sessions
from relay.store.tables.record_table import RecordTable


class Sessions(RecordTable[SessionRecord]):
    """Sessions within one transaction."""

    noun = "session"
    table = sessions
    record = SessionRecord
    order = (sessions.c.row,)

    def find(self, secret_hash: str) -> SessionRecord | None:
        """Return the session with a SHA-256 hash, in hexadecimal, or None."""
        return self._one(sessions.c.secret_hash == secret_hash)

    def list(self, user: str) -> list[SessionRecord]:
        """Return the sessions of a user, by name, in the order of the sign-ins."""
        return self._find(sessions.c.user == user)

    def use(self, id: str, at_ms: int) -> None:
        """Store when a session was used."""
        self._connection.execute(
            update(sessions).where(sessions.c.id == id).values(used_at_ms=at_ms)
        )

    def end(self, record: SessionRecord) -> None:
        """End a session: delete it."""
        gone = self._connection.execute(delete(sessions).where(*self._place(record)))
        if gone.rowcount:
            self._note("ENDED", record, None)

    def end_all(self, user: str) -> None:
        """End all sessions of a user, by name."""
        for record in self.list(user):
            self.end(record)

    def forget(self, idle_ms: int, longest_ms: int, most: int) -> int:
        """
        Delete expired sessions, without entries in the audit trail.

        :param idle_ms: how long a session may be unused.
        :param longest_ms: how long a session may last.
        :param most: how many sessions to delete, the oldest first.
        :returns: how many sessions were deleted.
        """
        expired = (
            select(sessions.c.row)
            .where(
                or_(
                    sessions.c.used_at_ms <= self._now_ms - idle_ms,
                    sessions.c.created_at_ms <= self._now_ms - longest_ms,
                )
            )
            .order_by(sessions.c.row)
            .limit(most)
        )
        rows = self._connection.scalars(expired).all()
        self._connection.execute(delete(sessions).where(sessions.c.row.in_(rows)))
        return len(rows)

    def _name(self, record: SessionRecord) -> str:
        return record.user

    def _audited(self, record: SessionRecord) -> dict[str, object]:
        return {"user": record.user}
