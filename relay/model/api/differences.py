"""The differences of the definitions of an API: deployments, and what was saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from relay.model.api.lifecycle import API_TRAFFIC, DEFAULTS, PLAN_TRAFFIC

_API_OWN = frozenset({"hrid", "id"})
_PLAN_OWN = frozenset(
    {"hrid", "id", "apiId", "createdAt", "updatedAt", "publishedAt", "closedAt"}
)
"""Members that are no part of a definition."""
_PLANS = "plans"


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
