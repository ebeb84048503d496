"""The actions that the state of an API or a plan permits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from relay.model.api import differences, lifecycle
from relay.model.api.lifecycle import ActionRefused
from relay.model.records import ApiRecord, Deployment, PlanRecord
from relay.model.schema.errors import Invalid

API = ApiRecord(
    id="a",
    hrid="a",
    definition={
        "name": "A",
        "type": "PROXY",
        "listeners": [{"paths": [{"path": "/sse/"}]}],
    },
    state="STOPPED",
    lifecycle_state="CREATED",
    visibility="PRIVATE",
    created_at_ms=1,
    updated_at_ms=1,
    deployed_at_ms=None,
)
PLAN = PlanRecord(
    id="p",
    api_id="a",
    hrid="p",
    definition={"name": "P", "mode": "STANDARD", "security": {"type": "KEY_LESS"}},
    status="STAGING",
    order=0,
    created_at_ms=1,
    updated_at_ms=1,
    published_at_ms=None,
    closed_at_ms=None,
)


def plan(status: str, **changes: Any) -> PlanRecord:
    """Return a plan of a status."""
    return replace(PLAN, status=status, **changes)


def snapshot(api: ApiRecord, *plans: PlanRecord) -> Deployment:
    """Return a deployment of an API in its present state."""
    return Deployment(
        id="d",
        api_id=api.id,
        number=1,
        label=None,
        definition={**api.definition, "id": api.id},
        plans=tuple(
            {**one.definition, "id": one.id, "order": one.order} for one in plans
        ),
        created_at_ms=2,
    )


class RefusalCase(SynchronousTestCase):
    """A test of refusals."""

    def allowed(self, rule: Any, *args: Any, **options: Any) -> None:
        """Assert that a rule has nothing against it."""
        self.assertIsNone(rule(*args, **options))

    def refused(self, code: str, rule: Any, *args: Any) -> ActionRefused:
        """Assert that a rule refuses with a code."""
        error: ActionRefused = self.assertRaises(ActionRefused, rule, *args)
        self.assertEqual(error.code, code)
        return error


class ApiTests(RefusalCase):
    """Rules on APIs."""

    def test_start(self) -> None:
        """A stopped API with a served plan starts; nothing else does."""
        for status in ("PUBLISHED", "DEPRECATED"):
            self.allowed(lifecycle.check_start, API, [plan(status)])
        running = replace(API, state="STARTED")
        error = self.refused(
            "api.started", lifecycle.check_start, running, [plan("PUBLISHED")]
        )
        self.assertEqual(error.message, "API is already started")
        for plans in ([], [plan("STAGING")], [plan("CLOSED")]):
            self.refused("api.NotDeployable", lifecycle.check_start, API, plans)
        archived = replace(API, lifecycle_state="ARCHIVED")
        self.refused(
            "api.archived", lifecycle.check_start, archived, [plan("PUBLISHED")]
        )

    def test_stop(self) -> None:
        """Only a started API can be stopped."""
        self.allowed(lifecycle.check_stop, replace(API, state="STARTED"))
        error = self.refused("api.stopped", lifecycle.check_stop, API)
        self.assertEqual(error.message, "API is already stopped")
        archived = replace(API, lifecycle_state="ARCHIVED")
        self.refused("api.archived", lifecycle.check_stop, archived)

    def test_deploy(self) -> None:
        """A deployment needs a plan that it can take along."""
        self.allowed(lifecycle.check_deploy, API, [plan("PUBLISHED")])
        self.refused("api.NotDeployable", lifecycle.check_deploy, API, [PLAN])

    def test_delete(self) -> None:
        """A running API, or one with open plans, is not deleted."""
        staging = [plan("STAGING"), plan("CLOSED")]
        self.allowed(lifecycle.check_delete, API, staging, False)
        for status in ("PUBLISHED", "DEPRECATED"):
            plans = [plan(status)]
            error = self.refused(
                "api.notDeletable", lifecycle.check_delete, API, plans, False
            )
            self.assertEqual(error.parameters, {"plans": "P"})
            self.allowed(lifecycle.check_delete, API, plans, True)
        running = replace(API, state="STARTED")
        self.refused("api.running", lifecycle.check_delete, running, [], True)

    def test_type_is_for_life(self) -> None:
        """An API never becomes one of another type."""
        self.allowed(lifecycle.check_update, API, {"type": "PROXY"})
        self.refused("api.type", lifecycle.check_update, API, {"type": "MESSAGE"})

    def test_lifecycle_state(self) -> None:
        """Each way between two lifecycle states is open or closed as documented."""
        states = ("CREATED", "PUBLISHED", "UNPUBLISHED", "DEPRECATED", "ARCHIVED")
        open_ways = {
            "CREATED": set(states),
            "PUBLISHED": set(states),
            "UNPUBLISHED": set(states) - {"CREATED"},
            "DEPRECATED": {"DEPRECATED", "ARCHIVED"},
            "ARCHIVED": {"ARCHIVED"},
        }
        for current in states:
            self.assertEqual(lifecycle.next_lifecycle_state(current, None), current)
            for wanted in states:
                if wanted in open_ways[current]:
                    self.assertEqual(
                        lifecycle.next_lifecycle_state(current, wanted), wanted
                    )
                else:
                    self.refused(
                        "api.lifecycleState.invalid",
                        lifecycle.next_lifecycle_state,
                        current,
                        wanted,
                    )

    def test_paths(self) -> None:
        """A path that contains or is contained by another API's is refused."""
        taken = [("b", None, "/sse/"), ("b", "example.com", "/x/")]
        for path, why in (
            ("/sse/", ""),
            ("/sse/a/", ": it lies within [/sse/] of the API b"),
            ("/", ": it contains [/sse/] of the API b"),
        ):
            error = self.assertRaises(
                Invalid, lifecycle.check_paths, [("here", None, path)], taken, "a"
            )
            self.assertEqual(
                error.issues[0].message, f"Path [{path}] already exists{why}"
            )
            self.assertEqual(error.issues[0].location, "here")
        for host, path in ((None, "/sse2/"), (None, "/x/"), ("example.com", "/sse/")):
            self.allowed(lifecycle.check_paths, [("here", host, path)], taken, "a")
        self.allowed(lifecycle.check_paths, [("", None, "/sse/")], taken, "b")

    def test_every_taken_path_is_named(self) -> None:
        """All paths of a body that are taken are reported."""
        wanted = [
            ("one", None, "/sse/"),
            ("free", None, "/y/"),
            ("two", None, "/sse/a/"),
        ]
        error = self.assertRaises(
            Invalid, lifecycle.check_paths, wanted, [("b", None, "/sse/")], None
        )
        self.assertEqual([issue.location for issue in error.issues], ["one", "two"])


