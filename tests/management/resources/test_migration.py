"""Migrations of APIs to version 4."""

from __future__ import annotations

from tests.management.harness import ManagementCase


class MigrationTests(ManagementCase):
    """Every stored API is of version 4, so that none is migrated."""

    async def test_version_4(self) -> None:
        """In each mode the report has the one reason; nothing is changed."""
        api = await self.create()
        before = await self.expect(200, "GET", f"/apis/{api}")
        for query in ("", "?mode=DRY_RUN", "?mode=FORCE"):
            report = await self.expect(200, "POST", f"/apis/{api}/_migrate{query}")
            self.assertEqual(report["state"], "IMPOSSIBLE")
            (issue,) = report["issues"]
            self.assertEqual(issue["state"], "IMPOSSIBLE")
            self.assertIn("_import/definition", issue["message"])
        self.assertEqual(await self.expect(200, "GET", f"/apis/{api}"), before)

    async def test_unknown_mode(self) -> None:
        """It is refused."""
        api = await self.create()
        path = f"/apis/{api}/_migrate?mode=TRY"
        await self.refused(400, "query.invalid", "POST", path)

    async def test_unknown_api(self) -> None:
        """It is not found."""
        await self.refused(404, "api.notFound", "POST", "/apis/none/_migrate")
