"""Applications in the Automation API."""

from __future__ import annotations

from typing import Any

from tests.management.automation.harness import AutomationCase

SPEC: dict[str, Any] = {
    "hrid": "simple",
    "name": "Simple Application",
    "description": "d",
    "settings": {"app": {"type": "test", "clientId": "guest"}},
    "metadata": [{"name": "hello", "format": "STRING"}],
    "notifyMembers": False,
}


class ApplicationTests(AutomationCase):
    """Create, change, archive."""

    async def test_created_and_changed(self) -> None:
        """A body twice; then another one."""
        made = await self.same("/applications", SPEC)
        self.assertEqual({**made, **SPEC}, made)
        self.assertEqual(made["status"], "ACTIVE")
        self.assertEqual(await self.same("/applications", made), made)
        (warning,) = made["errors"]["warning"]
        self.assertIn("metadata", warning)
        path = "/applications/simple"
        quiet = {**made, "errors": {"severe": [], "warning": []}}
        self.assertEqual(await self.expect(200, "GET", path), quiet)
        changed = await self.same("/applications", {**SPEC, "description": "new"})
        self.assertEqual((changed["id"], changed["description"]), (made["id"], "new"))
        listed = await self.expect(200, "GET", "/applications")
        self.assertEqual([one["id"] for one in listed["data"]], [made["id"]])
        shown = await self.managed(f"/applications/{made['id']}")
        self.assertEqual((shown["hrid"], shown["description"]), ("simple", "new"))

    async def test_refused(self) -> None:
        """Mistakes, also in a dry run."""
        for changes, location in (
            ({"hrid": None}, "hrid"),
            ({"hrid": "a b"}, "hrid"),
            ({"name": ""}, "name"),
            ({"status": "ARCHIVED"}, "status"),
            ({"settings": {"oauth": {"redirectUris": []}}}, "settings.oauth"),
        ):
            body = {**SPEC, **changes}
            error = await self.refused(400, "validation", "PUT", "/applications", body)
            self.assertEqual([one["location"] for one in error["details"]], [location])
            shown = await self.put("/applications?dryRun=true", body)
            (told,) = shown["errors"]["severe"]
            self.assertTrue(told.startswith(f"{location}: "), told)
        await self.put("/applications", SPEC)
        twin = {**SPEC, "hrid": "twin"}
        code = "application.clientId.exists"
        await self.refused(400, code, "PUT", "/applications", twin)

    async def test_left_out(self) -> None:
        """Members of operators are left out."""
        body = {**SPEC, "contextRef": {"name": "dev"}, "groupRefs": [], "surprise": 1}
        made = await self.same("/applications", body)
        self.assertEqual(len(made["errors"]["warning"]), 4, made["errors"])

    async def test_archived(self) -> None:
        """A deleted application is archived, and its hrid is free."""
        made = await self.put("/applications", SPEC)
        await self.expect(200, "DELETE", "/applications/simple?dryRun=true")
        await self.expect(204, "DELETE", "/applications/simple")
        for method in ("GET", "DELETE"):
            await self.refused(404, "hrid.notFound", method, "/applications/simple")
        shown = await self.managed(f"/applications/{made['id']}")
        self.assertEqual(shown["status"], "ARCHIVED")
        again = await self.put("/applications", SPEC)
        self.assertNotEqual(again["id"], made["id"])
        by_id = f"/applications/{made['id']}?hridContainsUUID=true"
        await self.refused(404, "hrid.notFound", "GET", by_id)
        by_id = "/applications?hridContainsUUID=true"
        named = await self.put(by_id, {**SPEC, "hrid": again["id"], "name": "By id"})
        self.assertEqual((named["hrid"], named["name"]), ("simple", "By id"))
