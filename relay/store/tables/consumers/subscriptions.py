"""The subscriptions of applications to APIs."""

from collections.abc import Iterable

from sqlalchemy import Connection

from relay.model.consumers.records import OPEN, SubscriptionRecord
from relay.store.changes import SUBSCRIPTION, Changes
from relay.store.schema import open_subscriptions, subscriptions
from relay.store.tables.audits import Audits
from relay.store.tables.identified import IdentifiedTable
from relay.store.tables.record_table import status_event


class Subscriptions(IdentifiedTable[SubscriptionRecord]):
    """Subscriptions within one transaction; each change is announced to the gateways.

    Lists begin with the subscription that was created last.

    :param now_ms: the instant of the transaction.
    :param changes: where changes are announced to the gateways.
    """

    noun = "subscription"
    table = subscriptions
    record = SubscriptionRecord
    key = ("api_id", "id")
    order = (subscriptions.c.row.desc(),)
    parent = "api_id"
    holders = (open_subscriptions,)

    def __init__(
        self, connection: Connection, now_ms: int, audits: Audits, changes: Changes
    ) -> None:
        super().__init__(connection, now_ms, audits)
        self._changes = changes

    def get(self, api_id: str, id: str) -> SubscriptionRecord | None:
        """Return a subscription to the API, or ``None``."""
        return self._one(subscriptions.c.api_id == api_id, subscriptions.c.id == id)

    def of_api(self, api_id: str) -> list[SubscriptionRecord]:
        """Return all subscriptions to an API."""
        return self._find(subscriptions.c.api_id == api_id)

    def of_application(self, application_id: str) -> list[SubscriptionRecord]:
        """Return all subscriptions of an application."""
        return self._find(subscriptions.c.application_id == application_id)

    def open_of_plan(self, plan_id: str) -> list[SubscriptionRecord]:
        """Return the subscriptions to a plan that are neither rejected nor closed."""
        return self._find(
            subscriptions.c.plan_id == plan_id, subscriptions.c.status.in_(OPEN)
        )

    def announce(self, records: Iterable[SubscriptionRecord]) -> None:
        """Announce subscriptions that are about to be deleted with their API."""
        for record in records:
            self._changes.touch(SUBSCRIPTION + record.id)

    def _changed(
        self, before: SubscriptionRecord | None, after: SubscriptionRecord
    ) -> None:
        self._changes.touch(SUBSCRIPTION + after.id)

    def _event(self, before: SubscriptionRecord, after: SubscriptionRecord) -> str:
        if after.consumer_status == "FAILURE" != before.consumer_status:
            return "FAILED"
        # SUBSCRIPTION_ACCEPTED, SUBSCRIPTION_PAUSED, SUBSCRIPTION_CLOSED, ...
        return status_event(before.status, after.status)

    def _name(self, record: SubscriptionRecord) -> str:
        return ""

    def _audited(self, record: SubscriptionRecord) -> dict[str, object]:
        return {
            "application": record.application_id,
            "plan": record.plan_id,
            "hrid": record.hrid,
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
