"""References of files to shared policy groups of the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any

from relay.dialects.draft import Draft
from relay.dialects.v4_members import PHASES, objects
from relay.model.policy_groups.references import MEMBER, POLICY
from relay.model.schema.errors import join
from relay.store.transaction import Transaction


def resolve_groups(tx: Transaction, draft: Draft) -> Draft:
    """
    Copy a draft, in which steps refer to shared policy groups by their crossIds.

    A name that the file has as ``sharedPolicyGroupId`` is a crossId or, if no group has
    it, a hrid; another one is a hrid or, if no group has it, a crossId.

    :param draft: of an API. A name that no group has stays.
    """
    copied = replace(draft, body=deepcopy(draft.body), plans=deepcopy(draft.plans))
    for place, step in group_steps(copied.body, copied.plans):
        name = step["configuration"][MEMBER]
        found = [tx.policy_groups.named([name]).get(name)]
        found.append(tx.policy_groups.with_hrid(name))
        if not draft.origins.of(place).endswith(MEMBER):
            found.reverse()
        for group in filter(None, found):
            step["configuration"][MEMBER] = group.cross_id
            break
    return copied


def group_steps(
    body: Mapping[str, Any], plans: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """
    List the steps that refer to shared policy groups, with the locations of the names.

    :param body: of an API.
    """
    holders = [("", body)]
    holders += [(join("plans", at), plan) for at, plan in enumerate(plans)]
    for at, holder in holders:
        for flow_at, flow in objects(holder, "flows"):
            for phase in PHASES:
                for step_at, step in objects(flow, phase):
                    configuration = step.get("configuration")
                    if (
                        step.get("policy") == POLICY
                        and isinstance(configuration, dict)
                        and isinstance(configuration.get(MEMBER), str)
                    ):
                        place = join(at, flow_at, step_at, "configuration", MEMBER)
                        yield place, step
