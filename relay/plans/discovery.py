"""The plans of this installation: Relay's own, and those that others bring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relay import plans
from relay.model.api.kinds import PlanType
from relay.model.plans.plan_kinds import PLANS
from relay.model.plans.selection_rule import read_rule
from relay.plans.chain import PlanChain
from relay.plans.interfaces import IPlan, PlanContext
from relay.plugins import found_in, usable


class Plans:
    """
    All types of plans that can be used.

    :param found: plugins; those that are of no use are told in the log.
    """

    def __init__(self, found: Iterable[object]) -> None:
        self._types: dict[str, IPlan] = usable(IPlan, PlanType, PLANS, found)

    @property
    def kinds(self) -> list[PlanType]:
        """What a catalog is to know."""
        return [one.kind for one in self._types.values()]

    def chain(
        self, snapshots: Iterable[Mapping[str, Any]], context: PlanContext
    ) -> PlanChain:
        """
        Make the plans of a deployment ready.

        They are asked in the order of their types, and of the same type in their own.

        :param snapshots: the published plans, as the deployment has them.
        :param context: what they are built in.
        :raises ValueError: when one cannot be enforced.
        """
        ordered = sorted(
            # Nobody comes in by a PUSH plan: its consumers are called.
            ((self._type_of(plan), plan) for plan in snapshots if "security" in plan),
            key=lambda pair: pair[0].order,
        )
        rules = {
            plan["id"]: read_rule(rule)
            for _, plan in ordered
            if (rule := (plan.get("selectionRule") or "").strip())
        }
        consumers = context.consumers
        return PlanChain(
            [kind.build(plan, context) for kind, plan in ordered],
            lambda plan_id: plan_id in consumers.closed_plans,
            rules,
            context.api_id,
        )

    def _type_of(self, plan: Mapping[str, Any]) -> IPlan:
        security = plan["security"]["type"]
        try:
            return self._types[security]
        except KeyError:
            raise ValueError(f"no plan implements {security}") from None


def find_plans() -> Plans:
    """Look for plans, Relay's own among them, once a start."""
    return Plans(found_in(plans))
