"""How far deliveries are, and what could not be delivered."""

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from relay.model.consumers.deliveries import DeadLetter, DeliveryState
from relay.store.changes import SUBSCRIPTION, Changes
from relay.store.schema import dead_letters, deliveries, row_of

_LETTER = [column for column in dead_letters.c if column.name != "row"]


class Deliveries:
    """Deliveries within one transaction.

    :param connection: the transaction's.
    :param changes: where it is announced that something is to be sent again.
    """

    def __init__(self, connection: Connection, changes: Changes) -> None:
        self._connection = connection
        self._changes = changes

    def get(self, subscription_id: str) -> DeliveryState | None:
        """
        :param subscription_id: the subscription.
        :returns: how far it is; None before it was begun.
        """
        where = deliveries.c.subscription_id == subscription_id
        row = self._connection.execute(select(deliveries).where(where)).one_or_none()
        return None if row is None else DeliveryState(**row._asdict())

    def put(self, state: DeliveryState) -> None:
        """Keep how far a subscription is.

        :param state: in the place of the one before.
        """
        where = deliveries.c.subscription_id == state.subscription_id
        values = row_of(state)
        if not self._connection.execute(
            update(deliveries).where(where).values(values)
        ).rowcount:
            self._connection.execute(insert(deliveries).values(values))

    def count(self, subscription_id: str) -> int:
        """
        :param subscription_id: the subscription.
        :returns: how many dead letters it has.
        """
        return self._letters_in(_of(subscription_id))

    def dead_letter(self, letter: DeadLetter) -> None:
        """Keep an event that could not be delivered.

        :param letter: in the place of the one with its id, if there is one.
        """
        where, values = dead_letters.c.id == letter.id, row_of(letter)
        if not self._connection.execute(
            update(dead_letters).where(where).values(values)
        ).rowcount:
            self._connection.execute(insert(dead_letters).values(values))

    def letters(
        self, subscription_id: str, skip: int, most: int
    ) -> tuple[list[DeadLetter], int]:
        """
        :param subscription_id: the subscription.
        :param skip: how many to pass over.
        :param most: how many to give.
        :returns: those asked for, the oldest first, and how many there are in all.
        """
        where = _of(subscription_id)
        return self._find(where, most, skip), self._letters_in(where)

    def letter(self, subscription_id: str, id: str) -> DeadLetter | None:
        """
        :param subscription_id: the subscription that it must be of.
        :param id: of the letter.
        """
        found = self._find(_of(subscription_id) & (dead_letters.c.id == id), 1)
        return found[0] if found else None

    def next_replay(self, subscription_id: str) -> DeadLetter | None:
        """
        :param subscription_id: the subscription.
        :returns: the oldest of its letters that somebody wants sent again.
        """
        found = self._find(_of(subscription_id) & dead_letters.c.replay, 1)
        return found[0] if found else None

    def replay(self, subscription_id: str, id: str | None = None) -> int:
        """Have letters sent again.

        :param subscription_id: the subscription that they are of.
        :param id: of one letter; None for all.
        :returns: how many there are.
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
        """Forget letters.

        :param subscription_id: the subscription that they are of.
        :param id: of one letter; None for all.
        :returns: how many there were.
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
