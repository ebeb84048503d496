"""The differences of the definitions of an API: deployments, and what was saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from relay.model.api.flow import FlowExecution
from relay.model.api.lifecycle import served
from relay.model.records import ApiRecord, Deployment, PlanRecord

API_TRAFFIC = (
    "type",
    "tags",
    "listeners",
    "endpointGroups",
    "analytics",
    "failover",
    "properties",
    "resources",
    "flowExecution",
    "flows",
    "responseTemplates",
    "redeployment",
    "services",
)
"""The members of an API that take effect when it is deployed."""

PLAN_TRAFFIC = ("mode", "order", "security", "selectionRule", "tags", "flows")
"""The members of a plan that take effect when its API is deployed."""

DEFAULTS: Mapping[str, Any] = {"flowExecution": FlowExecution().to_json()}
"""Members that responses have, with these values, when a definition has none."""

_API_OWN = frozenset({"hrid", "id"})
_PLAN_OWN = frozenset(
    {"hrid", "id", "apiId", "createdAt", "updatedAt", "publishedAt", "closedAt"}
)
"""Members that are no part of a definition."""
_PLANS = "plans"


def is_deployed(
    api: ApiRecord, plans: Sequence[PlanRecord], newest: Deployment | None
) -> bool:
    """Whether the newest deployment contains all that was saved.

    Only what affects traffic counts: a new name, description or label needs no
    deployment, and neither does the deprecation of a plan.

    :param newest: its newest deployment, which may be stopped.
    """
    if newest is None:
        return False
    return _traffic(api.definition, API_TRAFFIC) == _traffic(
        newest.definition, API_TRAFFIC
    ) and {
        plan.id: _traffic({**plan.definition, "order": plan.order}, PLAN_TRAFFIC)
        for plan in served(plans)
    } == {plan["id"]: _traffic(plan, PLAN_TRAFFIC) for plan in newest.plans}


def comparable(
    definition: Mapping[str, Any], plans: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Make the document in which an API is compared.

    Two documents of an API have a difference that affects traffic exactly when the API
    is out of sync.

    :param definition: an API's management JSON.
    :param plans: the management JSON of the plans that a deployment contains.
    :returns: the definition without empty and default members, with its plans by id as
        ``plans``.
    """
    return {
        **_stated(definition, _API_OWN),
        _PLANS: {plan["id"]: _stated(plan, _PLAN_OWN) for plan in plans},
    }


def affects_traffic(path: str) -> bool:
    """
    :param path: a JSON Pointer into a document of :func:`comparable`.
    :returns: whether a change of this member takes effect by a deployment.
    """
    _, member, *below = path.split("/")
    if member != _PLANS:
        return member in API_TRAFFIC
    return len(below) < 2 or below[1] in PLAN_TRAFFIC


def plan_of(path: str) -> str | None:
    """
    :param path: as above.
    :returns: the id of the plan to which the member belongs; None for the API itself.
    """
    _, member, *below = path.split("/")
    return below[0] if member == _PLANS and below else None


def _stated(document: Mapping[str, Any], own: Collection[str]) -> dict[str, Any]:
    return {
        name: value
        for name, value in document.items()
        if name not in own and value and value != DEFAULTS.get(name)
    }


def _traffic(document: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    return {
        name: value
        for name in fields
        if (value := document.get(name)) and value != DEFAULTS.get(name)
    }
