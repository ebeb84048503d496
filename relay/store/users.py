"""Who may log in to the management API."""

from dataclasses import replace

from sqlalchemy import Connection, insert, select, update

from relay.model.records import UserRecord
from relay.store.schema import row_of, users


class Users:
    """Users within one transaction.

    :param connection: the transaction's.
    :param now_ms: the instant of the transaction.
    """

    def __init__(self, connection: Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms

    def get(self, name: str) -> UserRecord | None:
        """
        :param name: of the user.
        """
        row = self._connection.execute(
            select(users).where(users.c.name == name)
        ).one_or_none()
        return None if row is None else UserRecord(**row._asdict())

    def put(self, record: UserRecord) -> UserRecord:
        """Add a user or replace the one of that name.

        :param record: what to store. Its ``updated_at_ms`` becomes now, or an instant
            later than the stored one when the clock stands still or goes back.
        :returns: the record as it was stored.
        """
        stored = self.get(record.name)
        if stored is None:
            saved = replace(record, updated_at_ms=self._now_ms)
            self._connection.execute(insert(users).values(row_of(saved)))
        else:
            saved = replace(
                record, updated_at_ms=max(self._now_ms, stored.updated_at_ms + 1)
            )
            self._connection.execute(
                update(users).where(users.c.name == saved.name).values(row_of(saved))
            )
        return saved
