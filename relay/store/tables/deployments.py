"""The immutable snapshots that gateways run."""

from collections.abc import Collection, Iterable
from dataclasses import fields, replace
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from relay.model.policy_groups.references import references
from relay.model.records import Deployment, DeploymentHead
from relay.store.changes import Changes
from relay.store.columns import row_of
from relay.store.schema import apis, deployments, newest_deployments
from relay.store.tables.api_index import ApiIndex
from relay.store.tables.audits import Audits
from relay.store.tables.policy_groups.groups import SharedPolicyGroups

_RUNNING = newest_deployments.join(apis, apis.c.id == deployments.c.api_id).where(
    apis.c.state == "STARTED"
)
"""The newest deployment of every API that is started."""


class Deployments:
    """Deployments within one transaction.

    :param changes: where changes are announced to the gateways.
    :param now_ms: the instant of the transaction.
    :param index: the names and paths that APIs are found by.
    :param groups: the shared policy groups that definitions refer to.
    """

    def __init__(
        self,
        connection: Connection,
        changes: Changes,
        now_ms: int,
        audits: Audits,
        index: ApiIndex,
        groups: SharedPolicyGroups,
    ) -> None:
        self._groups = groups
        self._audits = audits
        self._index = index
        self._connection = connection
        self._changes = changes
        self._now_ms = now_ms

    def add(
        self,
        api_id: str,
        definition: dict[str, Any],
        plans: Iterable[dict[str, Any]],
        label: str | None,
    ) -> Deployment:
        """Store a snapshot as the newest of its API, and announce it to the gateways.

        :param api_id: an existing API; its ``deployed_at_ms`` is set to the instant of
            the transaction.
        :param definition: the API's management JSON.
        :param plans: management JSON of its published and deprecated plans.
        :param label: given by the publisher.
        """
        newest: int | None = self._connection.scalar(
            select(func.max(deployments.c.number)).where(deployments.c.api_id == api_id)
        )
        deployment = Deployment(
            id=str(uuid4()),
            api_id=api_id,
            number=(newest or 0) + 1,
            label=label,
            definition=definition,
            plans=tuple(plans),
            created_at_ms=self._now_ms,
        )
        values = row_of(deployment)
        del values["groups"]
        self._connection.execute(insert(deployments).values(values))
        self._connection.execute(
            update(apis)
            .where(apis.c.id == api_id)
            .values(deployed_at_ms=deployment.created_at_ms)
        )
        self._index.put_deployment(api_id, deployment.id, definition)
        self._changes.touch(api_id)
        self._audits.note(
            "API_DEPLOYED",
            {"type": "API", "id": api_id, "name": str(definition.get("name", ""))},
            {"deploymentNumber": newest},
            {"deploymentNumber": deployment.number, "deploymentLabel": label},
            api_id,
        )
        return deployment

    def latest(self, api_id: str) -> Deployment | None:
        """Return the newest deployment of an API, whether the API is started or not."""
        return self._one(newest_deployments.where(deployments.c.api_id == api_id))

    def latest_of(self, api_ids: Collection[str]) -> dict[str, Deployment]:
        """
        Return the newest deployments of APIs, by API.

        :param api_ids: at most 500.
        """
        rows = self._connection.execute(
            newest_deployments.where(deployments.c.api_id.in_(api_ids))
        )
        return {one.api_id: one for one in self._read(rows)}

    def active(self, api_id: str) -> Deployment | None:
        """
        Return the deployment that gateways are to serve: the newest of a started API.
        """
        return self._one(_RUNNING.where(deployments.c.api_id == api_id))

    def numbered(self, api_id: str, number: int) -> Deployment | None:
        """Return the deployment of an API with a number, or None."""
        return self._one(
            select(deployments).where(
                deployments.c.api_id == api_id, deployments.c.number == number
            )
        )

    def identified(self, api_id: str, id: str) -> Deployment | None:
        """Return the deployment of an API with an id, or None."""
        return self._one(
            select(deployments).where(
                deployments.c.api_id == api_id, deployments.c.id == id
            )
        )

    def heads(
        self, api_id: str, skip: int, most: int
    ) -> tuple[list[DeploymentHead], int]:
        """
        Return the deployments of an API without their content, the newest first.

        :param skip: how many to pass over.
        :param most: how many to return.
        :returns: the deployments, and how many there are in all.
        """
        of_api = deployments.c.api_id == api_id
        total = self._connection.scalar(
            select(func.count()).select_from(deployments).where(of_api)
        )
        rows = self._connection.execute(
            select(*(deployments.c[one.name] for one in fields(DeploymentHead)))
            .where(of_api)
            .order_by(deployments.c.number.desc())
            .offset(skip)
            .limit(most)
        )
        return [DeploymentHead(**row._asdict()) for row in rows], total or 0

    def all_active(self) -> list[Deployment]:
        """
        Return the deployments that gateways are to serve, in the order of their APIs.
        """
        rows = self._connection.execute(_RUNNING.order_by(apis.c.row))
        return self._read(rows)

    def _one(self, query: Select[Any]) -> Deployment | None:
        found = self._read(self._connection.execute(query))
        return found[0] if found else None

    def _read(self, rows: Iterable[Row[Any]]) -> list[Deployment]:
        """Read deployments, with the shared policy groups that are in force now."""
        read = [_deployment(row) for row in rows]
        wanted = [
            {
                one.cross_id
                for part in (each.definition, *each.plans)
                for one in references(part)
            }
            for each in read
        ]
        if not any(wanted):
            return read
        groups = self._groups.deployed(frozenset().union(*wanted))
        return [
            replace(each, groups={id: groups[id] for id in ids if id in groups})
            for each, ids in zip(read, wanted, strict=True)
        ]


def _deployment(row: Row[Any]) -> Deployment:
    values = row._asdict()
    return Deployment(**{**values, "plans": tuple(values["plans"])})
