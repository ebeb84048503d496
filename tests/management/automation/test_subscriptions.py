"""Subscriptions in the Automation API."""

from __future__ import annotations

from typing import Any

from tests.management.automation.harness import AutomationCase, api_spec, plan_spec
from tests.management.harness import PREFIX

SUBSCRIPTIONS = "/apis/events/subscriptions"
SPEC: dict[str, Any] = {
    "hrid": "first",
    "applicationHrid": "app",
    "planHrid": "keys",
    "metadata": {"team": "blue"},
    "endingAt": "2042-12-25T10:12:28+02:00",
}
ENDS = "2042-12-25T08:12:28.000Z"


class SubscriptionTests(AutomationCase):
    """Create, change, close."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Create an API with plans, and two applications."""
        await super().setUp()
        plans = [plan_spec("keys", "API_KEY"), plan_spec("others", "API_KEY")]
        self.api = await self.put("/apis", api_spec(plans=plans))
        for hrid in ("app", "other"):
            await self.put("/applications", {"hrid": hrid, "name": hrid})

    async def keys(self, id: str) -> list[tuple[str, bool]]:
        """Return the beginnings of the keys, and which are revoked."""
        path = f"/apis/{self.api['id']}/subscriptions/{id}/api-keys"
        found = (await self.managed(path))["data"]
        return sorted((one["key"], one["revoked"]) for one in found)

    async def test_created_and_changed(self) -> None:
        """A subscription is accepted at once; its key is shown once."""
        made = await self.put(SUBSCRIPTIONS, SPEC)
        self.assertGreater(len(made.pop("apiKey")["key"]), 30)
        self.assertEqual(
            (made["hrid"], made["apiHrid"], made["planHrid"], made["applicationHrid"]),
            ("first", "events", "keys", "app"),
        )
        self.assertEqual(
            (made["status"], made["metadata"], made["endingAt"]),
            ("ACCEPTED", {"team": "blue"}, ENDS),
        )
        self.assertIn("startingAt", made)
        self.assertEqual(await self.same(SUBSCRIPTIONS, SPEC), made)
        self.assertEqual(await self.same(SUBSCRIPTIONS, made), made)
        path = f"{SUBSCRIPTIONS}/first"
        self.assertEqual(await self.expect(200, "GET", path), made)
        listed = await self.expect(200, "GET", SUBSCRIPTIONS)
        self.assertEqual(listed["data"], [made])
        blank = {**SPEC, "status": "", "startingAt": "", "endingAt": ""}
        self.assertNotIn("endingAt", await self.same(SUBSCRIPTIONS, blank))
        bare = {name: SPEC[name] for name in ("hrid", "applicationHrid", "planHrid")}
        changed = await self.same(SUBSCRIPTIONS, bare)
        self.assertEqual((changed["id"], changed["metadata"]), (made["id"], {}))
        self.assertNotIn("endingAt", changed)

    async def test_keys(self) -> None:
        """Given keys are those that the subscription has."""
        one, two = {"key": "first-key-of-the-app"}, {"key": "other-key-of-the-app"}
        made = await self.same(SUBSCRIPTIONS, {**SPEC, "apiKeys": [one]})
        self.assertNotIn("apiKey", made)
        self.assertEqual(await self.keys(made["id"]), [("first…", False)])
        await self.same(SUBSCRIPTIONS, {**SPEC, "apiKeys": [one, two]})
        both = [("first…", False), ("other…", False)]
        self.assertEqual(await self.keys(made["id"]), both)
        until = {**two, "expireAt": "2042-12-25T10:12:28Z"}
        await self.same(SUBSCRIPTIONS, {**SPEC, "apiKeys": [until]})
        after = [("first…", True), ("other…", False)]
        self.assertEqual(await self.keys(made["id"]), after)
        await self.same(SUBSCRIPTIONS, SPEC)
        self.assertEqual(await self.keys(made["id"]), after)

    async def test_accepted(self) -> None:
        """A pending subscription is accepted."""
        path = f"{PREFIX}/apis/{self.api['id']}/plans/{await self.plan_id('keys')}"
        await self.expect(200, "PATCH", path, {"validation": "MANUAL"})
        applications = (await self.managed("/applications"))["data"]
        (app,) = (one["id"] for one in applications if one["hrid"] == "app")
        wanted = {"planId": await self.plan_id("keys"), "hrid": "first"}
        path = f"{PREFIX}/applications/{app}/subscriptions"
        pending = await self.expect(201, "POST", path, wanted)
        self.assertEqual(pending["status"], "PENDING")
        made = await self.put(SUBSCRIPTIONS, SPEC)
        self.assertEqual((made["id"], made["status"]), (pending["id"], "ACCEPTED"))
        self.assertIn("apiKey", made)
        self.assertEqual(len(await self.keys(made["id"])), 1)

    async def plan_id(self, hrid: str) -> str:
        """Return the id of a plan."""
        found = await self.managed(f"/apis/{self.api['id']}/plans")
        (id,) = (one["id"] for one in found["data"] if one["hrid"] == hrid)
        return str(id)

    async def test_refused(self) -> None:
        """Unknown names, and what cannot be changed."""
        for changes, missing in (
            ({"applicationHrid": "nobody"}, "nobody"),
            ({"planHrid": "nothing"}, "nothing"),
        ):
            body = {**SPEC, **changes}
            error = await self.refused(404, "hrid.notFound", "PUT", SUBSCRIPTIONS, body)
            self.assertEqual(error["parameters"], {"hrid": missing})
        path = "/apis/nothing/subscriptions"
        await self.refused(404, "hrid.notFound", "PUT", path, SPEC)
        await self.put(SUBSCRIPTIONS, SPEC)
        cases: tuple[tuple[dict[str, Any], str], ...] = (
            ({"planHrid": "others"}, "subscription.plan"),
            ({"applicationHrid": "other"}, "subscription.application"),
            ({"endingAt": "soon"}, "validation"),
            ({"surprise": 1}, "validation"),
            ({"apiKeys": [{"key": "short"}]}, "validation"),
        )
        for changes, code in cases:
            body = {**SPEC, **changes}
            await self.refused(400, code, "PUT", SUBSCRIPTIONS, body)
            shown = await self.put(f"{SUBSCRIPTIONS}?dryRun=true", body)
            self.assertEqual(len(shown["errors"]["severe"]), 1)
            self.assertNotIn("apiKeys", shown)

    async def test_dry_run(self) -> None:
        """A dry run shows no key."""
        shown = await self.put(f"{SUBSCRIPTIONS}?dryRun=true", SPEC)
        self.assertEqual(shown["apiKey"]["key"], "********")
        await self.refused(404, "hrid.notFound", "GET", f"{SUBSCRIPTIONS}/first")

    async def test_closed(self) -> None:
        """A deleted subscription is closed, and its hrid is free."""
        made = await self.put(SUBSCRIPTIONS, SPEC)
        path = f"{SUBSCRIPTIONS}/first"
        await self.expect(204, "DELETE", path)
        for method in ("GET", "DELETE"):
            await self.refused(404, "hrid.notFound", method, path)
        self.assertEqual(
            await self.keys(made["id"]), [(made["apiKey"]["key"][:6] + "…", True)]
        )
        again = await self.put(SUBSCRIPTIONS, SPEC)
        self.assertNotEqual(again["id"], made["id"])

    async def test_by_id(self) -> None:
        """Objects that were made otherwise are named by their ids."""
        apps = (await self.expect(200, "GET", "/applications"))["data"]
        spec = {
            **SPEC,
            "applicationHrid": apps[0]["id"],
            "planHrid": await self.plan_id("keys"),
        }
        base = f"/apis/{self.api['id']}/subscriptions"
        query = "hridContainsApiUUID=true&hridContainsAppUUID=true"
        made = await self.put(f"{base}?{query}", spec)
        self.assertEqual((made["apiHrid"], made["planHrid"]), ("events", "keys"))
        spec["hrid"] = made["id"]
        found = await self.put(f"{base}?{query}&hridContainsUUID=true", spec)
        self.assertEqual(found["hrid"], "first")
        path = f"{base}/{made['id']}?hridContainsUUID=true&hridContainsApiUUID=true"
        self.assertEqual(await self.expect(200, "GET", path), found)
        await self.expect(204, "DELETE", path)
