"""The plans as their publishers last saved them."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, delete, insert, select, update

from relay.model.api.lifecycle import SERVED
from relay.model.records import PlanRecord
from relay.store.errors import StoreError
from relay.store.schema import plans, row_of
from relay.store.tables.audits import Audits

_RECORD = [column for column in plans.c if column.name != "row"]


class Plans:
    """Plans within one transaction. Gateways see none of it before a deployment.

    :param connection: the transaction's.
    :param now_ms: the instant of the transaction.
    :param audits: where changes are told.
    """

    def __init__(self, connection: Connection, now_ms: int, audits: Audits) -> None:
        self._audits = audits
        self._connection = connection
        self._now_ms = now_ms

    def get(self, api_id: str, id: str) -> PlanRecord | None:
        """
        :param api_id: the API that the plan must belong to.
        :param id: of the plan.
        """
        row = self._connection.execute(
            select(*_RECORD).where(plans.c.api_id == api_id, plans.c.id == id)
        ).one_or_none()
        return None if row is None else PlanRecord(**row._asdict())

    def find(self, id: str) -> PlanRecord | None:
        """
        :param id: of a plan of any API.
        """
        row = self._connection.execute(
            select(*_RECORD).where(plans.c.id == id)
        ).one_or_none()
        return None if row is None else PlanRecord(**row._asdict())

    def list_of(self, api_ids: Collection[str]) -> dict[str, list[PlanRecord]]:
        """
        :param api_ids: the APIs whose plans are wanted, as many as a statement names.
        :returns: by API what :meth:`list` gives.
        """
        found: dict[str, list[PlanRecord]] = {api_id: [] for api_id in api_ids}
        rows = self._connection.execute(
            select(*_RECORD)
            .where(plans.c.api_id.in_(api_ids))
            .order_by(plans.c.order, plans.c.row)
        )
        for row in rows:
            found[row.api_id].append(PlanRecord(**row._asdict()))
        return found

    def list(self, api_id: str) -> list[PlanRecord]:
        """
        :param api_id: the API whose plans are wanted.
        :returns: its plans by their ``order``, then the one created first in front.
        """
        rows = self._connection.execute(
            select(*_RECORD)
            .where(plans.c.api_id == api_id)
            .order_by(plans.c.order, plans.c.row)
        )
        return [PlanRecord(**row._asdict()) for row in rows]

    def served(self, api_ids: Collection[str] | None = None) -> frozenset[str]:
        """
        :param api_ids: the APIs whose plans are wanted; ``None`` for all.
        :returns: the ids of their plans that are published or deprecated.
        """
        query = select(plans.c.id).where(plans.c.status.in_(SERVED))
        if api_ids is not None:
            query = query.where(plans.c.api_id.in_(api_ids))
        return frozenset(self._connection.scalars(query))

    def add(self, record: PlanRecord) -> None:
        """
        :param record: a new plan of an existing API, stored as it is.
        """
        self._connection.execute(insert(plans).values(row_of(record)))
        self._note("PLAN_CREATED", None, record)

    def save(self, record: PlanRecord) -> PlanRecord:
        """Replace a plan.

        :param record: what to store. Its ``updated_at_ms`` is replaced by an instant
            later than the stored one, even when the clock stands still or goes back.
        :returns: the record as it was stored.
        :raises StoreError: when the API has no such plan.
        """
        here = (plans.c.api_id == record.api_id) & (plans.c.id == record.id)
        stored = self.get(record.api_id, record.id)
        if stored is None:
            raise StoreError(f"plan {record.id} is not in the store")
        saved = replace(
            record, updated_at_ms=max(self._now_ms, stored.updated_at_ms + 1)
        )
        self._connection.execute(update(plans).where(here).values(row_of(saved)))
        # PLAN_PUBLISHED, PLAN_DEPRECATED, PLAN_CLOSED
        event = saved.status if saved.status != stored.status else "UPDATED"
        self._note(f"PLAN_{event}", stored, saved)
        return saved

    def delete(self, api_id: str, id: str) -> None:
        """
        :param api_id: the API that the plan must belong to.
        :param id: of the plan; one that is not there is left alone.
        """
        stored = self.get(api_id, id)
        if stored is not None:
            self._connection.execute(
                delete(plans).where(plans.c.api_id == api_id, plans.c.id == id)
            )
            self._note("PLAN_DELETED", stored, None)

    def _note(
        self, event: str, before: PlanRecord | None, after: PlanRecord | None
    ) -> None:
        record = after or before
        assert record is not None
        name = str(record.definition.get("name", ""))
        target = {"type": "PLAN", "id": record.id, "name": name}
        self._audits.note(event, target, _told(before), _told(after), record.api_id)


def _told(record: PlanRecord | None) -> dict[str, object]:
    if record is None:
        return {}
    return {**record.definition, "status": record.status, "order": record.order}
