"""The references of flows to shared policy groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from relay.model.api.flow_rules import PHASES
from relay.model.api.rules import objects
from relay.model.schema.errors import Issue, join

POLICY = "shared-policy-group-policy"
"""The policy of a step that stands for the steps of a group."""
MEMBER = "sharedPolicyGroupId"
"""The member of its configuration with the crossId of the group."""


class Reference(NamedTuple):
    """A step that refers to a group."""

    location: str
    """Of the crossId in the definition."""
    phase: str
    """The phase of the step, such as ``REQUEST``."""
    cross_id: str


def references(definition: Mapping[str, Any]) -> Iterator[Reference]:
    """
    Find the enabled steps of enabled flows that refer to shared policy groups.

    :param definition: the stored JSON of an API or a plan.
    """
    for at, flow in objects(definition, "flows"):
        if flow.get("enabled") is False:
            continue
        for phase in PHASES:
            for where, step in objects(flow, phase, at):
                if step.get("policy") == POLICY and step.get("enabled") is not False:
                    cross_id = (step.get("configuration") or {}).get(MEMBER)
                    if isinstance(cross_id, str):
                        place = join(join(where, "configuration"), MEMBER)
                        yield Reference(place, phase.upper(), cross_id)


def problems(
    definition: Mapping[str, Any],
    api_type: str,
    groups: Mapping[str, Mapping[str, Any]],
) -> list[Issue]:
    """
    List the references to groups that do not exist, or are for other flows.

    :param definition: the stored JSON of an API or a plan.
    :param api_type: ``PROXY`` or ``MESSAGE``.
    :param groups: the saved definitions of groups by their crossId.
    """
    found: list[Issue] = []
    for location, phase, cross_id in references(definition):
        group = groups.get(cross_id)
        if group is None:
            why = f"there is no shared policy group with the crossId [{cross_id}]"
        elif group["apiType"] != api_type:
            why = f"the shared policy group is for {group['apiType']} APIs"
        elif group["phase"] != phase:
            why = f"the shared policy group is for the phase {group['phase']}"
        else:
            continue
        found.append(Issue(why, location, cross_id))
    return found
