"""APIs that are made of descriptions by OpenAPI."""

from __future__ import annotations

import json
from typing import Any

from twisted.internet.defer import Deferred, succeed

from relay.management.http.errors import BadRequest
from relay.management.site import ManagementSite
from tests.dialects.openapi.descriptions import description
from tests.dialects.vectors import vectors
from tests.management.harness import ManagementCase

IMPORT = "/apis/_import/swagger"
URL = "https://docs.example/v1/tides.yaml"
_KEY = {"type": "apiKey", "in": "header", "name": "X-Tide-Key"}


def body(**members: Any) -> dict[str, Any]:
    """Make the body of a call from a description with these members."""
    return {"payload": json.dumps(description(**members))}


class SwaggerTests(ManagementCase):
    """One call, in which an API with proposed plans is created, or nothing."""

    async def setUp(self) -> None:  # type: ignore[override]
        """Serve descriptions at URLs."""
        await super().setUp()
        self.fetched: list[str] = []
        self.site = ManagementSite(
            self.store,
            self.catalog,
            self.settings,
            self.authenticator,
            self.passwords,
            self.site.clock,
            lambda: ["http://localhost:8082"],
            fetch=self.fetch,
        )
        await self.listen()

    def fetch(self, url: str) -> Deferred[bytes]:
        """Return the description at the URL; other URLs are refused."""
        self.fetched.append(url)
        if url != URL:
            raise BadRequest("The URL may not be called", "definition.url.refused")
        return succeed(json.dumps(description(servers=[{"url": "/v2"}])).encode())

    async def locations(self, sent: object) -> list[str]:
        """Send a body that is refused; return the locations of its mistakes."""
        error = await self.refused(400, "validation", "POST", IMPORT, sent)
        page = await self.expect(200, "GET", "/apis")
        self.assertEqual(page["data"], [])
        return [one["location"] for one in error["details"]]

    async def test_created(self) -> None:
        """The API is stopped; its plans wait for being published."""
        schemes = {"securitySchemes": {"key": _KEY}}
        sent = body(components=schemes, security=[{"key": []}])
        answer = await self.ask("POST", IMPORT, sent)
        self.assertEqual(answer.status, 201, answer.content)
        api = answer.json
        self.assertTrue(answer.headers["location"].endswith(f"/apis/{api['id']}"))
        self.assertEqual(
            (api["name"], api["apiVersion"], api["state"], api["problems"]),
            ("Tide Tables", "3", "STOPPED", []),
        )
        plans = f"/apis/{api['id']}/plans?statuses=STAGING,PUBLISHED"
        (plan,) = (await self.expect(200, "GET", plans))["data"]
        self.assertEqual((plan["name"], plan["status"]), ("key", "STAGING"))
        self.assertEqual(
            plan["security"]["configuration"]["apiKeyHeader"], "X-Tide-Key"
        )
        await self.expect(200, "POST", f"/apis/{api['id']}/plans/{plan['id']}/_publish")
        await self.expect(204, "POST", f"/apis/{api['id']}/_start")

    async def test_yaml(self) -> None:
        """The file that is no definition is imported here; statuses are numbers."""
        payload = vectors()["30"].content.decode().replace('"200"', "200")
        self.assertIn("\n        200:", payload)
        api = await self.expect(201, "POST", IMPORT, {"payload": payload})
        (listener,) = api["listeners"]
        self.assertEqual([one["path"] for one in listener["paths"]], ["/v1/"])
        (group,) = api["endpointGroups"]
        self.assertEqual(
            [one["configuration"]["target"] for one in group["endpoints"]],
            ["https://park.example.com/v1"],
        )
        self.assertEqual(api["flows"], [])

    async def test_flows_and_path_mappings(self) -> None:
        """They are made when they are asked for, by the names of both APIs."""
        paths = {"/tides/{port}": {"get": {"operationId": "tides"}}}
        for number, names in enumerate(
            (
                ("withPolicyPaths", "withPathMapping"),
                ("with_policy_paths", "with_path_mapping"),
            )
        ):
            servers = [{"url": f"https://sea.example/{number}"}]
            sent = body(paths=paths, servers=servers)
            api = await self.expect(
                201, "POST", IMPORT, {**sent, **dict.fromkeys(names, True)}
            )
            self.assertEqual([one["name"] for one in api["flows"]], ["tides"])
            self.assertEqual(api["listeners"][0]["pathMappings"], ["/tides/:port"])

    async def test_url(self) -> None:
        """The description is fetched; its servers may be relative to its URL."""
        sent = {"payload": URL, "type": "url"}
        api = await self.expect(201, "POST", IMPORT, sent)
        (endpoint,) = api["endpointGroups"][0]["endpoints"]
        self.assertEqual(endpoint["configuration"]["target"], "https://docs.example/v2")
        self.assertEqual(self.fetched, [URL])

    async def test_payload_that_is_a_url(self) -> None:
        """It is fetched, too, under the same guard."""
        sent = {"payload": " http://127.0.0.1/x\n"}
        await self.refused(400, "definition.url.refused", "POST", IMPORT, sent)
        self.assertEqual(self.fetched, ["http://127.0.0.1/x"])

    async def test_problems(self) -> None:
        """Severe ones refuse the description unless they are waived."""
        servers = [{"url": "https://b.example"}]
        sent = body(paths={"/a": {"servers": servers}})
        self.assertEqual(await self.locations(sent), ["paths./a.servers"])
        waived = f"{IMPORT}?waive=paths./a.servers"
        api = await self.expect(201, "POST", waived, sent)
        (problem,) = api["problems"]
        self.assertEqual(
            (problem["path"], problem["severity"]), ("paths./a.servers", "warning")
        )

    async def test_lines(self) -> None:
        """Mistakes have the lines of the payload."""
        payload = "openapi: 3.1.0\ninfo:\n  title: a\n  version: b\nservers:\n- url: /v"
        error = await self.refused(
            400, "validation", "POST", IMPORT, {"payload": payload}
        )
        (detail,) = error["details"]
        self.assertEqual((detail["location"], detail["line"]), ("servers[0].url", 6))

    async def test_no_description(self) -> None:
        """What is none is refused with a sentence."""
        for payload, location in (
            ('{"swagger": "2.0"}', "swagger"),
            ('{"openapi": "2.9"}', "openapi"),
            ("[]", ""),
            ("a: [", ""),
            ("openapi: 3.1.0\n---\nopenapi: 3.1.0\n", ""),
        ):
            self.assertEqual(await self.locations({"payload": payload}), [location])

    async def test_what_is_not_imported(self) -> None:
        """It is refused by name; false and empty are accepted."""
        sent = body()
        self.assertEqual(
            await self.locations(
                {
                    **sent,
                    "withDocumentation": True,
                    "withOASValidationPolicy": True,
                    "withPolicies": ["mock"],
                    "format": "WSDL",
                    "withWeather": True,
                }
            ),
            [
                "format",
                "withDocumentation",
                "withOASValidationPolicy",
                "withPolicies",
                "withWeather",
            ],
        )
        self.assertEqual(await self.locations({}), ["payload"])
        nothing = {"withDocumentation": False, "withPolicies": []}
        await self.expect(201, "POST", IMPORT, {**sent, **nothing})

    async def test_dry_run(self) -> None:
        """It shows the API, and saves nothing."""
        api = await self.expect(200, "POST", f"{IMPORT}?dryRun=true", body())
        self.assertEqual(api["name"], "Tide Tables")
        page = await self.expect(200, "GET", "/apis")
        self.assertEqual(page["data"], [])
