"""The applications that consume APIs."""

from dataclasses import replace

from sqlalchemy import Connection, insert, select, update

from relay.model.consumers.records import ApplicationRecord
from relay.store.changes import SUBSCRIPTION, Changes
from relay.store.errors import StoreError
from relay.store.schema import applications, row_of, subscriptions
from relay.store.tables.audits import Audits

_RECORD = [column for column in applications.c if column.name != "row"]


class Applications:
    """Applications within one transaction; they are archived, never deleted.

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

    def get(self, id: str) -> ApplicationRecord | None:
        """
        :param id: of the application.
        """
        row = self._connection.execute(
            select(*_RECORD).where(applications.c.id == id)
        ).one_or_none()
        return None if row is None else ApplicationRecord(**row._asdict())

    def list(self) -> list[ApplicationRecord]:
        """
        :returns: all applications, the one created first in front.
        """
        rows = self._connection.execute(select(*_RECORD).order_by(applications.c.row))
        return [ApplicationRecord(**row._asdict()) for row in rows]

    def add(self, record: ApplicationRecord) -> None:
        """
        :param record: a new application, stored as it is.
        """
        self._connection.execute(insert(applications).values(row_of(record)))
        self._note("CREATED", None, record)

    def save(self, record: ApplicationRecord) -> ApplicationRecord:
        """Replace an application, and tell the gateways for each of its subscriptions.

        :param record: what to store. Its ``updated_at_ms`` is replaced by an instant
            later than the stored one, even when the clock stands still or goes back.
        :returns: the record as it was stored.
        :raises StoreError: when there is no such application.
        """
        here = applications.c.id == record.id
        stored = self.get(record.id)
        if stored is None:
            raise StoreError(f"application {record.id} is not in the store")
        saved = replace(
            record, updated_at_ms=max(self._now_ms, stored.updated_at_ms + 1)
        )
        self._connection.execute(update(applications).where(here).values(row_of(saved)))
        self.touch(record.id)
        event = saved.status if saved.status != stored.status else "UPDATED"
        self._note(event, stored, saved)
        return saved

    def touch(self, id: str) -> None:
        """Tell the gateways that its subscriptions may differ from now on.

        :param id: of the application.
        """
        for subscription_id in self._connection.scalars(
            select(subscriptions.c.id).where(subscriptions.c.application_id == id)
        ):
            self._changes.touch(SUBSCRIPTION + subscription_id)

    def _note(
        self, event: str, before: ApplicationRecord | None, after: ApplicationRecord
    ) -> None:
        name = str(after.definition.get("name", ""))
        target = {"type": "APPLICATION", "id": after.id, "name": name}
        self._audits.note(f"APPLICATION_{event}", target, _told(before), _told(after))


def _told(record: ApplicationRecord | None) -> dict[str, object]:
    if record is None:
        return {}
    return {
        **record.definition,
        "apiKeyMode": record.api_key_mode,
        "status": record.status,
    }
