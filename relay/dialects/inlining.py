"""The steps of shared policy groups in place of the references to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any

from relay.dialects.draft import Draft
from relay.dialects.finding import Finding
from relay.dialects.v4_members import PHASES, objects
from relay.model.policy_groups.references import MEMBER, POLICY
from relay.model.schema.errors import join


def inline_groups(draft: Draft, groups: Sequence[Draft]) -> list[Draft]:
    """
    Replace the references of an API to shared policy groups of the same file.

    Each reference becomes the steps of the group. A reference to a group that the file
    does not have stays.

    :param draft: of an API; changed.
    :param groups: drafts of shared policy groups.
    :returns: the groups to which the API refers.
    """
    named: dict[str, Draft] = {}
    for group in groups:
        for name in ("hrid", "crossId"):
            if isinstance(one := group.body.get(name), str):
                named[one] = group
    used: list[Draft] = []
    for target, holder in _holders(draft):
        for place, flow in objects(holder, "flows"):
            for phase in PHASES:
                if isinstance(flow.get(phase), list):
                    where = join(target, place, phase)
                    flow[phase] = _steps(draft, where, flow[phase], named, used)
    return used


def _holders(draft: Draft) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "", draft.body
    for number, plan in enumerate(draft.plans):
        yield join("plans", number), plan


def _steps(
    draft: Draft,
    at: str,
    steps: list[Any],
    groups: Mapping[str, Draft],
    used: list[Draft],
) -> list[Any]:
    """
    :param at: the location of the steps in the draft.
    :param used: takes the groups to which the steps refer.
    """
    found: list[Any] = []
    origins: list[str] = []
    for number, step in enumerate(steps):
        origin = draft.origins.of(join(at, number))
        group = _group_of(step, groups)
        if group is None:
            found.append(step)
            origins.append(origin)
            continue
        used.append(group)
        if problem := _misfit(draft, step, group, at):
            draft.findings.append(Finding(origin, "severe", problem))
            continue
        inlined = group.body.get("steps")
        for place, one in enumerate(inlined if isinstance(inlined, list) else ()):
            found.append(deepcopy(one))
            origins.append(group.origins.of(join("steps", place)))
    if len(found) != len(steps) or found != steps:
        draft.origins.forget(at)
        for number, origin in enumerate(origins):
            draft.origins.put(join(at, number), origin)
    return found


def _group_of(step: object, groups: Mapping[str, Draft]) -> Draft | None:
    """Return the group to which an enabled step refers."""
    if not isinstance(step, Mapping) or step.get("policy") != POLICY:
        return None
    configuration = step.get("configuration")
    if step.get("enabled") is False or not isinstance(configuration, Mapping):
        return None
    name = configuration.get(MEMBER)
    return groups.get(name) if isinstance(name, str) else None


def _misfit(draft: Draft, step: Mapping[str, Any], group: Draft, at: str) -> str | None:
    """Return why the steps of a group cannot stand in place of a step."""
    phase, api_type = at.rpartition(".")[2].upper(), draft.body.get("type")
    if str(group.body.get("phase")).upper() != phase:
        return f"the shared policy group is for the phase {group.body.get('phase')}"
    if str(group.body.get("apiType")).upper() != str(api_type).upper():
        return f"the shared policy group is for {group.body.get('apiType')} APIs"
    if step.get("condition") or step.get("messageCondition"):
        return "a condition on a reference cannot be kept: store the group first"
    return None
