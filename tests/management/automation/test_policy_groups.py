"""Shared policy groups in the Automation API."""

from __future__ import annotations

from typing import Any

from tests.management.automation.harness import AutomationCase, api_spec

GROUPS = "/shared-policy-groups"
STEP = {"policy": "latency", "enabled": True, "configuration": {"time": 1}}
SPEC: dict[str, Any] = {
    "hrid": "simple",
    "name": "Slow",
    "description": "d",
    "apiType": "PROXY",
    "phase": "REQUEST",
    "steps": [STEP],
}


class GroupTests(AutomationCase):
    """Create, change, use, delete."""

    async def test_created_and_changed(self) -> None:
        """A group is deployed whenever it changes."""
        made = await self.same(GROUPS, SPEC)
        self.assertEqual((made["hrid"], made["phase"]), ("simple", "REQUEST"))
        self.assertEqual(await self.expect(200, "GET", f"{GROUPS}/simple"), made)
        self.assertEqual(await self.same(GROUPS, made), made)
        shown = await self.managed(f"{GROUPS}/{made['id']}")
        self.assertEqual((shown["version"], shown["lifecycleState"]), (1, "DEPLOYED"))
        await self.same(GROUPS, {**SPEC, "name": "Slower"})
        shown = await self.managed(f"{GROUPS}/{made['id']}")
        self.assertEqual((shown["version"], shown["name"]), (2, "Slower"))
        listed = await self.expect(200, "GET", GROUPS)
        self.assertEqual([one["hrid"] for one in listed["data"]], ["simple"])

    async def test_used(self) -> None:
        """Steps name the group by its hrid."""
        made = await self.put(GROUPS, SPEC)
        step = {
            "policy": "shared-policy-group-policy",
            "enabled": True,
            "configuration": {"hrid": "simple"},
        }
        flows = [{"name": "f", "enabled": True, "request": [step]}]
        api = await self.same("/apis", api_spec(flows=flows))
        (flow,) = api["flows"]
        self.assertEqual(flow["request"][0]["configuration"], {"hrid": "simple"})
        shown = await self.managed(f"/apis/{api['id']}")
        self.assertEqual(
            shown["flows"][0]["request"][0]["configuration"],
            {"sharedPolicyGroupId": made["crossId"]},
        )
        await self.refused(400, "sharedPolicyGroup.used", "DELETE", f"{GROUPS}/simple")
        await self.expect(204, "DELETE", "/apis/events")
        await self.expect(200, "DELETE", f"{GROUPS}/simple?dryRun=true")
        await self.expect(204, "DELETE", f"{GROUPS}/simple")
        await self.refused(404, "hrid.notFound", "GET", f"{GROUPS}/simple")
        step["configuration"] = {"hrid": "unknown"}
        await self.refused(400, "validation", "PUT", "/apis", api_spec(flows=flows))

    async def test_refused(self) -> None:
        """Mistakes, also in a dry run."""
        made = await self.put(GROUPS, {**SPEC, "contextRef": {"name": "dev"}})
        self.assertEqual(len(made["errors"]["warning"]), 1)
        for changes, code in (
            ({"name": ""}, "validation"),
            ({"phase": "RESPONSE"}, "validation"),
            ({"crossId": "other"}, "sharedPolicyGroup.crossId"),
            ({"steps": [{"policy": "unheard-of"}]}, "validation"),
        ):
            body = {**SPEC, **changes}
            await self.refused(400, code, "PUT", GROUPS, body)
            shown = await self.put(f"{GROUPS}?dryRun=true", body)
            self.assertEqual(len(shown["errors"]["severe"]), 1)
        shown = await self.put(f"{GROUPS}?dryRun=true", {**SPEC, "name": "N"})
        self.assertEqual(shown["name"], "N")
        self.assertEqual(
            (await self.expect(200, "GET", f"{GROUPS}/simple"))["name"], "Slow"
        )
