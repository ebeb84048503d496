"""The plans as their publishers last saved them."""

from collections.abc import Collection

from sqlalchemy import delete, select

from relay.model.api.lifecycle import SERVED
from relay.model.records import PlanRecord
from relay.store.schema import open_plans, plans
from relay.store.tables.identified import IdentifiedTable
from relay.store.tables.record_table import status_event


class Plans(IdentifiedTable[PlanRecord]):
    """Plans within one transaction; a change reaches the gateways by a deployment."""

    noun = "plan"
    table = plans
    record = PlanRecord
    key = ("api_id", "id")
    order = (plans.c.order, plans.c.row)
    parent = "api_id"
    holders = (open_plans,)

    def get(self, api_id: str, id: str) -> PlanRecord | None:
        """Return a plan of the API, or ``None``."""
        return self._one(plans.c.api_id == api_id, plans.c.id == id)

    def find(self, id: str) -> PlanRecord | None:
        """Return a plan of any API, or ``None``."""
        return self._one(plans.c.id == id)

    def list_of(self, api_ids: Collection[str]) -> dict[str, list[PlanRecord]]:
        """
        Return the plans of several APIs, by API.

        :param api_ids: at most 500.
        """
        found: dict[str, list[PlanRecord]] = {api_id: [] for api_id in api_ids}
        for record in self._find(plans.c.api_id.in_(api_ids)):
            found[record.api_id].append(record)
        return found

    def list(self, api_id: str) -> list[PlanRecord]:
        """
        Return the plans of an API by their ``order``, then in the order of their
        creation.
        """
        return self._find(plans.c.api_id == api_id)

    def served(self, api_ids: Collection[str] | None = None) -> frozenset[str]:
        """
        Return the ids of the plans that are published or deprecated.

        :param api_ids: the APIs whose plans are wanted; ``None`` for all.
        """
        query = select(plans.c.id).where(plans.c.status.in_(SERVED))
        if api_ids is not None:
            query = query.where(plans.c.api_id.in_(api_ids))
        return frozenset(self._connection.scalars(query))

    def delete(self, api_id: str, id: str) -> None:
        """Delete a plan of the API, if it exists."""
        stored = self.get(api_id, id)
        if stored is not None:
            self._connection.execute(delete(plans).where(*self._place(stored)))
            self._note("DELETED", stored, None)

    def _event(self, before: PlanRecord, after: PlanRecord) -> str:
        # PLAN_PUBLISHED, PLAN_DEPRECATED, PLAN_CLOSED
        return status_event(before.status, after.status)

    def _audited(self, record: PlanRecord) -> dict[str, object]:
        return {
            **record.definition,
            "hrid": record.hrid,
            "status": record.status,
            "order": record.order,
        }
