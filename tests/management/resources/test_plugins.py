"""The catalog by REST."""

from __future__ import annotations

from relay.model.documents import DOCUMENTS, json_schema
from tests.management.harness import ManagementCase

V2 = "/management/v2"


class PluginTests(ManagementCase):
    """Connectors, plans and their schemas."""

    async def test_lists(self) -> None:
        """Every kind there is is listed, below both bases."""
        for base in (V2, f"{V2}/organizations/DEFAULT"):
            for kind in ("endpoints", "entrypoints"):
                found = await self.expect(200, "GET", f"{base}/plugins/{kind}")
                types = {one["id"]: one["supportedApiType"] for one in found}
                self.assertEqual(
                    (types["http-proxy"], types["sse"]), ("PROXY", "MESSAGE")
                )
                for one in found:
                    path = f"{base}/plugins/{kind}/{one['id']}"
                    self.assertEqual(await self.expect(200, "GET", path), one)
        plans = await self.expect(200, "GET", f"{V2}/plugins/plans")
        for one in plans:
            path = f"{V2}/plugins/plans/{one['id']}"
            self.assertEqual(await self.expect(200, "GET", path), one)
        self.assertEqual(
            [one["id"] for one in plans],
            ["API_KEY", "BASIC", "JWT", "KEY_LESS", "MTLS", "OAUTH2"],
        )

    async def test_policies(self) -> None:
        """Each policy lists its phases and its schema."""
        found = await self.expect(200, "GET", f"{V2}/plugins/policies")
        self.assertEqual({one["id"] for one in found}, set(self.catalog.policies))
        phases = {one["id"]: one["flowPhaseCompatibility"] for one in found}
        self.assertEqual(
            phases["transform-headers"],
            {
                "HTTP_PROXY": ["REQUEST", "RESPONSE"],
                "HTTP_MESSAGE": ["REQUEST", "RESPONSE", "SUBSCRIBE", "PUBLISH"],
            },
        )
        for one in found:
            path = f"{V2}/plugins/policies/{one['id']}"
            self.assertEqual(await self.expect(200, "GET", path), one)
            schema = await self.expect(200, "GET", f"{path}/schema")
            self.assertEqual(schema, self.catalog.schema("policy", one["id"]))

    async def test_documents(self) -> None:
        """The schemas of APIs, plans and shared policy groups."""
        for base in (V2, f"{V2}/organizations/DEFAULT"):
            for name, model in DOCUMENTS.items():
                schema = await self.expect(200, "GET", f"{base}/schemas/{name}")
                self.assertEqual(schema, json_schema(model))
        error = await self.expect(404, "GET", f"{V2}/schemas/flow")
        self.assertEqual(error["technicalCode"], "schema.notFound")

    async def test_resources(self) -> None:
        """Each with the schema of its configuration; other names of it are unknown."""
        found = await self.expect(200, "GET", f"{V2}/plugins/resources")
        self.assertEqual(
            [one["id"] for one in found],
            ["oauth2", "oauth2-am-resource", "auth-provider-inline-resource"],
        )
        for one in found:
            path = f"{V2}/plugins/resources/{one['id']}"
            self.assertEqual(await self.expect(200, "GET", path), one)
            schema = await self.expect(200, "GET", f"{path}/schema")
            self.assertEqual(schema, self.catalog.schema("resource", one["id"]))
        await self.expect(404, "GET", f"{V2}/plugins/resources/cache")
        await self.expect(404, "GET", f"{V2}/plugins/resources/oauth2-am/schema")

    async def test_descriptions(self) -> None:
        """Each type has a description, and is built in unless a plugin adds it."""
        for kind in ("endpoints", "entrypoints", "plans", "policies", "resources"):
            for one in await self.expect(200, "GET", f"{V2}/plugins/{kind}"):
                self.assertTrue(one["description"].endswith("."), one)
                self.assertIs(one["builtIn"], True)

    async def test_modes(self) -> None:
        """Each connector lists its modes."""
        for path, modes in (
            ("endpoints/http-proxy", ["REQUEST_RESPONSE"]),
            ("endpoints/sse", ["SUBSCRIBE"]),
            ("endpoints/memory", ["PUBLISH", "SUBSCRIBE"]),
            ("endpoints/mock", ["PUBLISH", "SUBSCRIBE"]),
            ("entrypoints/http-proxy", ["REQUEST_RESPONSE"]),
            ("entrypoints/sse", ["SUBSCRIBE"]),
            ("entrypoints/http-get", ["SUBSCRIBE"]),
            ("entrypoints/http-post", ["PUBLISH"]),
            ("entrypoints/websocket", ["PUBLISH", "SUBSCRIBE"]),
        ):
            found = await self.expect(200, "GET", f"{V2}/plugins/{path}")
            self.assertEqual(found["supportedModes"], modes, path)

    async def test_schemas(self) -> None:
        """Schemas speak of the members that bodies have."""
        for path, member in (
            ("endpoints/http-proxy/schema", "target"),
            ("endpoints/http-proxy/shared-configuration-schema", "http"),
            ("endpoints/sse/shared-configuration-schema", "channel"),
            ("entrypoints/sse/schema", "heartbeatIntervalInMs"),
            ("entrypoints/websocket/schema", "publisher"),
        ):
            schema = await self.expect(200, "GET", f"{V2}/plugins/{path}")
            self.assertIn(member, schema["properties"])
        for path in ("entrypoints/http-proxy/schema", "plans/KEY_LESS/schema"):
            schema = await self.expect(200, "GET", f"{V2}/plugins/{path}")
            self.assertEqual(schema["type"], "object")

    async def test_parameters_of_schemas(self) -> None:
        """The form component and the kind of API select the same schema."""
        path = f"{V2}/plugins/policies/rate-limit/schema"
        plain = await self.expect(200, "GET", path)
        query = "?apiProtocolType=HTTP_MESSAGE&display=gv-schema-form"
        self.assertEqual(await self.expect(200, "GET", path + query), plain)
        for wrong in ("apiProtocolType=NATIVE_KAFKA", "display=x"):
            await self.refused(400, "query.invalid", "GET", f"{path}?{wrong}")
        path = f"{V2}/plugins/entrypoints/webhook/subscription-schema"
        plain = await self.expect(200, "GET", path)
        query = "?display=gv-schema-form"
        self.assertEqual(await self.expect(200, "GET", path + query), plain)

    async def test_unknown(self) -> None:
        """A kind that does not exist is named."""
        for path in (
            "endpoints/kafka",
            "endpoints/kafka/schema",
            "endpoints/kafka/shared-configuration-schema",
            "entrypoints/x",
            "entrypoints/x/schema",
            "plans/SAML/schema",
            "policies/x",
            "policies/x/schema",
        ):
            error = await self.refused(
                404, "plugin.notFound", "GET", f"{V2}/plugins/{path}"
            )
            self.assertIn(error["parameters"]["plugin"], path)


