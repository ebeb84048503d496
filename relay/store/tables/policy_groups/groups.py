"""Shared policy groups, as they were saved and as they were deployed."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, insert, select

from relay.model.policy_groups.records import DeployedGroup, SharedPolicyGroupRecord
from relay.store.changes import Changes
from relay.store.columns import row_of
from relay.store.schema import shared_policy_group_histories, shared_policy_groups
from relay.store.tables.audits import Audits
from relay.store.tables.identified import IdentifiedTable
from relay.store.tables.policy_groups.uses import GroupUses

_groups, _histories = shared_policy_groups, shared_policy_group_histories
_COLUMNS = [column for column in _histories.c if column.name != "row"]


class SharedPolicyGroups(IdentifiedTable[SharedPolicyGroupRecord]):
    """Shared policy groups within one transaction.

    A group that is deployed or undeployed is announced to the gateways by the APIs
    whose deployments use it.

    :param now_ms: the instant of the transaction.
    :param changes: where changes are announced to the gateways.
    :param uses: finds the APIs that use a group.
    """

    noun = "shared policy group"
    table = _groups
    record = SharedPolicyGroupRecord
    order = (_groups.c.row,)

    def __init__(
        self,
        connection: Connection,
        now_ms: int,
        audits: Audits,
        changes: Changes,
        uses: GroupUses,
    ) -> None:
        super().__init__(connection, now_ms, audits)
        self._changes = changes
        self._uses = uses

    def get(self, id: str) -> SharedPolicyGroupRecord | None:
        """Return a group, or ``None``."""
        return self._one(_groups.c.id == id)

    def all(self) -> list[SharedPolicyGroupRecord]:
        """Return all groups in the order of their creation."""
        return self._find()

    def named(self, cross_ids: Collection[str]) -> dict[str, SharedPolicyGroupRecord]:
        """
        Return groups by their crossId.

        :param cross_ids: at most 500.
        """
        found = self._find(_groups.c.cross_id.in_(cross_ids)) if cross_ids else []
        return {record.cross_id: record for record in found}

    def deploy(self, group: SharedPolicyGroupRecord) -> SharedPolicyGroupRecord:
        """Put the saved definition of a group into force as its next version."""
        saved = self.save(group.put_in_force(self._now_ms))
        self._remember(saved)
        return saved

    def undeploy(self, group: SharedPolicyGroupRecord) -> SharedPolicyGroupRecord:
        """Withdraw a group that was deployed at least once."""
        saved = self.save(group.withdrawn(self._now_ms))
        newest = self._connection.execute(
            select(*_COLUMNS)
            .where(_histories.c.id == group.id)
            .order_by(_histories.c.row.desc())
            .limit(1)
        ).one()
        withdrawn = SharedPolicyGroupRecord(**newest._asdict()).withdrawn(self._now_ms)
        self._remember(withdrawn)
        return saved

    def delete(self, id: str) -> None:
        """Delete a group, if it exists, with its history."""
        stored = self.get(id)
        if stored is not None:
            self._connection.execute(delete(_groups).where(*self._place(stored)))
            self._note("DELETED", stored, None)

    def history(self, id: str) -> list[SharedPolicyGroupRecord]:
        """Return the deployed and withdrawn versions of a group, the newest first."""
        rows = self._connection.execute(
            select(*_COLUMNS)
            .where(_histories.c.id == id)
            .order_by(_histories.c.row.desc())
        )
        return [SharedPolicyGroupRecord(**row._asdict()) for row in rows]

    def in_force(
        self, cross_ids: Collection[str] | None = None
    ) -> list[SharedPolicyGroupRecord]:
        """
        Return the deployed versions of groups, in the order of their deployment.

        :param cross_ids: of the groups; ``None`` for all.
        """
        newest = select(func.max(_histories.c.row)).group_by(_histories.c.id)
        query = (
            select(*_COLUMNS)
            .where(
                _histories.c.row.in_(newest),
                _histories.c.lifecycle_state == "DEPLOYED",
            )
            .order_by(_histories.c.row)
        )
        rows = self._connection.execute(query)
        found = [SharedPolicyGroupRecord(**row._asdict()) for row in rows]
        return [one for one in found if cross_ids is None or one.cross_id in cross_ids]

    def deployed(self, cross_ids: Collection[str]) -> dict[str, DeployedGroup]:
        """
        Return what gateways run of groups, by their crossId.

        :returns: without the groups that do not exist or are not deployed.
        """
        return {one.cross_id: one.in_force() for one in self.in_force(cross_ids)}

    def _remember(self, record: SharedPolicyGroupRecord) -> None:
        self._connection.execute(insert(_histories).values(row_of(record)))
        for api_id in self._uses.deployed(record.cross_id):
            self._changes.touch(api_id)

    @property
    def _prefix(self) -> str:
        return "SHARED_POLICY_GROUP"

    def _event(
        self, before: SharedPolicyGroupRecord, after: SharedPolicyGroupRecord
    ) -> str:
        if after.version != before.version:
            return "DEPLOYED"
        return "UPDATED" if after.deployed or not before.deployed else "UNDEPLOYED"

    def _audited(self, record: SharedPolicyGroupRecord) -> dict[str, object]:
        return {
            **record.definition,
            "crossId": record.cross_id,
            "hrid": record.hrid,
            "version": record.version,
            "lifecycleState": record.lifecycle_state,
        }
