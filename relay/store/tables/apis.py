"""The APIs as their publishers last saved them."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select, update

from relay.model.records import ApiRecord
from relay.store.changes import Changes
from relay.store.errors import StoreError
from relay.store.schema import apis, row_of
from relay.store.tables.api_index import ApiIndex
from relay.store.tables.audits import Audits

AT_ONCE = 500
"""How many ids one statement names."""
_RECORD = [column for column in apis.c if column.name != "row"]


class Apis:
    """APIs within one transaction.

    :param connection: the transaction's.
    :param changes: where changes of what is served are announced.
    :param now_ms: the instant of the transaction.
    :param audits: where changes are told.
    :param index: what lists and paths are found by.
    """

    def __init__(
        self,
        connection: Connection,
        changes: Changes,
        now_ms: int,
        audits: Audits,
        index: ApiIndex,
    ) -> None:
        self._audits = audits
        self._index = index
        self._connection = connection
        self._changes = changes
        self._now_ms = now_ms

    def get(self, id: str) -> ApiRecord | None:
        """
        :param id: of the API.
        """
        row = self._connection.execute(
            select(*_RECORD).where(apis.c.id == id)
        ).one_or_none()
        return None if row is None else ApiRecord(**row._asdict())

    def list(self, ids: Sequence[str] | None = None) -> list[ApiRecord]:
        """
        :param ids: of APIs; ``None`` for all.
        :returns: those that exist, in that order; all of them with the one created
            first in front.
        """
        if ids is None:
            rows = self._connection.execute(select(*_RECORD).order_by(apis.c.row))
            return [ApiRecord(**row._asdict()) for row in rows]
        found: dict[str, ApiRecord] = {}
        for at in range(0, len(ids), AT_ONCE):
            rows = self._connection.execute(
                select(*_RECORD).where(apis.c.id.in_(ids[at : at + AT_ONCE]))
            )
            found |= {row.id: ApiRecord(**row._asdict()) for row in rows}
        return [found[id] for id in ids if id in found]

    def add(self, record: ApiRecord) -> None:
        """
        :param record: a new API, stored as it is.
        """
        self._connection.execute(insert(apis).values(row_of(record)))
        self._put_in_index(record)
        self._note("API_CREATED", None, record)

    def save(self, record: ApiRecord) -> ApiRecord:
        """Replace an API; a changed ``state`` is announced to the gateways.

        :param record: what to store. Its ``updated_at_ms`` is replaced by an instant
            later than the stored one, even when the clock stands still or goes back.
        :returns: the record as it was stored.
        :raises StoreError: when there is no such API.
        """
        stored = self.get(record.id)
        if stored is None:
            raise StoreError(f"API {record.id} is not in the store")
        saved = replace(
            record, updated_at_ms=max(self._now_ms, stored.updated_at_ms + 1)
        )
        self._connection.execute(
            update(apis).where(apis.c.id == record.id).values(row_of(saved))
        )
        self._put_in_index(saved)
        if saved.state != stored.state:
            self._changes.touch(saved.id)
            self._note(f"API_{saved.state}", stored, saved)
        else:
            self._note("API_UPDATED", stored, saved)
        return saved

    def delete(self, id: str) -> None:
        """Delete an API with its plans and deployments, and tell the gateways.

        :param id: of the API; one that is not there is left alone.
        """
        stored = self.get(id)
        if stored is not None:
            self._connection.execute(delete(apis).where(apis.c.id == id))
            self._changes.touch(id)
            self._note("API_DELETED", stored, None)

    def _put_in_index(self, record: ApiRecord) -> None:
        self._index.put(
            record.id,
            record.definition,
            record.state,
            record.lifecycle_state,
            record.visibility,
        )

    def _note(
        self, event: str, before: ApiRecord | None, after: ApiRecord | None
    ) -> None:
        record = after or before
        assert record is not None
        self._audits.note(
            event, _target(record), _told(before), _told(after), record.id
        )


def _target(record: ApiRecord) -> dict[str, str]:
    name = str(record.definition.get("name", ""))
    return {"type": "API", "id": record.id, "name": name}


def _told(record: ApiRecord | None) -> dict[str, object]:
    if record is None:
        return {}
    return {
        **record.definition,
        "state": record.state,
        "lifecycleState": record.lifecycle_state,
        "visibility": record.visibility,
    }