class PlanTests(RefusalCase):
    """Rules on plans."""

    def test_publish(self) -> None:
        """Only a plan in the status STAGING can be published."""
        self.allowed(lifecycle.check_publish, PLAN, [PLAN])
        for status, code in (
            ("PUBLISHED", "plan.published"),
            ("DEPRECATED", "plan.deprecated"),
            ("CLOSED", "plan.closed"),
        ):
            self.refused(code, lifecycle.check_publish, plan(status), [])

    def test_one_keyless_plan(self) -> None:
        """A second keyless plan is refused while one is served, and only then."""
        for status in ("PUBLISHED", "DEPRECATED"):
            other = plan(status, id="q")
            self.refused(
                "plan.keyless.exists", lifecycle.check_publish, PLAN, [PLAN, other]
            )
        for status in ("STAGING", "CLOSED"):
            other = plan(status, id="q")
            self.allowed(lifecycle.check_publish, PLAN, [PLAN, other])
        keyed = plan("PUBLISHED", id="q", definition={"security": {"type": "API_KEY"}})
        self.allowed(lifecycle.check_publish, PLAN, [PLAN, keyed])

    def test_deprecate(self) -> None:
        """Only a published plan can be deprecated."""
        self.allowed(lifecycle.check_deprecate, plan("PUBLISHED"))
        for status, code in (
            ("STAGING", "plan.notPublished"),
            ("DEPRECATED", "plan.deprecated"),
            ("CLOSED", "plan.closed"),
        ):
            self.refused(code, lifecycle.check_deprecate, plan(status))

    def test_close(self) -> None:
        """Every plan is closed once."""
        for status in ("STAGING", "PUBLISHED", "DEPRECATED"):
            self.allowed(lifecycle.check_close, plan(status))
        self.refused("plan.closed", lifecycle.check_close, plan("CLOSED"))

    def test_update(self) -> None:
        """
        A closed plan, and the security and the mode of every plan, cannot be changed.
        """
        check = lifecycle.check_update_plan
        self.allowed(check, PLAN, {**PLAN.definition, "name": "other"})
        self.refused("plan.closed", check, plan("CLOSED"), PLAN.definition)
        keyed = {**PLAN.definition, "security": {"type": "API_KEY"}}
        self.refused("plan.security.type", check, PLAN, keyed)
        push = {**PLAN.definition, "mode": "PUSH"}
        self.refused("plan.mode", check, PLAN, push)

    def test_new_plan(self) -> None:
        """An API on its way out gets no new plan."""
        self.allowed(lifecycle.check_new_plan, API)
        for state in ("DEPRECATED", "ARCHIVED"):
            api = replace(API, lifecycle_state=state)
            self.refused("api.deprecated", lifecycle.check_new_plan, api)

    def test_reordered(self) -> None:
        """Published plans are numbered without gaps, around the one that moved."""
        plans = [
            plan("PUBLISHED", id=name, order=order)
            for name, order in (("x", 2), ("y", 5), ("z", 7))
        ]
        plans.append(plan("STAGING", id="s", order=1))
        self.assertEqual(lifecycle.reordered(plans, None), {"x": 1, "y": 2, "z": 3})
        moved = replace(plans[2], order=1)
        self.assertEqual(lifecycle.reordered(plans, moved), {"z": 1, "x": 2, "y": 3})
        far = replace(plans[0], order=99)
        self.assertEqual(lifecycle.reordered(plans, far), {"y": 1, "z": 2, "x": 3})


