"""The table of the change feed: the subjects of changes in the order of commits."""

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from relay.store.schema import changes

KEPT = 10_000
"""How many changes are kept; a reader that is further behind reloads everything."""


SUBSCRIPTION = "subscription:"
"""The prefix of the id of a subscription."""


class Since(NamedTuple):
    """The changes after a position."""

    position: int
    """The position of the newest change."""
    subjects: frozenset[str] | None
    """What was changed: ids of APIs, and ids of subscriptions behind
    :data:`SUBSCRIPTION`; ``None`` when these changes are no longer in the table."""


class Changes:
    """The rows of the feed.

    Writers are serialised, so a smaller ``seq`` was committed earlier, and a reader
    that has read one row has read all rows before it.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.touched = False

    def touch(self, subject: str) -> None:
        """Announce a change to the gateways.

        :param subject: the id of an API or, behind :data:`SUBSCRIPTION`, of a
            subscription. It need not exist any more.
        """
        result = self._connection.execute(insert(changes).values(subject=subject))
        assert result.inserted_primary_key is not None
        newest = result.inserted_primary_key[0]
        self._connection.execute(delete(changes).where(changes.c.seq <= newest - KEPT))
        self.touched = True

    def position(self) -> int:
        """Return the ``seq`` of the newest change, 0 before the first."""
        newest: int | None = self._connection.scalar(select(func.max(changes.c.seq)))
        return newest or 0

    def since(self, position: int | None) -> Since:
        """
        Return the changes after a position.

        :param position: a result of :meth:`position` or of this method; None when
            nothing is known yet.
        """
        newest = self.position()
        if position is None:
            return Since(newest, None)
        # A position ahead of the newest change: an earlier state of the database was
        # restored.
        if position > newest or position < newest - KEPT:
            return Since(newest, None)
        if position == newest:
            return Since(newest, frozenset())
        rows = self._connection.scalars(
            select(changes.c.subject).distinct().where(changes.c.seq > position)
        )
        return Since(newest, frozenset(rows))
