"""The page on the Automation API names what the code does, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.management.automation.apis import AutomationApis
from relay.management.automation.applications import AutomationApplications
from relay.management.automation.policy_groups import AutomationPolicyGroups
from relay.management.automation.subscriptions import (
    AutomationSubscriptions,
    SubscriptionSpec,
)
from relay.management.http.parameters import DRY_RUN
from relay.management.http.routing import routes_of

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "reference" / "automation-api.md").read_text()
FAMILIES = (
    AutomationApis,
    AutomationApplications,
    AutomationPolicyGroups,
    AutomationSubscriptions,
)


class PageTests(SynchronousTestCase):
    """Comparing the page with the code."""

    def test_calls(self) -> None:
        """Each call stands in a table row with its parameters, and each row is one."""
        routes = [one for family in FAMILIES for one in routes_of(family)]
        told = set(re.findall(r"^\| `([A-Z]+ /[^`]+)` \|", PAGE, re.MULTILINE))
        self.assertEqual(told, {f"{one.verb} {one.path}" for one in routes})
        for one in routes:
            (row,) = (
                line
                for line in PAGE.splitlines()
                if line.startswith(f"| `{one.verb} {one.path}` |")
            )
            for parameter in one.query:
                if parameter != DRY_RUN:
                    self.assertIn(f"`{parameter.name}`", row)

    def test_subscriptions(self) -> None:
        """Each member of a subscription is described."""
        for field in SubscriptionSpec.model_fields.values():
            self.assertIn(f"`{field.alias}`", PAGE)
