"""Masks in bodies that write definitions."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from relay.model.secrets import MASK, Masking
from tests.installed import CATALOG
from tests.management.automation.harness import BASE, api_spec, plan_spec
from tests.management.harness import ManagementCase, api_body, plan_body

MASKED = Masking(CATALOG.type_of).masked
RESOURCE = {
    "name": "users",
    "type": "auth-provider-inline-resource",
    "configuration": {"users": [{"username": "bob", "password": "s3cret"}]},
}
STEP = {
    "name": "step",
    "policy": "transform-headers",
    "configuration": {"addHeaders": [{"name": "X-Key", "value": "s3cret"}]},
}
FLOW = {"name": "flow", "request": [STEP]}
WHY = "is the mask of a secret, and there is none to keep"


def definition(**changes: Any) -> dict[str, Any]:
    """Return an API with secrets in a resource, in a target and in a step."""
    body = api_body(resources=[RESOURCE], flows=[FLOW], **changes)
    endpoint = body["endpointGroups"][0]["endpoints"][0]
    endpoint["configuration"]["target"] = "https://example.com/?key=s3cret"
    return body


class MaskTests(ManagementCase):
    """A mask keeps a stored secret, and is refused where there is none."""

    PLACES = (
        "endpointGroups[0].endpoints[0].configuration.target",
        "flows[0].request[0].configuration.addHeaders[0].value",
        "resources[0].configuration.users[0].password",
    )

    async def refuses(self, method: str, path: str, body: Any, *places: str) -> None:
        """Check that masks in a body are refused at their places."""
        for query in ("", "?dryRun=true"):
            error = await self.expect(400, method, path + query, body)
            found = {(one["location"], one["message"]) for one in error["details"]}
            self.assertEqual(found, {(place, WHY) for place in places})

    async def test_apis(self) -> None:
        """PUT and both kinds of PATCH keep secrets; POST refuses masks."""
        sent = definition()
        await self.refuses("POST", "/apis", MASKED(sent), *self.PLACES)
        api_id = await self.create(**sent)
        path = f"/apis/{api_id}"
        stored = await self.definition(api_id)
        await self.expect(200, "PUT", path, {**MASKED(sent), "description": MASK})
        kept = await self.definition(api_id)
        self.assertEqual(kept, {**stored, "description": MASK})
        await self.expect(200, "PATCH", path, {"resources": MASKED(sent)["resources"]})
        self.assertEqual(await self.definition(api_id), kept)
        place = "/resources/0/configuration/users/0"
        patch = [{"op": "replace", "path": f"{place}/password", "value": MASK}]
        kind = {"Content-Type": "application/json-patch+json"}
        await self.expect(200, "PATCH", path, patch, headers=kind)
        self.assertEqual(await self.definition(api_id), kept)
        (other,) = deepcopy(MASKED({"resources": [RESOURCE]})["resources"])
        other["configuration"]["users"][0]["username"] = "eve"
        for method, body in (
            ("PUT", {**sent, "resources": [other]}),
            ("PATCH", {"resources": [other]}),
        ):
            await self.refuses(method, path, body, self.PLACES[2])
        self.assertEqual(await self.definition(api_id), kept)

    async def test_imports(self) -> None:
        """The same holds for files, with their plans."""
        plan = plan_body(flows=[FLOW])
        sent = MASKED({"api": definition(), "plans": [plan]})
        step = f"plans[0].{self.PLACES[1]}"
        places = [*(f"api.{one}" for one in self.PLACES), step]
        await self.refuses("POST", "/apis/_import/definition", sent, *places)
        api_id = await self.create(**definition())
        await self.plan(api_id, flows=[FLOW])
        stored = await self.definition(api_id)
        await self.expect(200, "PUT", f"/apis/{api_id}/_import/definition", sent)
        self.assertEqual(await self.definition(api_id), stored)
        plans = await self.store.read(lambda tx: tx.plans.list(api_id))
        self.assertIn("s3cret", str(plans[0].definition))

    async def test_plans(self) -> None:
        """PUT and PATCH keep secrets; POST refuses masks."""
        api_id = await self.create()
        body, place = plan_body(flows=[FLOW]), self.PLACES[1]
        await self.refuses("POST", f"/apis/{api_id}/plans", MASKED(body), place)
        plan_id = await self.plan(api_id, **body)
        path = f"/apis/{api_id}/plans/{plan_id}"
        shown = MASKED(FLOW)
        await self.expect(200, "PUT", path, {**body, "flows": [shown]})
        await self.expect(200, "PATCH", path, {"flows": [shown]})
        plan = await self.store.read(lambda tx: tx.plans.find(plan_id))
        assert plan is not None
        (step,) = plan.definition["flows"][0]["request"]
        self.assertEqual(step["configuration"]["addHeaders"][0]["value"], "s3cret")
        shown["request"][0]["configuration"]["addHeaders"][0]["name"] = "X-Other"
        await self.refuses("PATCH", path, {"flows": [shown]}, place)

    async def test_shared_policy_groups(self) -> None:
        """In both APIs."""
        body = {"name": "G", "apiType": "PROXY", "phase": "REQUEST", "steps": [STEP]}
        place = "steps[0].configuration.addHeaders[0].value"
        await self.refuses("POST", "/shared-policy-groups", MASKED(body), place)
        made = await self.expect(201, "POST", "/shared-policy-groups", body)
        path = f"/shared-policy-groups/{made['id']}"
        await self.expect(200, "PUT", path, {"steps": MASKED([STEP])})
        spec = {**MASKED(body), "hrid": made["hrid"]}
        groups = f"{BASE}/shared-policy-groups"
        await self.expect(200, "PUT", groups, spec)
        await self.expect(400, "PUT", groups, {**spec, "hrid": "other"})
        group = await self.store.read(lambda tx: tx.policy_groups.get(made["id"]))
        assert group is not None
        self.assertIn("s3cret", str(group.definition))
        self.assertNotIn(MASK, str(group.definition))

    async def test_automation(self) -> None:
        """A body keeps the secrets of the API and of its plans."""
        plan = plan_spec("open", flows=[FLOW])
        spec = api_spec(resources=[RESOURCE], state="STOPPED", plans=[plan])
        path = f"{BASE}/apis"
        error = await self.expect(400, "PUT", path, MASKED(spec))
        self.assertEqual(
            {one["location"] for one in error["details"]},
            {self.PLACES[2], f"plans[0].{self.PLACES[1]}"},
        )
        made = await self.expect(200, "PUT", path, spec)
        again = await self.expect(200, "PUT", path, MASKED(spec))
        self.assertEqual(again, made)
        self.assertIn("s3cret", str(again["plans"]))
        self.assertIn("s3cret", str(again["resources"]))

    async def definition(self, api_id: str) -> dict[str, Any]:
        """Return the stored definition of an API."""
        api = await self.store.read(lambda tx: tx.apis.get(api_id))
        assert api is not None
        return api.definition
