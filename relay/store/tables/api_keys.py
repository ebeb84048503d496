"""The API keys of subscriptions, and those that an application's share."""

from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, insert, select, update

from relay.model.consumers.records import ApiKeyRecord, SubscriptionRecord
from relay.store.changes import SUBSCRIPTION, Changes
from relay.store.errors import StoreError
from relay.store.schema import api_keys, row_of, subscriptions
from relay.store.tables.applications import Applications
from relay.store.tables.audits import Audits

_RECORD = [column for column in api_keys.c if column.name != "row"]


class ApiKeys:
    """API keys within one transaction; each change is told to the gateways.

    :param connection: the transaction's.
    :param changes: where changes of what gateways know are announced.
    :param applications: the transaction's.
    :param now_ms: the instant of the transaction.
    :param audits: where changes are told to people.
    """

    def __init__(
        self,
        connection: Connection,
        changes: Changes,
        applications: Applications,
        now_ms: int,
        audits: Audits,
    ) -> None:
        self._audits = audits
        self._connection = connection
        self._changes = changes
        self._applications = applications
        self._now_ms = now_ms

    def of_subscription(self, subscription_id: str) -> list[ApiKeyRecord]:
        """
        :param subscription_id: the subscription whose own keys are wanted.
        :returns: them, the newest in front.
        """
        return self._find(api_keys.c.subscription_id == subscription_id)

    def shared(self, application_id: str) -> list[ApiKeyRecord]:
        """
        :param application_id: the application whose shared keys are wanted.
        :returns: them, the newest in front.
        """
        return self._find(
            api_keys.c.application_id == application_id,
            api_keys.c.subscription_id.is_(None),
        )

    def taken(self, digest: str) -> bool:
        """
        :param digest: of a key.
        :returns: whether any subscription has it, revoked or not.
        """
        return bool(self._find(api_keys.c.digest == digest))

    def subscriptions_with(self, digest: str) -> frozenset[str]:
        """
        :param digest: of a key.
        :returns: the ids of the subscriptions that have it.
        """
        own = select(api_keys.c.subscription_id).where(api_keys.c.digest == digest)
        shared = (
            select(subscriptions.c.id)
            .join(api_keys, api_keys.c.application_id == subscriptions.c.application_id)
            .where(api_keys.c.digest == digest, api_keys.c.subscription_id.is_(None))
        )
        found = {*self._connection.scalars(own), *self._connection.scalars(shared)}
        return frozenset(found - {None})

    def add(self, record: ApiKeyRecord) -> None:
        """
        :param record: a new key, stored as it is.
        """
        self._connection.execute(insert(api_keys).values(row_of(record)))
        self._touch(record)
        self._note("CREATED", None, record)

    def save(self, record: ApiKeyRecord) -> ApiKeyRecord:
        """Replace a key.

        :param record: what to store. Its ``updated_at_ms`` is replaced by an instant
            later than the stored one, even when the clock stands still or goes back.
        :returns: the record as it was stored.
        :raises StoreError: when there is no such key.
        """
        here = api_keys.c.id == record.id
        found = self._find(here)
        if not found:
            raise StoreError(f"API key {record.id} is not in the store")
        (stored,) = found
        saved = replace(
            record, updated_at_ms=max(self._now_ms, stored.updated_at_ms + 1)
        )
        self._connection.execute(update(api_keys).where(here).values(row_of(saved)))
        self._touch(saved)
        event = "UPDATED"
        if (saved.revoked_at_ms is None) != (stored.revoked_at_ms is None):
            event = "REACTIVATED" if saved.revoked_at_ms is None else "REVOKED"
        self._note(event, stored, saved)
        return saved

    def share(self, subscription: SubscriptionRecord) -> None:
        """Make the own keys of a subscription those that its application shares.

        :param subscription: the only one of its application that has keys.
        """
        self._connection.execute(
            update(api_keys)
            .where(api_keys.c.subscription_id == subscription.id)
            .values(subscription_id=None)
        )
        self._applications.touch(subscription.application_id)

    def _note(
        self, event: str, before: ApiKeyRecord | None, after: ApiKeyRecord
    ) -> None:
        api_id = None
        if after.subscription_id is not None:
            api_id = self._connection.scalar(
                select(subscriptions.c.api_id).where(
                    subscriptions.c.id == after.subscription_id
                )
            )
        target = {"type": "API_KEY", "id": after.id, "name": after.hint}
        self._audits.note(
            f"APIKEY_{event}", target, _told(before), _told(after), api_id
        )

    def _touch(self, record: ApiKeyRecord) -> None:
        if record.subscription_id is None:
            self._applications.touch(record.application_id)
        else:
            self._changes.touch(SUBSCRIPTION + record.subscription_id)

    def _find(self, *conditions: ColumnElement[bool]) -> list[ApiKeyRecord]:
        rows = self._connection.execute(
            select(*_RECORD).where(*conditions).order_by(api_keys.c.row.desc())
        )
        return [ApiKeyRecord(**row._asdict()) for row in rows]


def _told(record: ApiKeyRecord | None) -> dict[str, object]:
    if record is None:
        return {}
    return {
        "application": record.application_id,
        "subscription": record.subscription_id,
        "expireAt": record.expire_at_ms,
        "revokedAt": record.revoked_at_ms,
    }
