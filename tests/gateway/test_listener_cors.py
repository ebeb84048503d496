"""Tests of :mod:`relay.gateway.listener_cors`."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from relay.model.api.cors import Cors
from tests.gateway.harness import GatewayCase, definition, get, response

ASKING = (b"Origin: https://a.example", b"Access-Control-Request-Method: PUT")


class ListenerCorsTests(GatewayCase):
    """What browsers on other origins are told."""

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
        """Is answered here, with what is allowed."""
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

    async def test_refused(self) -> None:
        """Another origin, method or header."""
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

    async def test_answers(self) -> None:
        """Tell the origin, or nothing, whatever the source says."""
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
        """Nothing is told, and OPTIONS of other kinds go to the source."""
        await self.serve()
        client, connection = await self.call(get(b"/api", method=b"OPTIONS"))
        await connection.head()
        connection.send(response(b"x", b"Access-Control-Allow-Origin: *"))
        head = await client.head()
        self.assertEqual(head.get(b"access-control-allow-origin"), b"*")

    async def test_everyone(self) -> None:
        """An origin is told even then, so that answers are told apart."""
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
        """What would be unsafe, and what would not be done."""
        for options in (
            {"enabled": True, "allowOrigin": ["*"], "allowCredentials": True},
            {"runPolicies": True},
            {"allowOrigin": ["("]},
            {"allowMethods": ["BREW"]},
        ):
            self.assertRaises(ValidationError, Cors.read, options)
