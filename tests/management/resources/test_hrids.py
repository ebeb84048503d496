"""Human-readable ids in the management API."""

from __future__ import annotations

from typing import Any

from tests.management.harness import ManagementCase, api_body, plan_body

GROUP = {"name": "Slow Down", "apiType": "PROXY", "phase": "REQUEST", "steps": []}


class HridTests(ManagementCase):
    """Derived, given, changed and refused."""

    async def test_derived(self) -> None:
        """From the name, made unique."""
        first = await self.expect(201, "POST", "/apis", api_body("/a", name="My API"))
        other = await self.expect(201, "POST", "/apis", api_body("/b", name="My API"))
        self.assertEqual((first["hrid"], other["hrid"]), ("my-api", "my-api-2"))
        plans = f"/apis/{first['id']}/plans"
        made = [
            await self.expect(201, "POST", plans, plan_body(name="Gold"))
            for _ in range(2)
        ]
        self.assertEqual([one["hrid"] for one in made], ["gold", "gold-2"])
        listed = await self.expect(200, "GET", f"{plans}?statuses=STAGING")
        self.assertEqual([one["hrid"] for one in listed["data"]], ["gold", "gold-2"])
        listed = await self.expect(200, "GET", "/apis")
        self.assertEqual(
            {one["hrid"] for one in listed["data"]}, {"my-api", "my-api-2"}
        )
        group = await self.expect(201, "POST", "/shared-policy-groups", GROUP)
        self.assertEqual(group["hrid"], "slow-down")

    async def test_given_and_changed(self) -> None:
        """A given one is kept until another one is given."""
        api = await self.expect(201, "POST", "/apis", api_body("/a", hrid="Events.v1"))
        path = f"/apis/{api['id']}"
        self.assertEqual(api["hrid"], "Events.v1")
        kept = await self.expect(200, "PUT", path, api_body("/a", name="Other"))
        self.assertEqual(kept["hrid"], "Events.v1")
        again = await self.expect(200, "PUT", path, kept)
        self.assertEqual(again["hrid"], "Events.v1")
        patched = await self.expect(200, "PATCH", path, {"hrid": "events"})
        self.assertEqual(patched["hrid"], "events")
        plan = await self.expect(201, "POST", f"{path}/plans", plan_body(hrid="p1"))
        at = f"{path}/plans/{plan['id']}"
        changed = await self.expect(200, "PATCH", at, {"hrid": "p2"})
        self.assertEqual((plan["hrid"], changed["hrid"]), ("p1", "p2"))
        group = await self.expect(
            201, "POST", "/shared-policy-groups", {**GROUP, "hrid": "g1"}
        )
        at = f"/shared-policy-groups/{group['id']}"
        for body, hrid in (({"name": "N"}, "g1"), ({"hrid": "g2"}, "g2")):
            self.assertEqual((await self.expect(200, "PUT", at, body))["hrid"], hrid)

    async def test_consumers(self) -> None:
        """Of an application and its subscription."""
        api = await self.expect(201, "POST", "/apis", api_body("/a"))
        plans = f"/apis/{api['id']}/plans"
        body = plan_body(name="Gold", security={"type": "API_KEY"})
        plan = await self.expect(201, "POST", plans, body)
        await self.expect(200, "POST", f"{plans}/{plan['id']}/_publish")
        given: dict[str, Any] = {"name": "App", "description": "d", "hrid": "the-app"}
        app = await self.expect(201, "POST", "/applications", given)
        self.assertEqual(app["hrid"], "the-app")
        await self.problem("POST", "/applications", given)
        at = f"/applications/{app['id']}"
        app = await self.expect(200, "PUT", at, {**given, "hrid": "our-app"})
        self.assertEqual(app["hrid"], "our-app")
        wanted = {"planId": plan["id"], "applicationId": app["id"]}
        subscriptions = f"/apis/{api['id']}/subscriptions"
        made = await self.expect(201, "POST", subscriptions, wanted)
        self.assertEqual(made["hrid"], "our-app-gold")
        at = f"{subscriptions}/{made['id']}"
        made = await self.expect(200, "PUT", at, {"hrid": "first"})
        self.assertEqual(made["hrid"], "first")
        await self.expect(200, "POST", f"{at}/_close")
        again = {**wanted, "hrid": "first"}
        made = await self.expect(201, "POST", subscriptions, again)
        self.assertEqual(made["hrid"], "first")

    async def problem(self, method: str, path: str, body: Any) -> str:
        """Return the message about a refused hrid."""
        error = await self.refused(400, "validation", method, path, body)
        (detail,) = error["details"]
        self.assertEqual(detail["location"], "hrid")
        return str(detail["message"])

    async def test_refused(self) -> None:
        """Malformed ones, and those of others."""
        api = await self.expect(201, "POST", "/apis", api_body("/a", hrid="one"))
        other = await self.expect(201, "POST", "/apis", api_body("/b", hrid="two"))
        for hrid in ("", "-a", "a b", "x" * 257, 7):
            await self.problem("POST", "/apis", api_body("/c", hrid=hrid))
        told = await self.problem("POST", "/apis", api_body("/c", hrid="one"))
        self.assertEqual(told, f"hrid [one] already exists: API {api['id']} has it")
        await self.problem("PUT", f"/apis/{other['id']}", api_body("/b", hrid="one"))
        await self.problem("PATCH", f"/apis/{other['id']}", {"hrid": "one"})
        plans = f"/apis/{api['id']}/plans"
        plan = await self.expect(201, "POST", plans, plan_body(hrid="one"))
        await self.problem("POST", plans, plan_body(hrid="one"))
        await self.problem("POST", plans, plan_body(hrid="a b"))
        twin = await self.expect(201, "POST", plans, plan_body())
        await self.problem("PATCH", f"{plans}/{twin['id']}", {"hrid": plan["hrid"]})

    async def test_no_deployment(self) -> None:
        """A new hrid of an API or a plan needs no deployment, and is no difference."""
        api_id = await self.create("/a")
        plan_id = await self.plan(api_id)
        path = f"/apis/{api_id}"
        await self.expect(204, "POST", f"{path}/_start")
        await self.expect(200, "PATCH", path, {"hrid": "renamed"})
        await self.expect(200, "PATCH", f"{path}/plans/{plan_id}", {"hrid": "other"})
        api = await self.expect(200, "GET", path)
        self.assertEqual(api["deploymentState"], "DEPLOYED")
        at = f"{path}/deployments/_diff?from=1&to=draft"
        self.assertEqual((await self.expect(200, "GET", at))["data"], [])
