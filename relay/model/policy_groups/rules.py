"""Rules of shared policy groups between members, and those that need the policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from relay.model.api import flow_rules
from relay.model.api.rules import objects
from relay.model.policy_groups.definition import PHASES
from relay.model.policy_groups.references import POLICY
from relay.model.schema.errors import Issue, join


def check(body: Mapping[str, Any], policies: flow_rules.Policies) -> Iterator[Issue]:
    """
    Check the phase of a group, and its enabled steps as those of a flow.

    :param policies: all policies by their ids.
    """
    api_type, phase = (str(body.get(name)).upper() for name in ("apiType", "phase"))
    possible = PHASES.get(api_type, ())
    if phase not in possible:
        if possible and phase in PHASES["MESSAGE"]:
            only = ", ".join(possible)
            yield Issue(f"is no phase of {api_type} APIs, only {only}", "phase", phase)
        return
    for where, step in objects(body, "steps"):
        if step.get("enabled") is False:
            continue
        if step.get("policy") == POLICY:
            yield Issue(
                "a shared policy group cannot contain another shared policy group",
                join(where, "policy"),
                POLICY,
            )
            continue
        of_flow = next(one for one in flow_rules.PHASES if one.upper() == phase)
        yield from flow_rules.check_step(where, step, of_flow, policies, api_type)
