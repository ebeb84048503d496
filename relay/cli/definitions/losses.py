"""What an update ends, besides what it changes: plans, subscriptions and keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relay.cli.definitions.definition import Definition

_ENDINGS = frozenset(
    {"ARCHIVED", "CLOSED", "DELETED", "EXPIRED", "REJECTED", "REVOKED"}
)
"""The last words of the events after which an object is not what it was."""
_CLOSED = "PLAN_CLOSED"


def is_loss(change: Mapping[str, Any]) -> bool:
    """Return whether a change of a dry run ends an object."""
    return str(change["event"]).rpartition("_")[2] in _ENDINGS


def untried_losses(
    definition: Definition, item: Mapping[str, Any]
) -> Iterable[Mapping[str, Any]]:
    """
    Return the plans that an update of an API ends, if no dry run can tell them.

    :param item: the API of the server, in the JSON of the Automation API.
    """
    kept = {one["hrid"] for one in definition.plans if one.get("status") != "CLOSED"}
    for plan in item.get("plans") or ():
        if plan["hrid"] not in kept:
            target = {"type": "PLAN", "id": plan.get("id"), "name": plan.get("name")}
            yield {"event": _CLOSED, "target": target, "fields": []}
