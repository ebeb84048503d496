"""The APIs that use a shared policy group."""

import json
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Text, or_, select, type_coerce

from relay.model.policy_groups.references import MEMBER, references
from relay.store.schema import apis, deployments, newest_deployments, plans


class GroupUses:
    """The references to shared policy groups within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def saved(self, cross_id: str) -> list[str]:
        """
        Return the ids of the APIs whose saved definition or plans refer to a group.
        """
        of_apis = select(apis.c.id.label("api_id"), apis.c.definition).where(
            _mentions(apis.c.definition, cross_id)
        )
        of_plans = select(plans.c.api_id, plans.c.definition).where(
            _mentions(plans.c.definition, cross_id), plans.c.status != "CLOSED"
        )
        return sorted(
            {
                row.api_id
                for query in (of_apis, of_plans)
                for row in self._connection.execute(query)
                if _refers(row.definition, cross_id)
            }
        )

    def deployed(self, cross_id: str) -> list[str]:
        """
        Return the ids of the APIs whose newest deployment refers to a group, whether
        they are started or not.
        """
        rows = self._connection.execute(
            newest_deployments.where(
                or_(
                    _mentions(deployments.c.definition, cross_id),
                    _mentions(deployments.c.plans, cross_id),
                )
            ).order_by(deployments.c.api_id)
        )
        return [
            row.api_id
            for row in rows
            if any(_refers(one, cross_id) for one in (row.definition, *row.plans))
        ]


def _mentions(column: Column[Any], cross_id: str) -> ColumnElement[bool]:
    """Match documents with the reference as text, as the store writes JSON."""
    text = f'"{MEMBER}":{json.dumps(cross_id)}'
    return type_coerce(column, Text).contains(text, autoescape=True)


def _refers(definition: dict[str, Any], cross_id: str) -> bool:
    return any(one.cross_id == cross_id for one in references(definition))
