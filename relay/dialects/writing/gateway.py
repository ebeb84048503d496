"""The definition of an API for gateways: the dialect ``v4-gateway``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relay.dialects.writing.members import api_members, plan_members

_MARK = "4.0.0"


def write_gateway(
    api: Mapping[str, Any], plans: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """
    Write an API with its plans, with enums in lower case.

    :param api: the JSON of the management API.
    :param plans: the same of its plans.
    """
    body = api_members(api)
    body.pop("definitionVersion", None)
    found: dict[str, Any] = {"gravitee": _MARK}
    if "id" in api:
        found["id"] = api["id"]
    found |= body
    _lower(found, "type")
    for listener in _copied(found, "listeners"):
        _lower(listener, "type")
        for entrypoint in _copied(listener, "entrypoints"):
            _lower(entrypoint, "qos")
    for group in _copied(found, "endpointGroups"):
        _member(group, "loadBalancer", "type")
    _member(found, "flowExecution", "mode")
    _flows(found)
    found["plans"] = [_plan(plan) for plan in plans]
    return found


def _plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    found = plan_members(plan)
    if "id" in plan:
        found = {"id": plan["id"], **found}
    _lower(found, "mode")
    _lower(found, "status")
    _member(found, "security", "type")
    _flows(found)
    return found


def _flows(holder: dict[str, Any]) -> None:
    for flow in _copied(holder, "flows"):
        for selector in _copied(flow, "selectors"):
            _lower(selector, "type")


def _copied(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Replace a list of objects by copies, and return them."""
    if not isinstance(holder.get(name), list | tuple):
        return []
    holder[name] = [dict(one) for one in holder[name]]
    found: list[dict[str, Any]] = holder[name]
    return found


def _member(holder: dict[str, Any], name: str, of: str) -> None:
    if isinstance(holder.get(name), Mapping):
        holder[name] = dict(holder[name])
        _lower(holder[name], of)


def _lower(holder: dict[str, Any], name: str) -> None:
    if isinstance(text := holder.get(name), str):
        holder[name] = text.lower().replace("_", "-")
