"""Which API a request goes to, on the wire."""

from __future__ import annotations

from tests.gateway.harness import GatewayCase, get, response


class ForwardTests(GatewayCase):
    async def test_forwarded(self) -> None:
        """A path below the context-path goes to the target's path."""
        await self.stage()
        client, source = await self.call(get(b"/api/a"))
        self.assertEqual((await source.head()).target, b"/base/a")
        source.send(response(b"hello"))
        self.assertEqual((await client.answer()).body, b"hello")
