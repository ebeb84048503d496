"""Tests of ``relay.gateway.responses.cors``."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError
from twisted.trial.unittest import SynchronousTestCase
from twisted.web.http_headers import Headers

from relay.connectors.http_get_entrypoint import http_get_entrypoint
from relay.gateway.responses.cors import cors_headers
from relay.model.api.cors import Cors, CorsOptions
from relay.plans.chain import PlanChain
from tests.connectors.desk import Api, Desk
from tests.gateway.harness import GatewayCase, definition, deployed, get, response

ORIGIN = b"access-control-allow-origin"
ALLOWED = ORIGIN.decode()
ASKING = (b"Origin: https://a.example", b"Access-Control-Request-Method: PUT")


def answered(options: CorsOptions | None, origin: bytes | None) -> Headers:
    """Make the headers for a page of an origin; None for who is no page."""
    return cors_headers(Headers({b"origin": [origin]} if origin else {}), options)


class CorsHeaderTests(SynchronousTestCase):
    """The pages that may read a response, and the headers that they may read."""

    def test_everybody(self) -> None:
        """A star, and the names of what a page needs to see."""
        headers = answered(CorsOptions.read({}), b"https://a.example")
        self.assertEqual(headers.getRawHeaders(ORIGIN), [b"*"])
        self.assertFalse(headers.hasHeader(b"vary"))
        (exposed,) = headers.getRawHeaders(b"access-control-expose-headers", [])
        self.assertIn(b"Relay-Replay", exposed)
        self.assertIn(b"Retry-After", exposed)

    def test_some(self) -> None:
        """A cache must not give one origin's answer to another."""
        options = CorsOptions.read({"allowOrigin": ["https://a.example"]})
        for origin, told in (
            (b"https://a.example", [b"https://a.example"]),
            (b"https://b.example", None),
        ):
            headers = answered(options, origin)
            self.assertEqual(headers.getRawHeaders(ORIGIN), told)
            self.assertEqual(headers.getRawHeaders(b"vary"), [b"Origin"])

    def test_nobody(self) -> None:
        """Without ``Origin``, or without CORS options, no header is added."""
        self.assertEqual(
            list(answered(CorsOptions.read({}), None).getAllRawHeaders()), []
        )
        self.assertEqual(
            list(answered(None, b"https://a.example").getAllRawHeaders()), []
        )


class EntrypointTests(SynchronousTestCase):
    """Answers of an entrypoint of a MESSAGE API."""

    def answer(self, cors: dict[str, Any], **fields: Any) -> Desk:
        """Call an API with these options."""
        return Api(http_get_entrypoint, {"cors": cors}).call(**fields)

    def first(self, desk: Desk, name: str) -> str | None:
        """Return a header of the answer."""
        values = desk.headers.getRawHeaders(name)
        return values[0] if values else None

    def test_everybody(self) -> None:
        """A star."""
        desk = self.answer({}, origin="https://a.example")
        self.assertEqual(self.first(desk, ALLOWED), "*")
        self.assertIn(
            "Relay-Replay", self.first(desk, "access-control-expose-headers") or ""
        )
        self.assertIsNone(self.first(desk, "access-control-allow-credentials"))

    def test_credentials(self) -> None:
        """
        With credentials the origin is named, since browsers refuse ``*`` (Fetch,
        3.3.5).
        """
        origin = "https://a.example"
        cors = {"allowOrigin": [origin], "allowCredentials": True}
        desk = self.answer(cors, origin=origin)
        self.assertEqual(self.first(desk, ALLOWED), origin)
        self.assertEqual(self.first(desk, "access-control-allow-credentials"), "true")
        self.assertEqual(self.first(desk, "vary"), "Origin")

    def test_some(self) -> None:
        """
        Pages of other origins, and clients that are no browsers, receive the response
        without CORS headers.
        """
        cors = {"allowOrigin": ["https://a.example"]}
        for origin, told in (
            ("https://a.example", "https://a.example"),
            ("https://b.example", None),
        ):
            desk = self.answer(cors, origin=origin)
            self.assertEqual((desk.status, self.first(desk, ALLOWED)), (200, told))
        self.assertIsNone(self.first(self.answer(cors), ALLOWED))

    def test_the_question_before(self) -> None:
        """
        A preflight of an allowed origin is answered with the allowed methods and
        headers.
        """
        cors = {"allowOrigin": ["https://a.example"]}
        asks = {"method": b"OPTIONS", "access_control_request_method": "GET"}
        desk = self.answer(cors, origin="https://a.example", **asks)
        self.assertEqual(desk.status, 204)
        self.assertEqual(
            self.first(desk, "access-control-allow-methods"), "GET, HEAD, OPTIONS"
        )
        self.assertIn(
            "Last-Event-ID", self.first(desk, "access-control-allow-headers") or ""
        )
        asked = "X-Tenant,x-gravitee-api-key, not a name"
        desk = self.answer(
            cors,
            origin="https://a.example",
            access_control_request_headers=asked,
            **asks,
        )
        self.assertEqual(
            self.first(desk, "access-control-allow-headers"),
            "X-Tenant, x-gravitee-api-key",
        )
        desk = self.answer(cors, origin="https://b.example", **asks)
        self.assertIsNone(self.first(desk, "access-control-allow-methods"))


