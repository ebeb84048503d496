"""APIs in the Automation API."""

from __future__ import annotations

from typing import Any

from relay.model.records import ServingReport
from tests.management.automation.harness import (
    AutomationCase,
    api_spec,
    plan_spec,
    vector,
)
from tests.management.harness import PREFIX, basic

NOTHING: dict[str, list[str]] = {"severe": [], "warning": []}


class PutTests(AutomationCase):
    """Create and change APIs."""

    async def test_created(self) -> None:
        """A new API is saved with its plans, deployed and started."""
        made = await self.same("/apis", api_spec())
        self.assertEqual(
            (made["hrid"], made["state"], made["lifecycleState"], made["errors"]),
            ("events", "STARTED", "CREATED", NOTHING),
        )
        self.assertEqual(
            (made["organizationId"], made["environmentId"]), ("DEFAULT", "DEFAULT")
        )
        (plan,) = made["plans"]
        self.assertEqual((plan["hrid"], plan["status"]), ("open", "PUBLISHED"))
        self.assertEqual(await self.expect(200, "GET", "/apis/events"), made)
        api = await self.managed(f"/apis/{made['id']}")
        self.assertEqual(
            (api["hrid"], api["state"], api["deploymentState"]),
            ("events", "STARTED", "DEPLOYED"),
        )
        listed = await self.expect(200, "GET", "/apis")
        self.assertEqual(listed["data"], [made])

    async def test_what_get_returns_can_be_put(self) -> None:
        """The state of an API is a body, which changes nothing."""
        await self.put("/apis", api_spec(labels=["a"], properties=[]))
        found = await self.expect(200, "GET", "/apis/events")
        before = await self.trail()
        self.assertEqual(await self.put("/apis", found), found)
        self.assertEqual(await self.trail(), before)

    async def test_of_the_reference(self) -> None:
        """A body with pages, members, metadata and two plans, twice."""
        made = await self.same("/apis", vector("12-automation-body-with-hrid.json"))
        self.assertEqual(
            (made["hrid"], made["version"], made["lifecycleState"], made["visibility"]),
            ("finance-invoices", "5.0.1", "UNPUBLISHED", "PRIVATE"),
        )
        self.assertEqual(
            [(one["hrid"], one["status"]) for one in made["plans"]],
            [("auditors", "PUBLISHED"), ("old-auditors", "DEPRECATED")],
        )
        self.assertEqual(made["errors"]["severe"], [])
        self.assertTrue(made["errors"]["warning"])

    async def test_deployed_when_traffic_changes(self) -> None:
        """A new description is saved only; a new target is deployed."""
        made = await self.put("/apis", api_spec())
        current = f"/apis/{made['id']}/deployments/current"
        await self.same("/apis", api_spec(description="new"))
        self.assertEqual((await self.managed(current))["deploymentNumber"], 1)
        changed = api_spec(description="new")
        endpoint = changed["endpointGroups"][0]["endpoints"][0]
        endpoint["configuration"]["target"] = "https://example.com/other"
        await self.same("/apis", changed)
        self.assertEqual((await self.managed(current))["deploymentNumber"], 2)
        events = await self.trail()
        self.assertEqual(events.count("API_DEPLOYED"), 2)

    async def test_state(self) -> None:
        """The state is acted upon; without one it stays."""
        made = await self.same("/apis", api_spec(state="STOPPED"))
        self.assertEqual(made["state"], "STOPPED")
        self.assertNotIn("API_DEPLOYED", await self.trail())
        for state, after in (
            ("STARTED", "STARTED"),
            ("STOPPED", "STOPPED"),
            (None, "STOPPED"),
            ("STARTED", "STARTED"),
            (None, "STARTED"),
        ):
            found = await self.same("/apis", api_spec(state=state))
            self.assertEqual(found["state"], after)
        self.assertEqual((await self.trail()).count("API_DEPLOYED"), 1)
        await self.problem("state", api_spec(state="CLOSED"))

    async def test_a_state_that_others_left(self) -> None:
        """What was saved and not deployed, and what was stopped, is completed."""
        made = await self.put("/apis", api_spec(state="STOPPED"))
        path = f"{PREFIX}/apis/{made['id']}"
        await self.expect(202, "POST", f"{path}/deployments")
        await self.expect(200, "PATCH", path, {"tags": ["t"]})
        wanted = api_spec(tags=["t"])
        found = await self.same("/apis", wanted)
        self.assertEqual(found["state"], "STARTED")
        self.assertEqual(
            (await self.managed(f"/apis/{made['id']}"))["state"], "STARTED"
        )
        await self.expect(204, "POST", f"{path}/_stop")
        await self.same("/apis", wanted)
        self.assertEqual((await self.trail()).count("API_DEPLOYED"), 2)

    async def test_a_refused_deployment(self) -> None:
        """What a gateway has refused is deployed again, and what it serves is not."""
        made = await self.put("/apis", api_spec())

        async def report(result: ServingReport) -> None:
            reports = {made["id"]: result}
            await self.store.write(lambda tx: tx.gateways.report("g", "h", reports))

        await report(ServingReport(1, None, "no such file"))
        await self.put("/apis", api_spec())
        self.assertEqual((await self.trail()).count("API_DEPLOYED"), 2)
        await report(ServingReport(2, 2, None))
        await self.same("/apis", api_spec())
        self.assertEqual((await self.trail()).count("API_DEPLOYED"), 2)

    async def problem(self, location: str, body: Any) -> str:
        """Put a body with one mistake."""
        error = await self.refused(400, "validation", "PUT", "/apis", body)
        (detail,) = error["details"]
        self.assertEqual(detail["location"], location)
        # Some clients show nothing but the message.
        self.assertIn(detail["message"], error["message"])
        self.assertIn(location, error["message"])
        return str(detail["message"])

    async def test_refused(self) -> None:
        """Mistakes by their places; nothing is saved."""
        await self.problem("hrid", api_spec(hrid=None))
        await self.problem("hrid", api_spec(hrid="a b"))
        await self.problem("", [])
        await self.problem(
            "plans[0].hrid", api_spec(plans=[{**plan_spec("a"), "hrid": None}])
        )
        await self.problem(
            "plans[1].hrid", api_spec(plans=[plan_spec("a", "MTLS"), plan_spec("a")])
        )
        await self.problem(
            "plans[0].status", api_spec(plans=[plan_spec("a", status="X")])
        )
        await self.problem("name", api_spec(name=""))
        no_plan = api_spec(plans=[])
        await self.refused(400, "api.NotDeployable", "PUT", "/apis", no_plan)
        self.assertEqual((await self.expect(200, "GET", "/apis"))["data"], [])
        await self.put("/apis", api_spec())
        told = await self.problem("listeners[0].paths[0].path", api_spec(hrid="other"))
        self.assertIn("already exists", told)

    async def test_unknown_members_are_left_out(self) -> None:
        """What has no meaning is left out, and told."""
        made = await self.same("/apis", api_spec(surprise=1, consoleNotification={}))
        warnings = made["errors"]["warning"]
        self.assertEqual(len(warnings), 2, warnings)
        self.assertNotIn("surprise", made)

    async def test_dry_run(self) -> None:
        """A dry run shows the state and the changes, or the problems."""
        shown = await self.put("/apis?dryRun=true", api_spec())
        self.assertEqual((shown["state"], shown["errors"]), ("STARTED", NOTHING))
        self.assertIn("API_DEPLOYED", [one["event"] for one in shown["changes"]])
        await self.refused(404, "hrid.notFound", "GET", "/apis/events")
        wrong = await self.put("/apis?dryRun=true", api_spec(name="", plans=[]))
        self.assertEqual(wrong["changes"], [])
        (told,) = wrong["errors"]["severe"]
        self.assertTrue(told.startswith("name: "), told)
        await self.put("/apis?dryRun=false", api_spec())
        same = await self.put("/apis?dryRun=true", api_spec())
        self.assertEqual(same["changes"], [])

    async def test_by_id(self) -> None:
        """An API that was made otherwise is named by its id."""
        made = await self.put("/apis", api_spec())
        found = await self.put(
            "/apis?hridContainsUUID=true", api_spec(hrid=made["id"], name="By id")
        )
        self.assertEqual((found["hrid"], found["name"]), ("events", "By id"))
        path = f"/apis/{made['id']}?hridContainsUUID=true"
        self.assertEqual(await self.expect(200, "GET", path), found)
        by_any = await self.expect(200, "GET", f"/apis/{made['id']}")
        self.assertEqual(by_any, found)
        unknown = api_spec(hrid="4b3e6cf5-5c39-4c0f-9f4a-7a1ec7ad0a52")
        to = "/apis?hridContainsUUID=true"
        await self.refused(404, "hrid.notFound", "PUT", to, unknown)
        await self.expect(204, "DELETE", path)

    async def test_deleted(self) -> None:
        """A running API is deleted with its plans."""
        await self.put("/apis", api_spec())
        await self.expect(200, "DELETE", "/apis/events?dryRun=true")
        await self.expect(204, "DELETE", "/apis/events")
        await self.refused(404, "hrid.notFound", "DELETE", "/apis/events")
        self.assertEqual((await self.expect(200, "GET", "/apis"))["data"], [])
        await self.same("/apis", api_spec())

    async def test_paths_and_roles(self) -> None:
        """Other environments do not exist, and viewers read only."""
        base = "/automation/organizations"
        for path, code in (
            ("/automation/organizations/DEFAULT", "notFound"),
            (f"{base}/other/environments/DEFAULT/apis", "organization.notFound"),
            (f"{base}/DEFAULT/environments/other/apis", "environment.notFound"),
            ("/automation/v2/apis", "notFound"),
        ):
            await self.refused(404, code, "GET", path)
        made = {"name": "vera", "password": "a long password", "role": "VIEWER"}
        await self.expect(201, "POST", "/management/v2/users", made)
        viewer = basic("vera", "a long password")
        await self.put("/apis", api_spec())
        await self.expect(200, "GET", "/apis/events", credentials=viewer)
        for method, path in (("PUT", "/apis"), ("DELETE", "/apis/events")):
            await self.refused(
                403, "forbidden", method, path, api_spec(), credentials=viewer
            )

    async def test_of_an_operator(self) -> None:
        """A custom resource as an operator sends it, with all that it has."""
        spec = api_spec(
            definitionVersion="V4",
            definitionContext={"origin": "KUBERNETES", "syncFrom": "MANAGEMENT"},
            crossId="6a5ad9b3-4d06-4ba1-8d5b-1c1d6a1e1f6d",
            tags=None,
            labels=[],
            properties=None,
            metadata=None,
            resources=[],
            groups=None,
            groupRefs=None,
            categories=[],
            notifyMembers=True,
            pages=None,
            consoleNotification={"groups": [], "events": []},
            flows=None,
            plans=[
                plan_spec(
                    "open", flows=None, excludedGroups=None, definitionVersion="V4"
                )
            ],
        )
        made = await self.same("/apis", spec)
        (plan,) = made["plans"]
        shown = await self.managed(f"/apis/{made['id']}/plans/{plan['id']}")
        self.assertEqual((shown["hrid"], shown["validation"]), ("open", "AUTO"))
        self.assertEqual(made["crossId"], spec["crossId"])


