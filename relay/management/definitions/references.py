"""References of files to shared policy groups of the store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from relay.dialects.draft import Draft
from relay.dialects.v4_members import PHASES, objects
from relay.model.policy_groups.references import MEMBER, POLICY
from relay.store.transaction import Transaction


def resolve_groups(tx: Transaction, draft: Draft) -> None:
    """
    Replace the hrids by which steps refer to shared policy groups by their crossIds.

    :param draft: of an API; changed. A name that no group has stays.
    """
    configurations = list(_configurations(draft))
    names = {configuration[MEMBER] for configuration in configurations}
    known = tx.policy_groups.named(names) if names else {}
    for configuration in configurations:
        name = configuration[MEMBER]
        if name not in known and (group := tx.policy_groups.with_hrid(name)):
            configuration[MEMBER] = group.cross_id


def _configurations(draft: Draft) -> Iterator[dict[str, Any]]:
    for holder in (draft.body, *draft.plans):
        for _, flow in objects(holder, "flows"):
            for phase in PHASES:
                for _, step in objects(flow, phase):
                    configuration = step.get("configuration")
                    if (
                        step.get("policy") == POLICY
                        and isinstance(configuration, dict)
                        and isinstance(configuration.get(MEMBER), str)
                    ):
                        yield configuration
