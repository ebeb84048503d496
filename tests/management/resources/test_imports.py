"""APIs that are created together with their plans."""

from __future__ import annotations

from typing import Any

from tests.management.harness import ManagementCase, api_body, plan_body

IMPORT = "/apis/_import/definition"


def body(*plans: dict[str, Any], **api: Any) -> dict[str, Any]:
    """Return an exported definition."""
    return {"api": api_body(**api), "plans": list(plans)}


class ImportTests(ManagementCase):
    """One call, in which all or nothing is created."""

    async def locations(self, sent: object) -> list[str]:
        """Send a body that is refused; return the locations of its mistakes."""
        error = await self.refused(400, "validation", "POST", IMPORT, sent)
        page = await self.expect(200, "GET", "/apis")
        self.assertEqual(page["data"], [])
        return [one["location"] for one in error["details"]]

    async def test_created(self) -> None:
        """The API and its plans are those that single calls create."""
        keys = plan_body(name="Keys", security={"type": "API_KEY"})
        sent = body(
            plan_body(status="PUBLISHED"), {**keys, "status": "PUBLISHED"}, keys
        )
        answer = await self.ask("POST", IMPORT, sent)
        self.assertEqual(answer.status, 201, answer.content)
        api = answer.json
        self.assertTrue(answer.headers["location"].endswith(f"/apis/{api['id']}"))
        self.assertEqual((api["state"], api["deploymentState"]), _STOPPED)
        plans = f"/apis/{api['id']}/plans?statuses=STAGING,PUBLISHED"
        listed = (await self.expect(200, "GET", plans))["data"]
        self.assertEqual(
            {(one["name"], one["status"], one["order"]) for one in listed},
            {
                ("Keyless", "PUBLISHED", 1),
                ("Keys", "PUBLISHED", 2),
                ("Keys", "STAGING", 0),
            },
        )
        by_calls = await self.create("/other")
        await self.plan(by_calls)
        other = await self.expect(200, "GET", f"/apis/{by_calls}")
        for name in set(api) - _OWN:
            self.assertEqual(api[name], other[name], name)
        plans = f"/apis/{by_calls}/plans"
        (plan,) = (await self.expect(200, "GET", plans))["data"]
        (same,) = (one for one in listed if one["name"] == "Keyless")
        for name in set(plan) - _OWN_OF_PLAN:
            self.assertEqual(same[name], plan[name], name)
        await self.expect(204, "POST", f"/apis/{api['id']}/_start")

    async def test_dry_run(self) -> None:
        """A dry run shows the API, and saves nothing."""
        sent = body(plan_body(status="PUBLISHED"))
        api = await self.expect(200, "POST", f"{IMPORT}?dryRun=true", sent)
        self.assertEqual(api["name"], "SSE")
        page = await self.expect(200, "GET", "/apis")
        self.assertEqual(page["data"], [])
        await self.refused(
            400, "validation", "POST", f"{IMPORT}?dryRun=true", body(type="FTP")
        )

    async def test_all_mistakes_at_once(self) -> None:
        """The mistakes of the API and of all plans, with their locations."""
        sent = body(
            plan_body(name=""),
            plan_body(security={"type": "RUNES"}, status="CLOSED"),
            plan_body(mode="PUSH"),
            apiVersion="",
        )
        self.assertEqual(
            await self.locations(sent),
            [
                "api.apiVersion",
                "plans[0].name",
                "plans[1].security.type",
                "plans[2].security",
            ],
        )

    async def test_rules_of_plans(self) -> None:
        """Plans follow the rules of single calls."""
        sent = body(
            plan_body(status="PUBLISHED"),
            plan_body(status="PUBLISHED"),
            plan_body(status="CLOSED"),
            plan_body(mode="PUSH", security=None),
        )
        self.assertEqual(
            await self.locations(sent),
            ["plans[1].security.type", "plans[2].status", "plans[3].mode"],
        )

    async def test_taken_path(self) -> None:
        """A path of another API is refused at its location."""
        await self.create("/sse")
        error = await self.refused(400, "validation", "POST", IMPORT, body())
        (detail,) = error["details"]
        self.assertEqual(detail["location"], "api.listeners[0].paths[0].path")

    async def test_what_is_not_kept(self) -> None:
        """What would be lost is refused; what is empty is not there."""
        sent = {
            **body(),
            "export": {"date": "…"},
            "pages": [{"name": "Doc"}],
            "members": [],
            "metadata": None,
            "planz": [],
        }
        self.assertEqual(await self.locations(sent), ["planz", "pages"])
        self.assertEqual(await self.locations({"plans": {}}), ["plans", "api"])
        self.assertEqual(await self.locations([]), [""])


_STOPPED = ("STOPPED", "NEED_REDEPLOY")
_OWN = {"hrid", "id", "listeners", "createdAt", "updatedAt", "_links"}
_OWN_OF_PLAN = {"id", "apiId", "createdAt", "updatedAt", "publishedAt"}
