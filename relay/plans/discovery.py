"""The plans of this installation: Relay's own, and those of other distributions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from relay import plans
from relay.model.api.kinds import PlanType
from relay.model.plans.selection_rule import read_rule
from relay.plans.chain import PlanChain
from relay.plans.interfaces import IPlan, PlanContext
from relay.plugins import UsablePlugins, found_in, modules_of

OWN = modules_of(plans, "api_key", "basic", "jwt", "keyless", "mtls", "oauth2")
"""The modules with the plans that Relay brings along."""


class PlanTypes(UsablePlugins[IPlan, PlanType]):
    """
    All types of plans that can be used.

    :param found: plugins, as from :func:`relay.plugins.found_in`.
    """

    def __init__(self, found: Iterable[object]) -> None:
        super().__init__(found, IPlan, PlanType, OWN)

    def chain(
        self, snapshots: Iterable[Mapping[str, Any]], context: PlanContext
    ) -> PlanChain:
        """
        Build the plans of a deployment.

        They are asked in the order of their types, and those of one type in the order
        of the deployment.

        :param snapshots: the published plans, as the deployment has them.
        :raises ValueError: when one cannot be enforced.
        """
        ordered = sorted(
            # PUSH plans admit no callers: their consumers are called.
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
            context.verdicts,
        )

    def _type_of(self, plan: Mapping[str, Any]) -> IPlan:
        security = plan["security"]["type"]
        try:
            return self[security]
        except KeyError:
            raise ValueError(f"no plan implements {security}") from None


def find_plans() -> PlanTypes:
    """Find the plans, once a start."""
    return PlanTypes(found_in(plans))
