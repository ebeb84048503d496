"""The progress of deliveries, and events that could not be delivered."""

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.store.changes import SUBSCRIPTION, Changes
from relay.store.columns import row_of
from relay.store.delivery_schema import dead_letters, deliveries

_LETTER = [column for column in dead_letters.c if column.name != "row"]


class Deliveries:
    """Deliveries within one transaction.

    :param changes: where replays are announced to the gateways.
    """

    def __init__(self, connection: Connection, changes: Changes) -> None:
        self._connection = connection
        self._changes = changes

    def get(self, subscription_id: str) -> DeliveryState | None:
        """Return the progress of a subscription; None before its delivery has begun."""
        where = deliveries.c.subscription_id == subscription_id
        row = self._connection.execute(select(deliveries).where(where)).one_or_none()
        return None if row is None else DeliveryState(**row._asdict())

    def put(self, state: DeliveryState) -> None:
        """Store the progress of a subscription."""
        where = deliveries.c.subscription_id == state.subscription_id
        values = row_of(state)
        if not self._connection.execute(
            update(deliveries).where(where).values(values)
        ).rowcount:
            self._connection.execute(insert(deliveries).values(values))

    def count(self, subscription_id: str) -> int:
        """Return the number of dead letters of a subscription."""
        return self._letters_in(_of(subscription_id))

    def dead_letter(self, letter: DeadLetter) -> None:
        """Store an event that could not be delivered, in the place of the letter of its
        id."""
        where, values = dead_letters.c.id == letter.id, row_of(letter)
        if not self._connection.execute(
            update(dead_letters).where(where).values(values)
        ).rowcount:
            self._connection.execute(insert(dead_letters).values(values))

    def letters(
        self, subscription_id: str, skip: int, most: int
    ) -> tuple[list[DeadLetter], int]:
        """
        Return dead letters of a subscription, the oldest first.

        :param skip: how many to pass over.
        :param most: how many to return.
        :returns: the letters, and how many there are in all.
        """
        where = _of(subscription_id)
        return self._find(where, most, skip), self._letters_in(where)

    def letter(self, subscription_id: str, id: str) -> DeadLetter | None:
        """Return a dead letter of the subscription, or None."""
        found = self._find(_of(subscription_id) & (dead_letters.c.id == id), 1)
        return found[0] if found else None

    def next_replay(self, subscription_id: str) -> DeadLetter | None:
        """Return the oldest letter of a subscription that is to be sent again, or None.
        Return the oldest letter of a subscription that is to be sent again, or None."""
        found = self._find(_of(subscription_id) & dead_letters.c.replay, 1)
        return found[0] if found else None

    def replay(self, subscription_id: str, id: str | None = None) -> int:
        """Mark letters of a subscription to be sent again.

        :param id: of one letter; None for all.
        :returns: how many letters there are.
        """
        where = _of(subscription_id)
        if id is not None:
            where &= dead_letters.c.id == id
        found = self._connection.execute(
            update(dead_letters).where(where).values(replay=True)
        ).rowcount
        self._changes.touch(SUBSCRIPTION + subscription_id)
        return found

    def delete(self, subscription_id: str, id: str | None = None) -> int:
        """Delete letters of a subscription.

        :param id: of one letter; None for all.
        :returns: how many letters there were.
        """
        where = _of(subscription_id)
        if id is not None:
            where &= dead_letters.c.id == id
        return self._connection.execute(delete(dead_letters).where(where)).rowcount

    def _find(
        self, where: ColumnElement[bool], most: int, skip: int = 0
    ) -> list[DeadLetter]:
        rows = self._connection.execute(
            select(*_LETTER)
            .where(where)
            .order_by(dead_letters.c.row)
            .offset(skip)
            .limit(most)
        )
        return [DeadLetter(**row._asdict()) for row in rows]

    def _letters_in(self, where: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(dead_letters).where(where)
        return self._connection.scalar(query) or 0


def _of(subscription_id: str) -> ColumnElement[bool]:
    return dead_letters.c.subscription_id == subscription_id
