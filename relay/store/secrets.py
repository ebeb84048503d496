"""Secrets that the processes on one store share."""

from sqlalchemy import Connection, insert, select

from relay.store.schema import secrets


class Secrets:
    """Shared secrets within one transaction.

    :param now_ms: the instant of the transaction.
    """

    def __init__(self, connection: Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms

    def find_or_add(self, name: str, value: str) -> str:
        """Return a secret; the first call adds it.

        :param value: added if there is no secret of that name.
        """
        kept = self._connection.scalar(
            select(secrets.c.value).where(secrets.c.name == name)
        )
        if kept is not None:
            return str(kept)
        self._connection.execute(
            insert(secrets).values(name=name, value=value, created_at_ms=self._now_ms)
        )
        return value
