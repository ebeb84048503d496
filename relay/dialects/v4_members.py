"""
The members of v4 definitions, which all dialects of v4 have.

What the dialects spell in different ways is brought to the spelling of the management
API here; what the management API itself reads in several spellings is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from relay.dialects.draft import Draft, Origins
from relay.dialects.finding import Finding, Refused
from relay.dialects.notes import Notes
from relay.dialects.texts import decode
from relay.model.api.resources.resource import RESOURCES
from relay.model.hrid import is_hrid
from relay.model.policy_groups.references import MEMBER, POLICY
from relay.model.schema.errors import join

DEFAULT_VERSION = "1.0"
"""The version of an API whose definition states none."""
_DIGITS = re.compile(r"0|[1-9][0-9]{0,17}")
PHASES = ("request", "response", "subscribe", "publish")
"""The members of flows that hold steps."""
_FLOW_OF_V2 = ("condition", "consumers", "methods", "post", "pre")
"""Members of version 2 flows, which gateways ignore in v4 flows."""
_NOT_OF_RELAY = {
    "contextRef": "names the management API of an operator",
    "groupRefs": "names resources of an operator",
    "notificationsRefs": "is not supported: an API in Relay has no notifications",
    "consoleNotification": "is not supported: an API in Relay has no notifications",
    "consoleNotificationConfiguration": (
        "is not supported: an API in Relay has no notifications"
    ),
    "portalNavigation": "is not supported: Relay has no portal",
}
"""Members without a meaning in Relay, which do not concern access or traffic."""
_KEPT = ("pages", "metadata", "members")
"""Members that are stored and exported, and have no effect."""
_REFERENCE = "sharedPolicyGroupRef"


def read_api(
    source: object,
    at: str,
    dialect: str,
    plans: object = None,
    plans_at: str = "",
    places: Origins | None = None,
) -> Draft:
    """
    Read an API.

    :param source: the object with the members of the API.
    :param at: the location of it in the file.
    :param dialect: the name of the dialect.
    :param plans: the plans, when they are no member of ``source``.
    :param plans_at: their location.
    :param places: as of :class:`Notes`.
    :raises Refused: when it is no object.
    """
    if not isinstance(source, Mapping):
        raise Refused([Finding(at, "severe", "must be an object")])
    notes = Notes(at, places)
    body = deepcopy(dict(source))
    if "plans" in body:
        plans, plans_at = body.pop("plans"), join(at, "plans")
    _mark(body, at, notes)
    _version(body, at, notes)
    leave_out(body, at, notes)
    decode(body, at, notes)
    _flows(body, "", at, notes)
    _endpoints(body, at, notes)
    read = list(_plans(plans, plans_at, notes))
    _resources(body, read, at, notes)
    return Draft("api", dialect, body, read, notes.origins, notes.findings)


def read_state(draft: Draft) -> Draft:
    """Read the ``state`` of an API in a dialect that acts upon it."""
    if isinstance(state := draft.body.get("state"), str):
        draft.body["state"] = state.upper()
    return draft


def _mark(body: dict[str, Any], at: str, notes: Notes) -> None:
    """Read the marker of the version of the format, of which there are two."""
    marker = body.pop("gravitee", None)
    if marker is not None and not str(marker).startswith("4"):
        notes.warn(
            join(at, "gravitee"),
            f"is {marker}, but there are listeners: read as version 4",
        )
    body.setdefault("definitionVersion", "V4")


def _version(body: dict[str, Any], at: str, notes: Notes) -> None:
    version = body.pop("version", None)
    if body.get("apiVersion") is not None:
        if version not in (None, body["apiVersion"]):
            where = join(at, "version")
            notes.warn(where, "differs from apiVersion, which is used; left out")
        return
    if version is None:
        version = DEFAULT_VERSION
    else:
        notes.put("apiVersion", join(at, "version"))
    body["apiVersion"] = version


def leave_out(body: dict[str, Any], at: str, notes: Notes) -> None:
    """
    Leave out members without a meaning in Relay, and report what has no effect.

    :param body: changed.
    :param at: the location of it in the file.
    """
    for name, why in _NOT_OF_RELAY.items():
        if body.pop(name, None) is not None:
            notes.warn(join(at, name), f"{why}; left out")
    for name in _KEPT:
        if body.get(name):
            notes.warn(join(at, name), "is stored, and has no effect")


def _flows(body: dict[str, Any], target: str, at: str, notes: Notes) -> None:
    """
    Read the flows of an API or a plan.

    :param target: the location of the API or the plan in the draft.
    :param at: the location in the file.
    """
    for place, flow in objects(body, "flows"):
        for name in _FLOW_OF_V2:
            where = join(at, place, name)
            if name in flow and (name == "methods" or not flow[name]):
                del flow[name]
                notes.warn(where, "is a member of version 2 flows; left out")
        for phase in PHASES:
            for step_place, step in objects(flow, phase):
                here = join(place, step_place)
                _reference(step, join(target, here), join(at, here), notes)


def _reference(step: dict[str, Any], target: str, at: str, notes: Notes) -> None:
    """Read the reference of a step to a shared policy group, of which two forms are."""
    if step.get("policy") != POLICY:
        return
    name, where = None, ""
    reference = step.pop(_REFERENCE, None)
    configuration = step.get("configuration")
    if isinstance(reference, Mapping):
        name, where = reference.get("name"), join(at, _REFERENCE, "name")
        notes.put(join(target, "configuration"), join(at, _REFERENCE))
    elif isinstance(configuration, Mapping) and MEMBER not in configuration:
        name, where = configuration.get("hrid"), join(at, "configuration", "hrid")
    if isinstance(name, str):
        step["configuration"] = {MEMBER: name}
        notes.put(join(target, "configuration", MEMBER), where)


def _endpoints(body: dict[str, Any], at: str, notes: Notes) -> None:
    """Read the options of the HTTP clients of endpoints."""
    for group_at, group in objects(body, "endpointGroups"):
        place = join(at, group_at)
        _numbers(group, "sharedConfiguration", place, notes)
        for endpoint_at, endpoint in objects(group, "endpoints"):
            where = join(place, endpoint_at)
            _numbers(endpoint, "sharedConfigurationOverride", where, notes)
            configuration = endpoint.get("configuration")
            if (
                endpoint.get("type") == "http-proxy"
                and isinstance(configuration, dict)
                and configuration.pop("http", None) is not None
            ):
                notes.warn(
                    join(where, "configuration", "http"),
                    "belongs to the shared configuration, and has no effect here;"
                    " left out",
                )


def _numbers(holder: dict[str, Any], name: str, at: str, notes: Notes) -> None:
    """Read the numbers among the options of a client that are texts."""
    configuration = holder.get(name)
    options = configuration.get("http") if isinstance(configuration, dict) else None
    if not isinstance(options, dict):
        return
    for option, one in options.items():
        if isinstance(one, str) and _DIGITS.fullmatch(one):
            options[option] = int(one)
            where = join(at, name, "http", option)
            notes.warn(where, "is a text, read as the number that it holds")


def _resources(
    body: dict[str, Any], plans: list[dict[str, Any]], at: str, notes: Notes
) -> None:
    """
    Read the resources.

    A reference to a resource is refused, since the file does not have what it names. A
    resource of an unknown type to which nothing refers has no effect.
    """
    listed = body.get("resources")
    if not isinstance(listed, list):
        return
    kept: list[Any] = []
    for number, one in enumerate(listed):
        where = join(at, "resources", number)
        if isinstance(one, dict) and one.get("ref"):
            why = "refers to a resource that the file does not have: write it here"
            notes.refuse(where, why)
        elif isinstance(one, dict) and _is_unused(one, body, plans):
            notes.warn(
                join(where, "type"),
                f"type [{one.get('type')}] is not supported, and nothing refers to the"
                " resource; left out",
            )
        else:
            if isinstance(one, dict):
                one.pop("ref", None)
            notes.put(join("resources", len(kept)), where)
            kept.append(one)
    body["resources"] = kept


def _is_unused(
    resource: dict[str, Any], body: dict[str, Any], plans: list[dict[str, Any]]
) -> bool:
    """Whether a resource is of an unknown type, and no plan and no step names it."""
    kind, name = resource.get("type"), resource.get("name")
    if not isinstance(kind, str) or kind in RESOURCES:
        return False
    if resource.get("enabled") is False:
        return False
    users = [body.get("flows"), plans]
    return isinstance(name, str) and not any(_holds(one, name) for one in users)


def _holds(value: Any, text: str) -> bool:
    if isinstance(value, Mapping):
        return any(_holds(one, text) for one in value.values())
    if isinstance(value, list):
        return any(_holds(one, text) for one in value)
    return isinstance(value, str) and value == text


def _plans(plans: object, at: str, notes: Notes) -> Iterator[dict[str, Any]]:
    if plans is None:
        return
    if isinstance(plans, Mapping):
        found = [(join(at, str(key)), str(key), one) for key, one in plans.items()]
    elif isinstance(plans, list):
        found = [(join(at, number), "", one) for number, one in enumerate(plans)]
    else:
        notes.refuse(at, "must be a list, or an object of plans by their names")
        return
    number = 0
    for where, key, one in found:
        if not isinstance(one, Mapping):
            notes.refuse(where, "must be an object")
            continue
        notes.put(join("plans", number), where)
        yield _plan(dict(deepcopy(one)), key, join("plans", number), where, notes)
        number += 1


def _plan(
    plan: dict[str, Any], key: str, target: str, at: str, notes: Notes
) -> dict[str, Any]:
    if key:
        plan.setdefault("name", key)
        if is_hrid(key):
            plan.setdefault("hrid", key)
    security = plan.get("security")
    if isinstance(security, str):
        plan["security"] = {"type": security}
        notes.put(join(target, "security", "type"), join(at, "security"))
    status = plan.get("status")
    plan["status"] = status.upper() if isinstance(status, str) else "PUBLISHED"
    if "comment_required" in plan:
        required = plan.pop("comment_required")
        plan.setdefault("commentRequired", required)
        notes.warn(
            join(at, "comment_required"),
            "is the spelling of version 2, read as commentRequired",
        )
    decode(plan, at, notes)
    _flows(plan, target, at, notes)
    return plan


def objects(value: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """
    List the objects of a list, with their locations below ``value``.

    :param name: of the member with the list.
    """
    items = value.get(name)
    for number, one in enumerate(items if isinstance(items, list) else ()):
        if isinstance(one, dict):
            yield join(name, number), one