class DeployedTests(SynchronousTestCase):
    """Whether gateways run the last saved definition."""

    def assertDeployed(
        self, expected: bool, api: ApiRecord, plans: list[PlanRecord]
    ) -> None:
        """Compare with a snapshot of the API and its published plan."""
        newest = snapshot(API, plan("PUBLISHED", order=1))
        self.assertIs(differences.is_deployed(api, plans, newest), expected)

    def test_never_deployed(self) -> None:
        """An API without a deployment is not deployed."""
        self.assertFalse(differences.is_deployed(API, [], None))

    def test_same(self) -> None:
        """An API that was not changed since its deployment is deployed."""
        self.assertDeployed(True, API, [plan("PUBLISHED", order=1)])

    def test_descriptive_changes(self) -> None:
        """Words for people need no deployment, and neither do empty members."""
        changed = {**API.definition, "name": "B", "description": "b", "tags": []}
        plans = [
            plan("PUBLISHED", order=1, definition={**PLAN.definition, "name": "other"}),
            plan("STAGING", id="s"),
            plan("CLOSED", id="c"),
        ]
        self.assertDeployed(True, replace(API, definition=changed), plans)
        self.assertDeployed(True, API, [plan("DEPRECATED", order=1)])

    def test_traffic_changes(self) -> None:
        """Every member that changes traffic needs one."""
        plans = [plan("PUBLISHED", order=1)]
        for name in differences.API_TRAFFIC:
            changed = {**API.definition, name: ["different"]}
            self.assertDeployed(False, replace(API, definition=changed), plans)

    def test_plan_changes(self) -> None:
        """
        A change of a plan, a missing plan and an additional plan make an API
        undeployed.
        """
        served = plan("PUBLISHED", order=1)
        self.assertDeployed(False, API, [])
        self.assertDeployed(False, API, [served, plan("PUBLISHED", id="q", order=2)])
        self.assertDeployed(False, API, [plan("CLOSED", order=1)])
        self.assertDeployed(False, API, [replace(served, order=2)])
        for name in differences.PLAN_TRAFFIC:
            if name != "order":
                changed = {**PLAN.definition, name: ["different"]}
                self.assertDeployed(False, API, [replace(served, definition=changed)])
