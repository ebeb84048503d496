"""Definitions of version 2 as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from relay.dialects.draft import Draft, Origins
from relay.dialects.members import Found, Made, Members, Report
from relay.dialects.texts import decode_draft
from relay.dialects.v2.flows import read_flows
from relay.dialects.v2.groups import read_groups
from relay.dialects.v2.paths import has_rules, read_paths
from relay.dialects.v2.plans import read_plans
from relay.dialects.v2.proxy import read_failover, read_listener, read_logging
from relay.model.schema.errors import join

_OF_VERSION_1 = ("V1", "1.0.0")
_OF_VERSION_2 = ("V2", "2.0.0")
_OF_VERSION_4 = ("V4", "4.0.0")
_FROM_SERVER = (
    "id",
    "_links",
    "createdAt",
    "definitionContext",
    "deployedAt",
    "deploymentState",
    "entrypoints",
    "environmentId",
    "etag",
    "originContext",
    "owner",
    "primaryOwner",
    "updatedAt",
    "workflowState",
    "pictureUrl",
    "backgroundUrl",
)
"""Members that only a server sets."""
_DESCRIBING = (
    "name",
    "description",
    "crossId",
    "hrid",
    "tags",
    "labels",
    "groups",
    "picture",
    "background",
    "disableMembershipNotifications",
    "notifyMembers",
    "state",
    "lifecycleState",
    "visibility",
)


def is_older(document: Mapping[str, Any]) -> bool:
    """Return whether a definition is of version 1: with a map of paths instead of
    flows, or endpoints without groups."""
    proxy = document.get("proxy")
    return bool(document.get("paths")) or (
        isinstance(proxy, Mapping) and "endpoints" in proxy and "groups" not in proxy
    )


def read_definition(document: Mapping[str, Any], at: str, dialect: str) -> Draft:
    """
    Convert a definition of version 2 or 1 to version 4.

    :param document: the definition; of a custom resource, its ``spec``.
    :param at: its location in the file.
    :param dialect: the name of the dialect, for the draft.
    """
    report = Report(Origins(at))
    members = Members(document, at, report)
    body = Made("", report)
    version = _version(members)
    body.set("definitionVersion", "V4", join(at, "definitionVersion"))
    body.set("type", "PROXY", join(at, "type"))
    body.copy_all(members, *_DESCRIBING)
    body.copy(members, "apiVersion", "version")
    body.value.setdefault("apiVersion", "1.0")
    body.copy(members, "categories", "views")
    for name in ("state", "lifecycleState", "visibility"):
        if isinstance(text := body.value.get(name), str):
            body.value[name] = text.upper()
    _properties(body, members)
    body.copy_all(members, "resources", "responseTemplates")
    _proxy(body, members)
    older = _flows(body, members, version)
    plans = read_plans(members, older)
    _without_place(members)
    members.finish()
    return decode_draft(
        Draft("api", dialect, body.value, plans, report.origins, list(report.findings))
    )


def _version(members: Members) -> int:
    found = members.take("gravitee", "definitionVersion")
    members.skip("definitionVersion")
    if found is None:
        return 1 if "paths" in members and "flows" not in members else 2
    marker = str(found.value).upper()
    if marker in _OF_VERSION_1:
        return 1
    if marker in _OF_VERSION_4:
        members.report.warn(
            found.at,
            f"is {found.value}, but the definition has proxy and no listeners: read as"
            " version 2",
        )
    elif marker not in _OF_VERSION_2:
        members.report.refuse(found.at, "must be 2.0.0 or 1.0.0, or V2 or V1")
    return 2


def _properties(body: Made, members: Members) -> None:
    found = members.take("properties")
    if found is None:
        return
    listed = found.value
    if isinstance(listed, Mapping) and isinstance(listed.get("properties"), list):
        found = Found(listed["properties"], join(found.at, "properties"))
    if not isinstance(found.value, Mapping):
        body.set("properties", found.value, found.at)
        return
    listed = [{"key": key, "value": value} for key, value in found.value.items()]
    body.set("properties", listed, found.at)
    for number, key in enumerate(found.value):
        at = join(found.at, key)
        members.report.origins.put(join("properties", number), at)
        members.report.origins.put(join("properties", number, "value"), at)


def _proxy(body: Made, members: Members) -> None:
    proxy = members.object("proxy")
    services = members.object("services")
    if proxy is None:
        members.report.refuse(join(members.at, "proxy"), "is required")
        proxy = Members({}, join(members.at, "proxy"), members.report)
    listener = read_listener(proxy, members)
    body.set("listeners", [listener], proxy.at)
    preserve_host = proxy.take("preserveHost")
    body.value["endpointGroups"] = read_groups(proxy, services, preserve_host)
    if failover := read_failover(proxy):
        body.value["failover"] = failover
    read_logging(proxy)
    proxy.finish()
    if services is not None:
        services.finish()


def _flows(body: Made, members: Members, version: int) -> bool:
    """
    Convert the flows of an API.

    :returns: whether the definition has maps of paths instead of flows.
    """
    paths = members.take("paths")
    flows = members.take("flows")
    mode = members.take("flowMode")
    ruled = paths is not None and has_rules(paths.value)
    if version == 1 or (ruled and not (flows and flows.value)):
        if flows is not None and flows.value:
            members.report.refuse(
                flows.at, "is of version 2, and has no effect in version 1"
            )
        if paths is not None:
            body.set("flows", read_paths(members, paths, "flows"), paths.at)
        body.value["flowExecution"] = {"mode": "BEST_MATCH"}
        return True
    if paths is not None and ruled:
        members.report.refuse(paths.at, "is of version 1, and has no effect here")
    if flows is not None:
        body.set("flows", read_flows(members, flows, "flows"), flows.at)
    if mode is not None:
        body.value["flowExecution"] = {"mode": mode.value}
        members.report.origins.put("flowExecution", mode.at)
        members.report.origins.put("flowExecution.mode", mode.at)
    return False


def _without_place(members: Members) -> None:
    members.skip(*_FROM_SERVER)
    members.leave_out(
        "is not kept: an API of Relay has none",
        "apiMedia",
        "members",
        "metadata",
        "pages",
    )
    members.leave_out(
        "has no meaning for an API of version 4, whose steps run in the phase in which"
        " they stand",
        "executionMode",
    )
    members.leave_out(
        "is for the operator that applies the resource; left out",
        "contextRef",
        "notificationsRefs",
        "consoleNotificationConfiguration",
    )
