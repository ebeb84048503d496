"""Saving again what a deployment contains."""

from __future__ import annotations

from typing import Any

from tests.management.harness import api_body
from tests.management.resources.test_deployment_history import GROUPS, HistoryCase

KEYS: dict[str, Any] = {
    "name": "Keys",
    "security": {"type": "API_KEY", "configuration": {}},
}


class RollbackTests(HistoryCase):
    """A rollback restores definitions as far as the rules allow, or not at all."""

    async def rollback(self, api_id: str, number: int, query: str = "") -> Any:
        """Restore a deployment."""
        status = 200 if query else 204
        url = f"/apis/{api_id}/_rollback{query}"
        return await self.expect(status, "POST", url, {"deploymentNumber": number})

    async def changes(self, api_id: str, query: str = "") -> list[str]:
        """Read the paths of the differences."""
        return [one["path"] for one in (await self.diff(api_id, query))["data"]]

    async def test_definition(self) -> None:
        """The definition is saved again; traffic changes with the next deployment."""
        api_id = await self.start()
        await self.edit(api_id, name="New", endpointGroups=GROUPS, visibility="PUBLIC")
        await self.deploy(api_id)
        told = await self.rollback(api_id, 1, "?dryRun=true")
        self.assertEqual(told["plansNotRestored"], [])
        self.assertTrue(told["affectsTraffic"])
        timeout = "/endpointGroups/0/sharedConfiguration/http/idleTimeout"
        self.assertEqual([one["path"] for one in told["data"]], ["/name", timeout])
        self.assertEqual(await self.changes(api_id), [])
        await self.rollback(api_id, 1)
        api = await self.expect(200, "GET", f"/apis/{api_id}")
        self.assertEqual(api["name"], "SSE")
        self.assertEqual(
            (api["state"], api["visibility"], api["deploymentState"]),
            ("STARTED", "PUBLIC", "NEED_REDEPLOY"),
        )
        self.assertEqual(await self.changes(api_id, "?from=1"), [])
        active = await self.store.read(lambda tx: tx.deployments.active(api_id))
        assert active is not None
        self.assertEqual(active.number, 2)
        await self.deploy(api_id)
        self.assertEqual(await self.changes(api_id, "?from=1&to=3"), [])

    async def test_by_event(self) -> None:
        """The id of a deployment names it, too, and the answer has the new version."""
        api_id = await self.start()
        await self.edit(api_id, name="New")
        listing = await self.expect(200, "GET", f"/apis/{api_id}/deployments")
        url, body = f"/apis/{api_id}/_rollback", {"eventId": listing["data"][0]["id"]}
        stale = {"If-Match": '"1"'}
        await self.refused(
            412, "request.preconditionFailed", "POST", url, body, headers=stale
        )
        answer = await self.ask("POST", url, body)
        self.assertEqual((answer.status, answer.content), (204, b""))
        got = await self.ask("GET", f"/apis/{api_id}")
        self.assertEqual(got.json["name"], "SSE")
        self.assertEqual(got.headers["etag"], answer.headers["etag"])

    async def test_plans(self) -> None:
        """Plans that are still served get their definition and order back."""
        api_id = await self.create()
        first, second = await self.plan(api_id), await self.plan(api_id, **KEYS)
        await self.deploy(api_id)
        plans = f"/apis/{api_id}/plans"
        moved = {"order": 1, "name": "Partners"}
        await self.expect(200, "PATCH", f"{plans}/{second}", moved)
        await self.expect(200, "POST", f"{plans}/{second}/_deprecate")
        before = (await self.ask("GET", f"{plans}/{second}")).headers["etag"]
        await self.rollback(api_id, 1)
        found = {}
        for id in (first, second):
            plan = await self.expect(200, "GET", f"{plans}/{id}")
            found[plan["name"]] = plan["order"], plan["status"]
        self.assertEqual(
            found, {"Keyless": (1, "PUBLISHED"), "Keys": (2, "DEPRECATED")}
        )
        self.assertEqual(await self.changes(api_id), [f"/plans/{second}/status"])
        again = (await self.ask("GET", f"{plans}/{second}")).headers["etag"]
        self.assertNotEqual(again, before)
        await self.rollback(api_id, 1)
        same = (await self.ask("GET", f"{plans}/{second}")).headers["etag"]
        self.assertEqual(same, again)

    async def test_plans_that_are_left(self) -> None:
        """No plan is closed, opened or published: those plans are told instead."""
        api_id = await self.create()
        closed = await self.plan(api_id)
        deleted = await self.plan(api_id, **KEYS)
        await self.deploy(api_id)
        plans = f"/apis/{api_id}/plans"
        await self.expect(200, "POST", f"{plans}/{closed}/_close")
        await self.expect(204, "DELETE", f"{plans}/{deleted}")
        later = await self.plan(api_id, **{**KEYS, "name": "Later"})
        told = await self.rollback(api_id, 1, "?dryRun=true")
        self.assertEqual(
            told["plansNotRestored"],
            [
                {"id": closed, "name": "Keyless", "reason": "CLOSED"},
                {"id": deleted, "name": "Keys", "reason": "DELETED"},
                {"id": later, "name": "Later", "reason": "NOT_DEPLOYED"},
            ],
        )
        await self.rollback(api_id, 1)
        every = await self.expect(
            200, "GET", f"{plans}?statuses=PUBLISHED,CLOSED,STAGING,DEPRECATED"
        )
        self.assertEqual(
            {one["id"]: (one["status"], one["order"]) for one in every["data"]},
            {closed: ("CLOSED", 1), later: ("PUBLISHED", 3)},
        )

    async def test_nothing_is_half_applied(self) -> None:
        """A rollback that a rule forbids changes neither the API nor a plan."""
        api_id = await self.start("/a")
        plans = f"/apis/{api_id}/plans"
        plan = (await self.expect(200, "GET", plans))["data"][0]["id"]
        await self.expect(200, "PATCH", f"{plans}/{plan}", {"name": "Renamed"})
        await self.edit(api_id, listeners=api_body("/b")["listeners"])
        await self.deploy(api_id)
        await self.start("/a")
        for query in ("", "?dryRun=true"):
            error = await self.refused(
                400,
                "validation",
                "POST",
                f"/apis/{api_id}/_rollback{query}",
                {"deploymentNumber": 1},
            )
            self.assertEqual(error["message"], "Path [/a/] already exists")
        self.assertEqual(await self.changes(api_id), [])

    async def test_secrets_stay(self) -> None:
        """The restored definition has the secrets themselves, not their masks."""
        secret = {"key": "token", "value": "hush", "encryptable": True}
        api_id = await self.create(properties=[secret])
        await self.plan(api_id)
        await self.deploy(api_id)
        await self.edit(api_id, properties=[])
        await self.rollback(api_id, 1)
        api = await self.store.read(lambda tx: tx.apis.get(api_id))
        assert api is not None
        self.assertEqual(api.definition["properties"][0]["value"], "hush")
        self.assertEqual(await self.changes(api_id), [])

    async def test_audit(self) -> None:
        """The trail names the deployment, and the changes beside it."""
        api_id = await self.start()
        await self.edit(api_id, name="New")
        await self.rollback(api_id, 1)
        trail = (await self.expect(200, "GET", f"/apis/{api_id}/audits"))["data"]
        told, changed = trail[:2]
        self.assertEqual(
            [one["event"] for one in (told, changed)], ["API_ROLLBACKED", "API_UPDATED"]
        )
        self.assertEqual(told["changes"][0]["after"], 1)
        self.assertEqual(
            told["reference"], {"type": "API", "id": api_id, "name": "SSE"}
        )
        self.assertEqual([one["path"] for one in changed["changes"]], ["/name"])

    async def test_refusals(self) -> None:
        """The deployment must exist, and be named once."""
        api_id = await self.start()
        other = await self.start("/other")
        listing = await self.expect(200, "GET", f"/apis/{other}/deployments")
        url = f"/apis/{api_id}/_rollback"
        for body in ({"deploymentNumber": 2}, {"eventId": listing["data"][0]["id"]}):
            await self.refused(404, "deployment.notFound", "POST", url, body)
        for body in ({}, {"deploymentNumber": 1, "eventId": "x"}, {"number": 1}):
            await self.refused(400, "validation", "POST", url, body)
        viewer = await self.add_user("vic", "VIEWER")
        body = {"deploymentNumber": 1}
        await self.refused(403, "forbidden", "POST", url, body, credentials=viewer)
