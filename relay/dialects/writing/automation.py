"""The body of an API for the Automation API: the dialect ``automation``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relay.dialects.writing.members import api_members, plan_members, renamed

_FIRST = ("hrid", "name", "version", "description", "type", "state")


def write_automation(
    api: Mapping[str, Any], plans: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """
    Write an API with its plans.

    :param api: the JSON of the management API, with ``hrid`` and ``state``.
    :param plans: the same of its plans.
    """
    body = api_members(api)
    if "state" in api:
        body["state"] = api["state"]
    found = renamed(body, _FIRST)
    found["plans"] = [
        renamed(plan_members(plan), ("hrid", "name", "status", "security"))
        for plan in plans
    ]
    return found