class PageTests(ManagementCase):
    """The pages of plugins."""

    async def test_documentation(self) -> None:
        """Each has a page with its options, as text."""
        for kind in ("endpoints", "entrypoints", "plans", "policies", "resources"):
            for one in await self.expect(200, "GET", f"{V2}/plugins/{kind}"):
                path = f"{V2}/plugins/{kind}/{one['id']}/documentation"
                answer = await self.ask("GET", path)
                self.assertEqual(answer.status, 200)
                self.assertEqual(
                    answer.headers["content-type"], "text/plain; charset=utf-8"
                )
                self.assertTrue(answer.content.startswith(b"# " + one["name"].encode()))
            await self.refused(
                404, "plugin.notFound", "GET", f"{V2}/plugins/{kind}/x/documentation"
            )

    async def test_document_of_a_policy(self) -> None:
        """The editor of flows is told the language, too."""
        path = f"{V2}/plugins/policies/latency/documentation"
        text = (await self.ask("GET", path)).content.decode()
        found = await self.expect(200, "GET", f"{path}-ext?apiProtocolType=HTTP_PROXY")
        self.assertEqual(found, {"content": text, "language": "MARKDOWN"})
        unknown = f"{V2}/plugins/policies/x/documentation-ext"
        await self.refused(404, "plugin.notFound", "GET", unknown)

    async def test_more_information(self) -> None:
        """The description of connectors."""
        path = f"{V2}/plugins/endpoints/mock/more-information"
        told = await self.expect(200, "GET", path)
        self.assertEqual(set(told), {"description"})
        self.assertIn("events", told["description"])
        path = f"{V2}/plugins/entrypoints/sse/more-information"
        self.assertTrue((await self.expect(200, "GET", path))["description"])
        path = f"{V2}/plugins/entrypoints/x/more-information"
        await self.refused(404, "plugin.notFound", "GET", path)