class PlanTests(AutomationCase):
    """The plans of a body."""

    async def listed(self, *plans: dict[str, Any]) -> list[tuple[str, str]]:
        """Put an API with these plans, and return those that it has then."""
        found = await self.same("/apis", api_spec(plans=list(plans)))
        return [(one["hrid"], one["status"]) for one in found["plans"]]

    async def test_changed(self) -> None:
        """Plans are added, change and move on; their order is that of the list."""
        keys = plan_spec("keys", "API_KEY")
        await self.listed(plan_spec("open"))
        found = await self.listed(keys, plan_spec("open", name="For all"))
        self.assertEqual(found, [("keys", "PUBLISHED"), ("open", "PUBLISHED")])
        later = plan_spec("later", "MTLS", "STAGING")
        found = await self.listed(plan_spec("open", status="DEPRECATED"), keys, later)
        self.assertEqual(
            found, [("keys", "PUBLISHED"), ("open", "DEPRECATED"), ("later", "STAGING")]
        )
        made = await self.expect(200, "GET", "/apis/events")
        deployed = await self.managed(f"/apis/{made['id']}/deployments/current")
        self.assertEqual([one["hrid"] for one in deployed["plans"]], ["keys", "open"])

    async def test_not_back(self) -> None:
        """A plan never becomes again what it was, nor has another security."""
        await self.listed(plan_spec("a", "API_KEY", "DEPRECATED"))
        for plan, code in (
            (plan_spec("a", "API_KEY"), "plan.status"),
            (plan_spec("a", "MTLS", "DEPRECATED"), "plan.security.type"),
        ):
            body = api_spec(plans=[plan])
            await self.refused(400, code, "PUT", "/apis", body)
        two = api_spec(plans=[plan_spec("b"), plan_spec("c")])
        await self.refused(400, "plan.keyless.exists", "PUT", "/apis", two)

    async def test_no_longer_listed(self) -> None:
        """A plan is deleted, or closed when it has subscriptions."""
        keys = plan_spec("keys", "API_KEY")
        await self.listed(plan_spec("open"), keys, plan_spec("mtls", "MTLS"))
        await self.put("/applications", {"hrid": "app", "name": "App"})
        subscription = {"hrid": "sub", "applicationHrid": "app", "planHrid": "keys"}
        await self.put("/apis/events/subscriptions", subscription)
        self.assertEqual(await self.listed(plan_spec("open")), [("open", "PUBLISHED")])
        made = await self.expect(200, "GET", "/apis/events")
        path = f"/apis/{made['id']}"
        plans = await self.managed(f"{path}/plans?statuses=CLOSED,PUBLISHED")
        self.assertEqual(
            {(one["hrid"], one["status"]) for one in plans["data"]},
            {("open", "PUBLISHED"), ("keys", "CLOSED")},
        )
        found = await self.managed(f"{path}/subscriptions?statuses=CLOSED")
        self.assertEqual([one["hrid"] for one in found["data"]], ["sub"])
        again = await self.listed(plan_spec("open"), keys)
        self.assertEqual(again, [("open", "PUBLISHED"), ("keys", "PUBLISHED")])

    async def test_closed(self) -> None:
        """A plan that is listed as closed is closed once."""
        await self.listed(plan_spec("open"), plan_spec("keys", "API_KEY"))
        closed = plan_spec("keys", "API_KEY", "CLOSED")
        found = await self.listed(plan_spec("open"), closed)
        self.assertEqual(found, [("open", "PUBLISHED")])
        never = plan_spec("never", "API_KEY", "CLOSED")
        found = await self.listed(plan_spec("open"), closed, never)
        self.assertEqual(found, [("open", "PUBLISHED")])
        self.assertEqual((await self.trail()).count("PLAN_CLOSED"), 1)
