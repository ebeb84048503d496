"""The page on the management API names what the code does, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from relay.management.access.session_paths import SessionPaths
from relay.management.access.tokens import Tokens
from relay.management.access.users import Users
from relay.management.consumers.api_keys import ApiKeys
from relay.management.consumers.applications import Applications
from relay.management.consumers.subscriptions import Subscriptions
from relay.management.definitions.exports import Exports
from relay.management.definitions.resource import Imports
from relay.management.definitions.swagger import SwaggerImports
from relay.management.http.parameters import DRY_RUN
from relay.management.http.routing import Route
from relay.management.policy_groups.resource import SharedPolicyGroups
from relay.management.resources.apis import Apis
from relay.management.resources.audits import Audits
from relay.management.resources.channels import Channels
from relay.management.resources.dead_letters import DeadLetters
from relay.management.resources.deployment_history import DeploymentHistory
from relay.management.resources.deployments import Deployments
from relay.management.resources.expressions import Expressions
from relay.management.resources.health import Health
from relay.management.resources.instances import Instances
from relay.management.resources.migration import Migration
from relay.management.resources.node import Node
from relay.management.resources.pictures import Pictures
from relay.management.resources.plans import Plans
from relay.management.resources.plugins import Plugins
from relay.management.resources.probes import Probes
from relay.management.resources.rollback import Rollback
from relay.management.resources.search import Search
from relay.management.traffic.analytics import ApiAnalytics
from relay.management.traffic.logs import Logs
from relay.management.traffic.totals import ApiTotals
from relay.management.tryit.resource import TryIt
from relay.model.api.differences import API_TRAFFIC, PLAN_TRAFFIC

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "reference" / "management-api.md").read_text()
FAMILIES = (
    ApiKeys,
    Apis,
    Applications,
    Audits,
    Channels,
    DeadLetters,
    DeploymentHistory,
    Deployments,
    Exports,
    Expressions,
    Health,
    Imports,
    Instances,
    Logs,
    Migration,
    ApiAnalytics,
    ApiTotals,
    Pictures,
    Plans,
    Plugins,
    Probes,
    Rollback,
    Search,
    SessionPaths,
    SharedPolicyGroups,
    Subscriptions,
    SwaggerImports,
    Node,
    Tokens,
    TryIt,
    Users,
)
SUBJECTS = "api|apiKey|application|body|credentials|csrf|deadLetter|deployment|endpoint"
SUBJECTS += (
    "|json|log|patch|plan|query|session|sharedPolicyGroup|subscription|token|try|user"
)
CODE = re.compile(rf'(?<![\w.])"((?:{SUBJECTS})\.[A-Za-z.]+)"')


def routes() -> list[Route]:
    """Return all routes."""
    found = []
    for family in FAMILIES:
        for name in dir(family):
            route = getattr(getattr(family, name), "relay_route", None)
            if isinstance(route, Route):
                found.append(route)
    return found


class PageTests(SynchronousTestCase):
    """Comparing the page with the code."""

    def test_paths(self) -> None:
        """Each call stands in a table, and each table row is a call."""
        told = set(re.findall(r"^\| `([A-Z]+ /[^`]+)` \|", PAGE, re.MULTILINE))
        self.assertEqual(told, {f"{one.verb} {one.path}" for one in routes()})

    def test_parameters(self) -> None:
        """Each parameter of a call is named in its row."""
        for one in routes():
            row = next(
                line
                for line in PAGE.splitlines()
                if line.startswith(f"| `{one.verb} {one.path}` |")
            )
            for name in (each.name for each in one.query if each != DRY_RUN):
                self.assertIn(f"`{name}", row, one.path)

    def test_dry_runs(self) -> None:
        """The page has the reason of each path without a dry run."""
        section = PAGE.partition("\n## Dry runs")[2].partition("\n## ")[0]
        for one in routes():
            self.assertIn(one.no_dry_run or "", section, one.path)

    def test_codes(self) -> None:
        """Each code of a refusal is named."""
        sources = [
            *(ROOT / "relay" / "management").rglob("*.py"),
            *(ROOT / "relay" / "model").rglob("*.py"),
        ]
        codes = {code for path in sources for code in CODE.findall(path.read_text())}
        self.assertGreater(len(codes), 20)
        self.assertEqual({code for code in codes if f"`{code}`" not in PAGE}, set())

    def test_traffic(self) -> None:
        """The page names every member that changes traffic."""
        for name in (*API_TRAFFIC, *PLAN_TRAFFIC):
            self.assertIn(f"`{name}`", PAGE)
