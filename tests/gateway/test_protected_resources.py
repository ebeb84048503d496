"""The metadata of protected resources (RFC 9728), and the challenges that name it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from relay.gateway.protected_resources import WELL_KNOWN, resource_path
from relay.plans.chain import PlanChain
from relay.plans.interfaces import PlanContext
from relay.plans.protected_resource import ProtectedResource
from relay.settings.listeners import ListenerSettings
from tests.gateway.harness import GatewayCase, definition, deployed, get
from tests.gateway.raw import Answer
from tests.plans.callers import TokenPlan

SERVERS = ("https://idp.example/realms/a",)
AT = "/.well-known/oauth-protected-resource"


class MetadataCase(GatewayCase):
    """APIs whose plan has metadata, and others."""

    async def serve(
        self, *paths: tuple[str, bool], listener: ListenerSettings | None = None
    ) -> None:
        """
        Serve one API for each context-path.

        :param paths: with whether the plan of the API has metadata.
        """
        await self.open_source()
        await self.open_gateway(listener=listener)
        described = {f"api-{n}": has for n, (_, has) in enumerate(paths, 1)}

        def chain(_: Sequence[Any], context: PlanContext) -> PlanChain:
            plan = TokenPlan("token", "word")
            if described[context.api_id]:
                plan.resource = ProtectedResource(SERVERS, ("read",))
            return PlanChain([plan])

        self.gateway.plans.chain = chain  # type: ignore[method-assign, assignment]
        target = f"http://{self.source.address}/base"
        self.gateway.deployer.replace_all(
            [
                deployed(
                    definition(target, paths=[{"path": path}], name=path), f"api-{n}"
                )
                for n, (path, _) in enumerate(paths, 1)
            ]
        )

    async def answered(self, request: bytes, method: bytes = b"GET") -> Answer:
        """Send a request, and return the answer."""
        client = await self.asked(request)
        return await client.answer(method)

    async def resource(self, path: str, *fields: bytes) -> str:
        """Return the resource that the metadata at a path describes."""
        answer = await self.answered(get(path.encode(), *fields))
        self.assertEqual(answer.status, 200, answer.body)
        found: str = json.loads(answer.body)["resource"]
        return found


class DocumentTests(MetadataCase):
    async def test_document(self) -> None:
        """Readable by every page, and for a while from a cache."""
        await self.serve(("/api", True))
        answer = await self.answered(get(f"{AT}/api".encode(), b"Origin: https://x"))
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.get(b"content-type"), b"application/json")
        self.assertEqual(answer.get(b"access-control-allow-origin"), b"*")
        self.assertEqual(answer.get(b"cache-control"), b"public, max-age=300")
        self.assertEqual(
            json.loads(answer.body),
            {
                "resource": "http://relay/api",
                "authorization_servers": list(SERVERS),
                "bearer_methods_supported": ["header", "query"],
                "scopes_supported": ["read"],
            },
        )
        self.assertEqual(self.source.connections, [])
        line = self.gateway.closed[-1]
        self.assertEqual((line["apiId"], line["outcome"]), ("api-1", "completed"))

    async def test_head(self) -> None:
        """HEAD has the headers of GET."""
        await self.serve(("/api", True))
        whole = await self.answered(get(f"{AT}/api".encode()))
        request = get(f"{AT}/api".encode(), method=b"HEAD")
        answer = await self.answered(request, b"HEAD")
        self.assertEqual(answer.get(b"content-length"), b"%d" % len(whole.body))
        self.assertEqual((answer.status, answer.body), (200, b""))

    async def test_resources(self) -> None:
        """The resource is the URL that was called, at both places of the document."""
        await self.serve(("/api", True), ("/", True))
        for path, resource in (
            (f"{AT}/api", "/api"),
            (f"{AT}/api/", "/api/"),
            (f"{AT}/api/a%20b;c", "/api/a%20b;c"),
            (f"{AT}/api?q=1", "/api"),
            (f'{AT}/api/"', "/api/%22"),
            (AT, "/"),
            (f"{AT}/", "/"),
            (f"{AT}/other", "/other"),
            (f"/api{AT}", "/api"),
            (f"/api/a{AT}", "/api/a"),
        ):
            self.assertEqual(await self.resource(path), f"http://relay{resource}", path)

    async def test_preflight(self) -> None:
        """Pages may send headers of their protocols."""
        await self.serve(("/api", True))
        answer = await self.answered(
            get(
                f"{AT}/api".encode(),
                b"Origin: https://page.example",
                b"Access-Control-Request-Method: GET",
                b"Access-Control-Request-Headers: mcp-protocol-version",
                method=b"OPTIONS",
            )
        )
        self.assertEqual(answer.status, 204)
        self.assertEqual(answer.get(b"access-control-allow-origin"), b"*")
        name = b"access-control-allow-headers"
        self.assertEqual(answer.get(name), b"mcp-protocol-version")

    async def test_methods(self) -> None:
        """The metadata can only be read."""
        await self.serve(("/api", True))
        for method in (b"POST", b"DELETE", b"TRACE"):
            answer = await self.answered(get(f"{AT}/api".encode(), method=method))
            self.assertEqual(answer.status, 405, method)
            self.assertEqual(answer.get(b"allow"), b"GET, HEAD, OPTIONS")
        answer = await self.answered(get(f"{AT}/api".encode(), method=b"OPTIONS"))
        self.assertEqual(answer.get(b"allow"), b"GET, HEAD, OPTIONS")

    async def test_without_a_host(self) -> None:
        """The resource has no URL."""
        await self.serve(("/api", True))
        answer = await self.answered(f"GET {AT}/api HTTP/1.0\r\n\r\n".encode())
        self.assertEqual(answer.status, 400)

    async def test_behind_a_proxy(self) -> None:
        """The public URL is taken from a trusted proxy only."""
        fields = (
            b"X-Forwarded-Proto: https",
            b"X-Forwarded-Host: public.example",
        )
        trusted = replace(
            ListenerSettings("default", "tcp:0"),
            trusted_proxies=(ip_network("127.0.0.0/8"),),
        )
        await self.serve(("/api", True), listener=trusted)
        found = await self.resource(f"{AT}/api", *fields)
        self.assertEqual(found, "https://public.example/api")

    async def test_a_forged_proxy(self) -> None:
        """Forwarding headers of a client have no effect."""
        await self.serve(("/api", True))
        found = await self.resource(f"{AT}/api", b"X-Forwarded-Host: evil.example")
        self.assertEqual(found, "http://relay/api")


class NoDocumentTests(MetadataCase):
    """Paths without a document."""

    async def test_nothing_is_revealed(self) -> None:
        """An API without metadata and a path without an API are answered alike."""
        await self.serve(("/api", True), ("/private", False))
        answers = []
        for path in ("/private", "/nothing", "", "x/api"):
            answers.append(await self.answered(get(f"{AT}{path}".encode())))
        for answer in answers:
            self.assertEqual(answer.status, 404)
            self.assertEqual(answer.body, answers[0].body)

    async def test_other_hosts(self) -> None:
        """An API is described only where it is served."""
        await self.serve(("/api", True))
        body = definition(
            f"http://{self.source.address}/",
            paths=[{"path": "/api", "host": "a.example"}],
        )
        self.gateway.deployer.replace_all([deployed(body, "api-1", 2)])
        for host, status in ((b"a.example", 200), (b"relay", 404)):
            answer = await self.answered(get(f"{AT}/api".encode(), host=host))
            self.assertEqual(answer.status, status)

    async def test_an_api_of_that_path(self) -> None:
        """
        An API with that context-path receives its calls, unless the document is its
        own.
        """
        await self.serve((f"{AT}/api", False), ("/api", True))
        answer = await self.answered(get(f"{AT}/api".encode()))
        self.assertEqual(answer.status, 401)
        self.assertEqual(await self.resource(f"/api{AT}"), "http://relay/api")
        body = definition(
            f"http://{self.source.address}/",
            paths=[{"path": "/api"}, {"path": f"{AT}/api"}],
        )
        self.gateway.deployer.replace_all([deployed(body, "api-2", 2)])
        self.assertEqual(await self.resource(f"{AT}/api"), "http://relay/api")

    async def test_paths_that_are_refused(self) -> None:
        """A path that calls may not have is not described, either."""
        await self.serve(("/api", True))
        for path in (f"{AT}/api/../x", f"{AT}/api/%2e%2e/x", f"{AT}/api/a%2Fb"):
            answer = await self.answered(get(path.encode()))
            self.assertEqual(answer.status, 400, path)

    def test_resource_path(self) -> None:
        """The path of the resource, for each place of the metadata."""
        for path, resource in (
            (WELL_KNOWN, b"/"),
            (WELL_KNOWN + b"/", b"/"),
            (WELL_KNOWN + b"/a/b", b"/a/b"),
            (b"/a/b" + WELL_KNOWN, b"/a/b"),
            (WELL_KNOWN + b"s", None),
            (b"/a" + WELL_KNOWN + b"/b", None),
            (b"/a", None),
        ):
            self.assertEqual(resource_path(path), resource, path)


class ChallengeTests(MetadataCase):
    async def test_url(self) -> None:
        """The challenge names the metadata of the URL that was called, and that
        metadata names this URL."""
        await self.serve(("/api", True), ("/", True))
        for path, named in (
            ("/api", "/api"),
            ("/api/a?q=1", "/api/a"),
            ('/api/"', "/api/%22"),
            ("/", ""),
        ):
            answer = await self.answered(get(path.encode()))
            url = f"http://relay{AT}{named}"
            self.assertEqual(answer.status, 401)
            self.assertEqual(
                answer.get(b"www-authenticate"),
                f'Token, resource_metadata="{url}"'.encode(),
            )
            found = await self.resource(url.removeprefix("http://relay"))
            self.assertEqual(found, f"http://relay{named or '/'}")

    async def test_none(self) -> None:
        """A plan without metadata, and a client without a host, get no URL."""
        await self.serve(("/api", False), ("/b", True))
        answer = await self.answered(get(b"/api"))
        self.assertEqual(answer.get(b"www-authenticate"), b"Token")
        answer = await self.answered(b"GET /b HTTP/1.0\r\n\r\n")
        self.assertEqual(answer.get(b"www-authenticate"), b"Token")
