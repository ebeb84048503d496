"""The APIs as their publishers last saved them."""

from collections.abc import Sequence

from sqlalchemy import Connection, delete

from relay.model.records import ApiRecord
from relay.store.changes import Changes
from relay.store.schema import apis
from relay.store.tables.api_index import ApiIndex
from relay.store.tables.audits import Audits
from relay.store.tables.identified import IdentifiedTable
from relay.store.tables.record_table import status_event

AT_ONCE = 500
"""How many ids one statement names."""


class Apis(IdentifiedTable[ApiRecord]):
    """APIs within one transaction; a changed ``state`` is announced to the gateways.

    :param now_ms: the instant of the transaction.
    :param changes: where changes are announced to the gateways.
    :param index: the names and paths that APIs are found by.
    """

    noun = "API"
    table = apis
    record = ApiRecord
    order = (apis.c.row,)

    def __init__(
        self,
        connection: Connection,
        now_ms: int,
        audits: Audits,
        changes: Changes,
        index: ApiIndex,
    ) -> None:
        super().__init__(connection, now_ms, audits)
        self._changes = changes
        self._index = index

    def get(self, id: str) -> ApiRecord | None:
        """Return an API, or ``None``."""
        return self._one(apis.c.id == id)

    def list(self, ids: Sequence[str] | None = None) -> list[ApiRecord]:
        """
        Return APIs.

        :param ids: of APIs; ``None`` for all.
        :returns: those that exist, in the order of the ids; all of them in the order of
            their creation.
        """
        if ids is None:
            return self._find()
        found: dict[str, ApiRecord] = {}
        for at in range(0, len(ids), AT_ONCE):
            some = self._find(apis.c.id.in_(ids[at : at + AT_ONCE]))
            found |= {record.id: record for record in some}
        return [found[id] for id in ids if id in found]

    def delete(self, id: str) -> None:
        """Delete an API, if it exists, with its plans and deployments, and announce it.
        Delete an API, if it exists, with its plans and deployments, and announce it."""
        stored = self.get(id)
        if stored is not None:
            self._connection.execute(delete(apis).where(apis.c.id == id))
            self._changes.touch(id)
            self._note("DELETED", stored, None)

    def _changed(self, before: ApiRecord | None, after: ApiRecord) -> None:
        self._index.put(
            after.id,
            after.definition,
            after.hrid,
            after.state,
            after.lifecycle_state,
            after.visibility,
        )
        if before is not None and before.state != after.state:
            self._changes.touch(after.id)

    def _event(self, before: ApiRecord, after: ApiRecord) -> str:
        # API_STARTED, API_STOPPED
        return status_event(before.state, after.state)

    def _audited(self, record: ApiRecord) -> dict[str, object]:
        return {
            **record.definition,
            "hrid": record.hrid,
            "state": record.state,
            "lifecycleState": record.lifecycle_state,
            "visibility": record.visibility,
        }

    def _api_id(self, record: ApiRecord) -> str:
        return record.id
