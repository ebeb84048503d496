"""The applications that consume APIs."""

from sqlalchemy import Connection, select

from relay.model.consumers.records import ApplicationRecord
from relay.store.changes import SUBSCRIPTION, Changes
from relay.store.schema import active_applications, applications, subscriptions
from relay.store.tables.audits import Audits
from relay.store.tables.identified import IdentifiedTable
from relay.store.tables.record_table import status_event


class Applications(IdentifiedTable[ApplicationRecord]):
    """Applications within one transaction; they are archived, never deleted.

    A saved application is announced to the gateways for each of its subscriptions.

    :param now_ms: the instant of the transaction.
    :param changes: where changes are announced to the gateways.
    """

    noun = "application"
    table = applications
    record = ApplicationRecord
    order = (applications.c.row,)
    holders = (active_applications,)

    def __init__(
        self, connection: Connection, now_ms: int, audits: Audits, changes: Changes
    ) -> None:
        super().__init__(connection, now_ms, audits)
        self._changes = changes

    def get(self, id: str) -> ApplicationRecord | None:
        """Return an application, or ``None``."""
        return self._one(applications.c.id == id)

    def list(self) -> list[ApplicationRecord]:
        """Return all applications in the order of their creation."""
        return self._find()

    def touch(self, id: str) -> None:
        """Announce the subscriptions of an application to the gateways."""
        for subscription_id in self._connection.scalars(
            select(subscriptions.c.id).where(subscriptions.c.application_id == id)
        ):
            self._changes.touch(SUBSCRIPTION + subscription_id)

    def _changed(
        self, before: ApplicationRecord | None, after: ApplicationRecord
    ) -> None:
        if before is not None:
            self.touch(after.id)

    def _event(self, before: ApplicationRecord, after: ApplicationRecord) -> str:
        return status_event(before.status, after.status)

    def _audited(self, record: ApplicationRecord) -> dict[str, object]:
        return {
            **record.definition,
            "hrid": record.hrid,
            "apiKeyMode": record.api_key_mode,
            "status": record.status,
        }
