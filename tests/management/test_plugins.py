"""The catalog by REST."""

from __future__ import annotations

from tests.management.harness import ManagementCase

V2 = "/management/v2"


class PluginTests(ManagementCase):
    """Connectors, plans and their schemas."""

    async def test_lists(self) -> None:
        """Every kind there is is listed, below both bases."""
        for base in (V2, f"{V2}/organizations/DEFAULT"):
            for kind in ("endpoints", "entrypoints"):
                found = await self.expect(200, "GET", f"{base}/plugins/{kind}")
                self.assertEqual([one["id"] for one in found], ["http-proxy"])
                self.assertEqual(found[0]["supportedApiType"], "PROXY")
                one = await self.expect(200, "GET", f"{base}/plugins/{kind}/http-proxy")
                self.assertEqual(one, found[0])
        plans = await self.expect(200, "GET", f"{V2}/plugins/plans")
        self.assertEqual([one["id"] for one in plans], ["KEY_LESS"])
        self.assertEqual(await self.expect(200, "GET", f"{V2}/plugins/policies"), [])

    async def test_schemas(self) -> None:
        """Schemas speak of the members that bodies have."""
        for path, member in (
            ("endpoints/http-proxy/schema", "target"),
            ("endpoints/http-proxy/shared-configuration-schema", "http"),
        ):
            schema = await self.expect(200, "GET", f"{V2}/plugins/{path}")
            self.assertIn(member, schema["properties"])
        for path in ("entrypoints/http-proxy/schema", "plans/KEY_LESS/schema"):
            schema = await self.expect(200, "GET", f"{V2}/plugins/{path}")
            self.assertEqual(schema["type"], "object")

    async def test_unknown(self) -> None:
        """A kind that does not exist is named."""
        for path in (
            "endpoints/kafka",
            "endpoints/kafka/schema",
            "endpoints/kafka/shared-configuration-schema",
            "entrypoints/x",
            "entrypoints/x/schema",
            "plans/JWT/schema",
        ):
            error = await self.refused(
                404, "plugin.notFound", "GET", f"{V2}/plugins/{path}"
            )
            self.assertIn(error["parameters"]["plugin"], path)
