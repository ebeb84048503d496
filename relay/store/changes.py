"""The change feed's table: what was changed, in the order of the commits."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from relay.store.schema import changes

KEPT = 10_000
"""How many changes are kept; a reader that is further behind reloads everything."""


SUBSCRIPTION = "subscription:"
"""Stands before the id of a subscription."""


class Since(NamedTuple):
    """What happened after a position."""

    position: int
    """Where to go on reading."""
    subjects: frozenset[str] | None
    """What was changed meanwhile: ids of APIs, and of subscriptions behind
    :data:`SUBSCRIPTION`; ``None`` when it is no longer known what."""


class Changes:
    """The rows of the feed.

    Writers are serialised, hence a smaller ``seq`` was committed earlier and a reader
    that has seen one has seen all before it.

    :param connection: the transaction's.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.touched = False

    def touch(self, subject: str) -> None:
        """Announce that what gateways know of something may differ from now on.

        :param subject: the id of an API or, behind :data:`SUBSCRIPTION`, of a
            subscription. It need not exist any more.
        """
        result = self._connection.execute(insert(changes).values(subject=subject))
        assert result.inserted_primary_key is not None
        newest = result.inserted_primary_key[0]
        self._connection.execute(delete(changes).where(changes.c.seq <= newest - KEPT))
        self.touched = True

    def position(self) -> int:
        """
        :returns: the ``seq`` of the newest change, 0 before the first.
        """
        newest: int | None = self._connection.scalar(select(func.max(changes.c.seq)))
        return newest or 0

    def since(self, position: int) -> Since:
        """
        :param position: one that :meth:`position` or this method gave earlier.
        """
        newest = self.position()
        # A position ahead of the newest change: the database was put back to an
        # earlier state.
        if position > newest or position < newest - KEPT:
            return Since(newest, None)
        if position == newest:
            return Since(newest, frozenset())
        rows = self._connection.scalars(
            select(changes.c.subject).distinct().where(changes.c.seq > position)
        )
        return Since(newest, frozenset(rows))
