"""Secrets that the processes on one store share."""

from sqlalchemy import Connection, insert, select

from relay.store.schema import secrets


class Secrets:
    """Shared secrets within one transaction.

    :param connection: the transaction's.
    :param now_ms: the instant of the transaction.
    """

    def __init__(self, connection: Connection, now_ms: int) -> None:
        self._connection = connection
        self._now_ms = now_ms

    def find_or_add(self, name: str, value: str) -> str:
        """Return a secret; it is created when it is first asked for, and kept.

        :param name: which one.
        :param value: a new one, kept if there is none of the name.
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
