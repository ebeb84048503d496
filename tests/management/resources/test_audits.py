"""The audit trail by REST."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred

from tests.management.harness import ADMIN, Answer, ManagementCase, api_body, basic


class AuditsTests(ManagementCase):
    """Every change is listed with its user."""

    async def trail(self, path: str = "/audits") -> list[dict[str, Any]]:
        """
        :returns: the events of a trail, the newest first.
        """
        listing = await self.expect(200, "GET", path)
        found: list[dict[str, Any]] = listing["data"]
        return found

    async def test_shape(self) -> None:
        """An event has the shape that Gravitee's clients read."""
        api_id = await self.create()
        await self.expect(200, "PATCH", f"/apis/{api_id}", {"name": "Events"})
        told = (await self.trail(f"/apis/{api_id}/audits"))[0]
        changes = [
            {"path": "/name", "op": "replace", "before": "SSE", "after": "Events"}
        ]
        patch = [{"op": "replace", "path": "/name", "value": "Events"}]
        self.assertEqual(json.loads(told.pop("patch")), patch)
        self.assertRegex(told.pop("createdAt"), r"^\d{4}-.*Z$")
        self.assertEqual(len(told.pop("id")), 36)
        self.assertEqual(
            told,
            {
                "organizationId": "DEFAULT",
                "environmentId": "DEFAULT",
                "reference": {"type": "API", "id": api_id, "name": "Events"},
                "user": {"id": "admin", "displayName": "admin"},
                "event": "API_UPDATED",
                "properties": [{"key": "API", "value": api_id, "name": "Events"}],
                "changes": changes,
            },
        )

    async def test_everything_is_told(self) -> None:
        """Every call that changes something stands in the trail, and who made it."""
        api_id = await self.start()
        await self.expect(204, "POST", f"/apis/{api_id}/_stop")
        await self.expect(204, "DELETE", f"/apis/{api_id}?closePlans=true")
        trail = await self.trail()
        self.assertEqual(
            [one["event"] for one in trail],
            [
                "API_DELETED",
                "API_STOPPED",
                "API_STARTED",
                "API_DEPLOYED",
                "PLAN_PUBLISHED",
                "PLAN_CREATED",
                "API_CREATED",
                "USER_CREATED",
            ],
        )
        self.assertEqual(
            [one["user"]["id"] for one in trail], ["admin"] * 7 + ["system"]
        )
        await self.refused(404, "api.notFound", "GET", f"/apis/{api_id}/audits")
        events = await self.expect(200, "GET", "/audits/events")
        self.assertIn("PLAN_PUBLISHED", events["data"])

    async def test_tokens_are_named(self) -> None:
        """A change with a token names the token, and not its value."""
        made = await self.expect(
            201, "POST", "/management/v2/users/current/tokens", {"name": "ci"}
        )
        header = {"Authorization": f"Bearer {made['token']}"}
        await self.expect(201, "POST", "/apis", api_body(), credentials=header)
        told = (await self.trail())[0]
        self.assertIn(
            {"key": "TOKEN", "value": made["id"], "name": "admin"}, told["properties"]
        )
        self.assertNotIn(made["token"], json.dumps(await self.trail()))

    async def test_filters(self) -> None:
        """Entries are filtered by event and time, and listed in pages."""
        for path in ("/a", "/b", "/c"):
            await self.create(path)
        listing = await self.expect(
            200, "GET", "/audits?events=API_CREATED,PLAN_CREATED&perPage=2&page=2"
        )
        self.assertEqual(len(listing["data"]), 1)
        self.assertEqual(listing["pagination"]["totalCount"], 3)
        self.assertEqual(await self.trail("/audits?to=1000"), [])
        self.assertEqual(len(await self.trail("/audits?from=1000")), 4)
        for query in ("from=yesterday", "to=-1", "from=1&from=2"):
            await self.refused(400, "query.invalid", "GET", f"/audits?{query}")
        await self.refused(400, "query.unsupported", "GET", "/audits?event=X")

    async def test_other_requests_at_the_same_time(self) -> None:
        """The entry names the user of the change, also with concurrent requests."""
        users = "/management/v2/users"
        password = "a long enough password"
        body = {"name": "ann", "password": password, "role": "PUBLISHER"}
        await self.expect(201, "POST", users, body)
        waiting: list[tuple[str, Deferred[Answer]]] = []
        for number in range(10):
            who = basic("ann", password) if number % 2 else ADMIN
            name = "ann" if number % 2 else "admin"
            asking = self.ask("POST", "/apis", api_body(f"/{number}"), credentials=who)
            # All at once.
            waiting.append((name, Deferred.fromCoroutine(asking)))
        expected = {}
        for name, answer in waiting:
            created = (await answer).json
            expected[created["id"]] = name
        trail = await self.trail("/audits?events=API_CREATED&perPage=20")
        self.assertEqual(
            {one["reference"]["id"]: one["user"]["id"] for one in trail}, expected
        )
