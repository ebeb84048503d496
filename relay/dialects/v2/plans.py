"""Plans of version 2."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.dialects.members import Found, Made, Members
from relay.dialects.v2.flows import read_flows
from relay.dialects.v2.paths import has_rules, read_paths
from relay.model.hrid import is_hrid
from relay.model.schema.errors import join

_COPIED = (
    "name",
    "description",
    "crossId",
    "hrid",
    "order",
    "characteristics",
    "commentRequired",
    "commentMessage",
    "generalConditions",
    "validation",
    "selectionRule",
    "tags",
    "excludedGroups",
)
_FROM_SERVER = (
    "id",
    "_links",
    "api",
    "apiId",
    "apis",
    "closedAt",
    "createdAt",
    "definitionVersion",
    "environmentId",
    "needRedeployAt",
    "publishedAt",
    "referenceId",
    "referenceType",
    "type",
    "updatedAt",
)


def read_plans(api: Members, older: bool) -> list[dict[str, Any]]:
    """
    Convert the plans: a list, or an object by their names.

    :param older: whether their maps of paths count, as in version 1.
    """
    found = api.take("plans")
    if found is None:
        return []
    plans: list[dict[str, Any]] = []
    for key, one in _each(api, found):
        if (members := api.within(one)) is not None:
            plan = Made(join("plans", len(plans)), api.report, members.at)
            plan.set("definitionVersion", "V4", members.at)
            if key is not None:
                plan.set("name", key, members.at)
                if is_hrid(key):
                    plan.set("hrid", key, members.at)
            _plan(plan, members, older)
            plans.append(plan.value)
    return plans


def _each(api: Members, found: Found) -> list[tuple[str | None, Found]]:
    if isinstance(found.value, Mapping):
        return [
            (key, Found(one, join(found.at, key))) for key, one in found.value.items()
        ]
    return [(None, one) for one in api.listed(found)]


def _plan(plan: Made, members: Members, older: bool) -> None:
    plan.copy_all(members, *_COPIED)
    plan.set("status", "PUBLISHED", members.at)
    plan.copy(members, "status")
    if isinstance(status := plan.value["status"], str):
        plan.value["status"] = status.upper()
    if not plan.value.get("selectionRule"):
        plan.value.pop("selectionRule", None)
    _security(plan, members)
    flows, paths = members.take("flows"), members.take("paths")
    if paths is not None and has_rules(paths.value):
        if older and not (flows and flows.value):
            plan.set("flows", read_paths(members, paths, f"{plan.at}.flows"), paths.at)
        else:
            members.report.refuse(paths.at, "is of version 1, and has no effect here")
    elif flows is not None:
        plan.set("flows", read_flows(members, flows, f"{plan.at}.flows"), flows.at)
    members.skip(*_FROM_SERVER)
    members.finish()


def _security(plan: Made, members: Members) -> None:
    found = members.take("security")
    configuration = members.take("securityDefinition")
    if found is None:
        return
    security = Made(f"{plan.at}.security", members.report, found.at)
    plan.set("security", security.value, found.at)
    if isinstance(found.value, Mapping):
        written = Members(found.value, found.at, members.report)
        security.copy_all(written, "type", "configuration")
        written.finish()
    else:
        security.set("type", found.value, found.at)
    if isinstance(kind := security.value.get("type"), str):
        security.value["type"] = kind.upper().replace("-", "_")
    if configuration is None or configuration.value in ("", {}):
        return
    if security.value.get("configuration"):
        members.report.refuse(
            configuration.at, "cannot stand beside security.configuration"
        )
    else:
        security.set("configuration", configuration.value, configuration.at)
