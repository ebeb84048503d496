"""The API keys of subscriptions, and those that applications share among theirs."""

from sqlalchemy import Connection, select, update

from relay.model.consumers.records import ApiKeyRecord, SubscriptionRecord
from relay.store.changes import SUBSCRIPTION, Changes
from relay.store.schema import api_keys, subscriptions
from relay.store.tables.audits import Audits
from relay.store.tables.consumers.applications import Applications
from relay.store.tables.record_table import VersionedTable


class ApiKeys(VersionedTable[ApiKeyRecord]):
    """API keys within one transaction; each change is announced to the gateways.

    Lists begin with the newest key.

    :param now_ms: the instant of the transaction.
    :param changes: where changes are announced to the gateways.
    :param applications: of the same transaction.
    """

    noun = "API key"
    table = api_keys
    record = ApiKeyRecord
    order = (api_keys.c.row.desc(),)

    def __init__(
        self,
        connection: Connection,
        now_ms: int,
        audits: Audits,
        changes: Changes,
        applications: Applications,
    ) -> None:
        super().__init__(connection, now_ms, audits)
        self._changes = changes
        self._applications = applications

    def of_subscription(self, subscription_id: str) -> list[ApiKeyRecord]:
        """Return the keys of a subscription, without those that it shares."""
        return self._find(api_keys.c.subscription_id == subscription_id)

    def shared(self, application_id: str) -> list[ApiKeyRecord]:
        """Return the keys that the subscriptions of an application share."""
        return self._find(
            api_keys.c.application_id == application_id,
            api_keys.c.subscription_id.is_(None),
        )

    def taken(self, digest: str) -> bool:
        """Return whether a subscription has the key with a digest, revoked or not."""
        return bool(self._find(api_keys.c.digest == digest))

    def subscriptions_with(self, digest: str) -> frozenset[str]:
        """Return the ids of the subscriptions that have the key with a digest."""
        own = select(api_keys.c.subscription_id).where(api_keys.c.digest == digest)
        shared = (
            select(subscriptions.c.id)
            .join(api_keys, api_keys.c.application_id == subscriptions.c.application_id)
            .where(api_keys.c.digest == digest, api_keys.c.subscription_id.is_(None))
        )
        found = {*self._connection.scalars(own), *self._connection.scalars(shared)}
        return frozenset(found - {None})

    def share(self, subscription: SubscriptionRecord) -> None:
        """Turn the keys of a subscription into keys that its application shares.

        :param subscription: the only one of its application that has keys.
        """
        self._connection.execute(
            update(api_keys)
            .where(api_keys.c.subscription_id == subscription.id)
            .values(subscription_id=None)
        )
        self._applications.touch(subscription.application_id)

    def _changed(self, before: ApiKeyRecord | None, after: ApiKeyRecord) -> None:
        if after.subscription_id is None:
            self._applications.touch(after.application_id)
        else:
            self._changes.touch(SUBSCRIPTION + after.subscription_id)

    def _event(self, before: ApiKeyRecord, after: ApiKeyRecord) -> str:
        if (before.revoked_at_ms is None) == (after.revoked_at_ms is None):
            return "UPDATED"
        return "REACTIVATED" if after.revoked_at_ms is None else "REVOKED"

    def _name(self, record: ApiKeyRecord) -> str:
        return record.hint

    def _api_id(self, record: ApiKeyRecord) -> str | None:
        if record.subscription_id is None:
            return None
        api_id: str | None = self._connection.scalar(
            select(subscriptions.c.api_id).where(
                subscriptions.c.id == record.subscription_id
            )
        )
        return api_id

    def _audited(self, record: ApiKeyRecord) -> dict[str, object]:
        return {
            "application": record.application_id,
            "subscription": record.subscription_id,
            "expireAt": record.expire_at_ms,
            "revokedAt": record.revoked_at_ms,
        }
