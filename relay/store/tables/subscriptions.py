"""The subscriptions of applications to APIs."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, insert, select, update

from relay.model.consumers.records import OPEN, SubscriptionRecord
from relay.store.changes import SUBSCRIPTION, Changes
from relay.store.errors import StoreError
from relay.store.schema import row_of, subscriptions
from relay.store.tables.audits import Audits

_RECORD = [column for column in subscriptions.c if column.name != "row"]


class Subscriptions:
    """Subscriptions within one transaction; each change is told to the gateways.

    :param connection: the transaction's.
    :param changes: where changes of what gateways know are announced.
    :param now_ms: the instant of the transaction.
    :param audits: where changes are told to people.
    """

    def __init__(
        self, connection: Connection, changes: Changes, now_ms: int, audits: Audits
    ) -> None:
        self._audits = audits
        self._connection = connection
        self._changes = changes
        self._now_ms = now_ms

    def get(self, api_id: str, id: str) -> SubscriptionRecord | None:
        """
        :param api_id: the API that it must be to.
        :param id: of the subscription.
        """
        found = self._find(subscriptions.c.api_id == api_id, subscriptions.c.id == id)
        return found[0] if found else None

    def of_api(self, api_id: str) -> list[SubscriptionRecord]:
        """
        :param api_id: the API whose subscriptions are wanted.
        :returns: them, the one created last in front.
        """
        return self._find(subscriptions.c.api_id == api_id)

    def of_application(self, application_id: str) -> list[SubscriptionRecord]:
        """
        :param application_id: the application whose subscriptions are wanted.
        :returns: them, the one created last in front.
        """
        return self._find(subscriptions.c.application_id == application_id)

    def open_of_plan(self, plan_id: str) -> list[SubscriptionRecord]:
        """
        :param plan_id: the plan whose subscriptions are wanted.
        :returns: those that are not over, the one created last in front.
        """
        return self._find(
            subscriptions.c.plan_id == plan_id, subscriptions.c.status.in_(OPEN)
        )

    def add(self, record: SubscriptionRecord) -> None:
        """
        :param record: a new subscription, stored as it is.
        """
        self._connection.execute(insert(subscriptions).values(row_of(record)))
        self._changes.touch(SUBSCRIPTION + record.id)
        self._note("CREATED", None, record)

    def save(self, record: SubscriptionRecord) -> SubscriptionRecord:
        """Replace a subscription.

        :param record: what to store. Its ``updated_at_ms`` is replaced by an instant
            later than the stored one, even when the clock stands still or goes back.
        :returns: the record as it was stored.
        :raises StoreError: when the API has no such subscription.
        """
        here = (subscriptions.c.api_id == record.api_id) & (
            subscriptions.c.id == record.id
        )
        stored = self.get(record.api_id, record.id)
        if stored is None:
            raise StoreError(f"subscription {record.id} is not in the store")
        saved = replace(
            record, updated_at_ms=max(self._now_ms, stored.updated_at_ms + 1)
        )
        self._connection.execute(
            update(subscriptions).where(here).values(row_of(saved))
        )
        self._changes.touch(SUBSCRIPTION + record.id)
        # SUBSCRIPTION_ACCEPTED, SUBSCRIPTION_PAUSED, SUBSCRIPTION_CLOSED, ...
        event: str = saved.status if saved.status != stored.status else "UPDATED"
        if saved.consumer_status == "FAILURE" != stored.consumer_status:
            event = "FAILED"
        self._note(event, stored, saved)
        return saved

    def announce(self, records: Iterable[SubscriptionRecord]) -> None:
        """Tell the gateways of subscriptions that are about to go with their API.

        :param records: the subscriptions.
        """
        for record in records:
            self._changes.touch(SUBSCRIPTION + record.id)

    def _note(
        self, event: str, before: SubscriptionRecord | None, after: SubscriptionRecord
    ) -> None:
        target = {"type": "SUBSCRIPTION", "id": after.id, "name": ""}
        self._audits.note(
            f"SUBSCRIPTION_{event}", target, _told(before), _told(after), after.api_id
        )

    def _find(self, *conditions: ColumnElement[bool]) -> list[SubscriptionRecord]:
        rows = self._connection.execute(
            select(*_RECORD).where(*conditions).order_by(subscriptions.c.row.desc())
        )
        return [SubscriptionRecord(**row._asdict()) for row in rows]


def _told(record: SubscriptionRecord | None) -> dict[str, object]:
    if record is None:
        return {}
    return {
        "application": record.application_id,
        "plan": record.plan_id,
        "status": record.status,
        "consumerMessage": record.consumer_message,
        "publisherMessage": record.publisher_message,
        "metadata": record.metadata,
        "startingAt": record.starting_at_ms,
        "endingAt": record.ending_at_ms,
        "consumerConfiguration": record.consumer_configuration,
        "consumerStatus": record.consumer_status,
        "failureCause": record.failure_cause,
    }
