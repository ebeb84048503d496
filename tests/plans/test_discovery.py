"""The plans of this installation, and their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.plugin import IPlugin
from twisted.trial.unittest import SynchronousTestCase
from zope.interface import implementer

from relay.model.api.kinds import PlanType
from relay.model.schema.base import Options
from relay.plans.consumers import Consumers
from relay.plans.discovery import OWN, PlanTypes, find_plans
from relay.plans.interfaces import IPlan, PlanContext
from relay.plans.keyless import keyless_plan
from relay.plans.verdict import Admission
from tests.plans.callers import TokenPlan, caller, plan_context

CONTEXT = plan_context(Consumers())


@implementer(IPlan)
class TokenType:
    """A plan of another distribution."""

    kind = PlanType("TOKEN", "Token", Options)
    order = 10

    def build(self, plan: Mapping[str, Any], context: PlanContext) -> TokenPlan:
        """Make one; the word is the plan's id."""
        return TokenPlan(plan["id"], context.api_id)


def snapshot(id: str, security: str) -> dict[str, Any]:
    """A plan as a deployment holds it."""
    return {"id": id, "security": {"type": security}, "status": "PUBLISHED"}


class PlansTests(SynchronousTestCase):
    def test_own(self) -> None:
        """Each plan that Relay brings along is there to be used."""
        found = find_plans()
        self.assertEqual(
            list(found), ["API_KEY", "BASIC", "JWT", "KEY_LESS", "MTLS", "OAUTH2"]
        )
        self.assertEqual({type(one).__module__ for one in found.values()}, {*OWN})
        for plugin in found.values():
            self.assertTrue(IPlugin.providedBy(plugin))

    def test_order(self) -> None:
        """Plans are ordered by type, then as in the deployment."""
        plans = PlanTypes([keyless_plan, TokenType()])
        chain = plans.chain(
            [snapshot("o", "KEY_LESS"), snapshot("a", "TOKEN"), snapshot("b", "TOKEN")],
            CONTEXT,
        )
        self.assertEqual(
            chain.admit(caller(token="api-1")), Admission("a", "app", "sub")
        )
        self.assertEqual(chain.admit(caller()), Admission("o", "1", "192.0.2.7"))

    def test_unknown_security(self) -> None:
        """A plan that cannot be enforced is refused, never ignored."""
        plans = [snapshot("a", "KEY_LESS"), snapshot("b", "TOKEN")]
        error = self.assertRaises(
            ValueError, PlanTypes([keyless_plan]).chain, plans, CONTEXT
        )
        self.assertIn("TOKEN", str(error))