class ListenerCorsTests(GatewayCase):
    """The CORS headers for pages of other origins."""

    async def serve(self, **options: Any) -> None:
        """Serve an API."""
        await self.open_source()
        cors = {
            "enabled": True,
            "allowOrigin": ["https://a.example", "https://[a-z]+\\.b\\.example"],
            "allowMethods": ["GET", "PUT"],
            "allowHeaders": ["X-A"],
            **options,
        }
        body = definition(f"http://{self.source.address}", listener={"cors": cors})
        await self.open_gateway(body)

    async def test_preflight(self) -> None:
        """The gateway answers a preflight with the allowed methods and headers."""
        await self.serve(maxAge=60, allowCredentials=True, allowPrivateNetwork=True)
        client = await self.asked(
            get(
                b"/api",
                *ASKING,
                b"Access-Control-Request-Headers: x-a",
                b"Access-Control-Request-Private-Network: true",
                method=b"OPTIONS",
            )
        )
        head = await client.head()
        self.assertEqual(head.status, 200)
        for name, value in (
            (b"origin", b"https://a.example"),
            (b"methods", b"GET, PUT"),
            (b"headers", b"x-a"),
            (b"credentials", b"true"),
            (b"private-network", b"true"),
        ):
            self.assertEqual(head.get(b"access-control-allow-" + name), value)
        self.assertEqual(head.get(b"access-control-max-age"), b"60")
        self.assertEqual(head.get(b"vary"), b"Origin")
        self.assertEqual(self.source.connections, [])

    async def test_every_method(self) -> None:
        """
        ``*`` allows the requested method; the allowed headers are listed without a
        request.
        """
        await self.serve(allowMethods=["*"], allowHeaders=["X-A", "X-B"])
        client = await self.asked(get(b"/api", *ASKING, method=b"OPTIONS"))
        head = await client.head()
        self.assertEqual(head.status, 200)
        self.assertEqual(
            head.get(b"access-control-allow-methods"), ASKING[1].partition(b": ")[2]
        )
        self.assertEqual(head.get(b"access-control-allow-headers"), b"X-A, X-B")

    async def test_refused(self) -> None:
        """Another origin, method or header is not allowed."""
        await self.serve()
        origin, method = ASKING
        for fields in (
            (b"Origin: https://evil.example", method),
            (b"Origin: https://a.b.example.evil.example", method),
            (origin, b"Access-Control-Request-Method: DELETE"),
            (*ASKING, b"Access-Control-Request-Headers: x-a, x-b"),
        ):
            client = await self.asked(get(b"/api", *fields, method=b"OPTIONS"))
            head = await client.head()
            self.assertEqual(head.status, 400)
            self.assertEqual(head.all(b"access-control-allow-methods"), [])
        line = await self.gateway.ended(4)
        self.assertEqual(line["errorKey"], "CORS_PREFLIGHT_FAILED")

    async def serve_flows(self, *steps: dict[str, Any]) -> None:
        """
        Serve an API whose flow runs for preflight requests.

        :param steps: of the request phase.
        """
        await self.serve()
        cors = {
            "enabled": True,
            "allowOrigin": ["https://a.example"],
            "allowMethods": ["PUT"],
            "runPolicies": True,
        }
        body = definition(f"http://{self.source.address}", listener={"cors": cors})
        added = {"addHeaders": [{"name": "X-Added", "value": "{#request.method}"}]}
        response_step = {"policy": "transform-headers", "configuration": added}
        body["flows"] = [{"request": [*steps], "response": [response_step]}]
        self.gateway.plans.chain = lambda *_: PlanChain([])  # type: ignore[method-assign]
        self.gateway.deployer.apply({"api-1": deployed(body, number=2)})

    async def test_flows(self) -> None:
        """With ``runPolicies`` flows run for a preflight that is allowed, and no plan
        and no endpoint is asked."""
        await self.serve_flows()
        for origin, status, added in (
            (b"https://a.example", 200, [b"OPTIONS"]),
            (b"https://evil.example", 400, []),
        ):
            client = await self.asked(
                get(b"/api", b"Origin: " + origin, ASKING[1], method=b"OPTIONS")
            )
            head = await client.head()
            self.assertEqual((head.status, head.all(b"x-added")), (status, added))
            methods = [b"PUT"] if added else []
            self.assertEqual(head.all(b"access-control-allow-methods"), methods)
        client = await self.asked(get(b"/api", ASKING[0]))
        self.assertEqual((await client.answer()).status, 401)
        self.assertEqual(self.source.connections, [])

    async def test_flow_that_answers(self) -> None:
        """A step may answer a preflight request itself."""
        step = {"policy": "mock", "configuration": {"status": "418", "content": "x"}}
        await self.serve_flows(step)
        client = await self.asked(get(b"/api", *ASKING, method=b"OPTIONS"))
        self.assertEqual((await client.answer()).status, 418)

    async def test_flows_and_paths(self) -> None:
        """Paths that calls may not have are refused before flows run."""
        await self.serve_flows()
        client = await self.asked(get(b"/api/../x", *ASKING, method=b"OPTIONS"))
        self.assertEqual((await client.answer()).status, 400)

    async def test_answers(self) -> None:
        """The header names the origin or is absent, whatever the source sends."""
        await self.serve(exposeHeaders=["X-B"])
        for origin, allowed in (
            (b"https://x.b.example", [b"https://x.b.example"]),
            (b"https://evil.example", []),
        ):
            client, connection = await self.call(get(b"/api", b"Origin: " + origin))
            await connection.head()
            connection.send(
                response(
                    b"x",
                    b"Access-Control-Allow-Origin: *",
                    b"Vary: Accept",
                )
            )
            head = await client.head()
            self.assertEqual(head.all(b"access-control-allow-origin"), allowed)
            self.assertEqual(head.get(b"vary"), b"Accept, Origin")
            exposed = [b"X-B"] if allowed else []
            self.assertEqual(head.all(b"access-control-expose-headers"), exposed)

    async def test_without_an_origin(self) -> None:
        """Without an origin no header is added, and OPTIONS goes to the source."""
        await self.serve()
        client, connection = await self.call(get(b"/api", method=b"OPTIONS"))
        await connection.head()
        connection.send(response(b"x", b"Access-Control-Allow-Origin: *"))
        head = await client.head()
        self.assertEqual(head.get(b"access-control-allow-origin"), b"*")

    async def test_everyone(self) -> None:
        """
        With ``*`` the origin is named and ``Vary`` is set, so that caches keep
        responses apart.
        """
        await self.serve(allowOrigin=["*"], allowHeaders=["*"])
        client = await self.asked(
            get(
                b"/api",
                *ASKING,
                b"Access-Control-Request-Headers: x-anything",
                method=b"OPTIONS",
            )
        )
        head = await client.head()
        self.assertEqual(head.get(b"access-control-allow-origin"), ASKING[0][8:])
        self.assertEqual(head.get(b"access-control-allow-headers"), b"x-anything")

    def test_refused_options(self) -> None:
        """Unsafe and unsupported options are refused."""
        for options in (
            {"enabled": True, "allowOrigin": ["*"], "allowCredentials": True},
            {"runPolicies": "true"},
            {"allowOrigin": ["("]},
            {"allowMethods": ["BREW"]},
        ):
            self.assertRaises(ValidationError, Cors.read, options)
