"""References of files and bodies to shared policy groups of the store."""

from __future__ import annotations

from typing import Any

from tests.dialects.bodies import flow, step
from tests.management.automation.harness import AutomationCase, api_spec, plan_spec
from tests.management.harness import PREFIX

GROUP = {"name": "G", "apiType": "PROXY", "phase": "REQUEST"}


class ReferenceTests(AutomationCase):
    """A file and a body of the Automation API mean the same group."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Create two groups: the crossId of one is the hrid of the other."""
        await super().setUp()
        path = f"{PREFIX}/shared-policy-groups"
        by_hrid = {**GROUP, "hrid": "slow", "crossId": "one"}
        by_cross_id = {**GROUP, "hrid": "fast", "crossId": "slow"}
        for group in (by_hrid, by_cross_id):
            await self.expect(201, "POST", path, group)

    def spec(self, **reference: Any) -> dict[str, Any]:
        """Return an API of which a flow and a plan have a reference."""
        flows = [flow(step("shared-policy-group-policy", **reference))]
        return api_spec(
            state="STOPPED", flows=flows, plans=[plan_spec("open", flows=flows)]
        )

    async def used(self, method: str, path: str, body: Any) -> set[str]:
        """Send an API, delete it, and return the crossIds that it had."""
        status = 201 if method == "POST" else 200
        made = await self.expect(status, method, path, body)
        api = await self.managed(f"/apis/{made['id']}")
        plans = await self.managed(f"/apis/{made['id']}/plans")
        await self.expect(204, "DELETE", "/apis/events")
        steps = [
            one
            for holder in (api, *plans["data"])
            for one in holder["flows"][0]["request"]
        ]
        self.assertEqual(len(steps), 2)
        return {one["configuration"]["sharedPolicyGroupId"] for one in steps}

    async def test_names(self) -> None:
        """A hrid is that of a group, and an id is its crossId."""
        for reference, cross_id in (
            ({"hrid": "slow"}, "one"),
            ({"hrid": "fast"}, "slow"),
            ({"hrid": "one"}, "one"),
            ({"sharedPolicyGroupId": "slow"}, "slow"),
            ({"sharedPolicyGroupId": "fast"}, "slow"),
        ):
            body = self.spec(**reference)
            found = [
                await self.used("PUT", "/apis", body),
                await self.used("POST", f"{PREFIX}/apis/_import/definition", body),
            ]
            self.assertEqual(found, [{cross_id}, {cross_id}], reference)

    async def test_unknown(self) -> None:
        """A group that there is not is told where the file names it, in all places."""
        body = self.spec(hrid="none")
        at = "flows[0].request[0].configuration.hrid"
        for method, path in (
            ("PUT", "/apis"),
            ("POST", f"{PREFIX}/apis/_import/definition"),
        ):
            error = await self.refused(400, "validation", method, path, body)
            self.assertEqual(
                [one["location"] for one in error["details"]], [at, f"plans[0].{at}"]
            )
