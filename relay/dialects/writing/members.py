"""The members of stored APIs and plans that files have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relay.model.api.read_only import API, PLAN

_NOT_WRITTEN = API | {"deploymentState"}
_PLAN_NOT_WRITTEN = PLAN - {"status"}


def api_members(api: Mapping[str, Any]) -> dict[str, Any]:
    """
    Copy an API without what only the server sets.

    :param api: the JSON of the management API.
    """
    return {name: one for name, one in api.items() if name not in _NOT_WRITTEN}


def plan_members(plan: Mapping[str, Any]) -> dict[str, Any]:
    """
    Copy a plan without what only the server sets.

    :param plan: the JSON of the management API.
    """
    return {
        name: one
        for name, one in plan.items()
        if name not in _PLAN_NOT_WRITTEN and name != "definitionVersion"
    }


def renamed(body: Mapping[str, Any], first: Iterable[str]) -> dict[str, Any]:
    """
    Write ``apiVersion`` as ``version``, without the version of the format.

    :param first: the names of the members at the beginning, in their order.
    """
    names = {"apiVersion": "version"}
    found = {
        names.get(name, name): one
        for name, one in body.items()
        if name != "definitionVersion"
    }
    ahead = [name for name in first if name in found]
    return {name: found[name] for name in (*ahead, *found)}
