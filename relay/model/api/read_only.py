"""Read-only fields, which only the management API sets.

A client that gets an object, changes a member and puts it back sends them along: they
are accepted and ignored.
"""

from __future__ import annotations

from collections.abc import Mapping

from relay.model.api.publication_state import SETTABLE

API = frozenset(
    {
        "_links",
        "createdAt",
        "definitionContext",
        "deployedAt",
        "deploymentState",
        "environmentId",
        "id",
        "originContext",
        "primaryOwner",
        "state",
        "updatedAt",
        "workflowState",
    }
)

PLAN = frozenset(
    {
        "_links",
        "apiId",
        "apiProductId",
        "closedAt",
        "createdAt",
        "environmentId",
        "id",
        "publishedAt",
        "referenceId",
        "referenceType",
        "status",
        "type",
        "updatedAt",
    }
)


def without_api_fields(body: object) -> object:
    """Remove read-only fields, and those of the publication state, from an API."""
    return _without(body, API | SETTABLE)


def without_plan_fields(body: object) -> object:
    """Remove the read-only fields of a plan, and its hrid."""
    return _without(body, PLAN | {"hrid"})


def _without(body: object, names: frozenset[str]) -> object:
    if not isinstance(body, Mapping):
        return body
    return {key: value for key, value in body.items() if key not in names}
