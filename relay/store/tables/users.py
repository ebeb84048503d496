"""Who may log in to the management API."""

from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select, update

from relay.model.records import UserRecord
from relay.store.schema import row_of, users
from relay.store.tables.audits import Audits


class Users:
    """Users within one transaction.

    :param connection: the transaction's.
    :param now_ms: the instant of the transaction.
    :param audits: where changes are told.
    """

    def __init__(self, connection: Connection, now_ms: int, audits: Audits) -> None:
        self._connection = connection
        self._now_ms = now_ms
        self._audits = audits

    def get(self, name: str) -> UserRecord | None:
        """
        :param name: of the user.
        """
        row = self._connection.execute(
            select(users).where(users.c.name == name)
        ).one_or_none()
        return None if row is None else UserRecord(**row._asdict())

    def list(self) -> list[UserRecord]:
        """
        :returns: all users by name.
        """
        rows = self._connection.execute(select(users).order_by(users.c.name))
        return [UserRecord(**row._asdict()) for row in rows]

    def put(self, record: UserRecord) -> UserRecord:
        """Add a user or replace the one of that name.

        :param record: what to store. Its ``updated_at_ms`` becomes now, or an instant
            later than the stored one when the clock stands still or goes back; a
            stored ``created_at_ms`` stays.
        :returns: the record as it was stored.
        """
        stored = self.get(record.name)
        if stored is None:
            saved = replace(
                record, created_at_ms=self._now_ms, updated_at_ms=self._now_ms
            )
            self._connection.execute(insert(users).values(row_of(saved)))
            self._audits.note("USER_CREATED", _target(saved), {}, _told(saved))
        else:
            saved = replace(
                record,
                created_at_ms=stored.created_at_ms,
                updated_at_ms=max(self._now_ms, stored.updated_at_ms + 1),
            )
            self._connection.execute(
                update(users).where(users.c.name == saved.name).values(row_of(saved))
            )
            self._audits.note(
                "USER_UPDATED", _target(saved), _told(stored), _told(saved)
            )
        return saved

    def delete(self, record: UserRecord) -> None:
        """Delete a user with all tokens.

        :param record: of the user; one that is not there is left alone.
        """
        gone = self._connection.execute(
            delete(users).where(users.c.name == record.name)
        )
        if gone.rowcount:
            self._audits.note("USER_DELETED", _target(record), _told(record), {})


def _target(record: UserRecord) -> dict[str, str]:
    return {"type": "USER", "id": record.name, "name": record.name}


def _told(record: UserRecord) -> dict[str, object]:
    return {
        "name": record.name,
        "role": record.role,
        "password": record.password_hash,
    }
