"""Tests of :mod:`relay.gateway.max_forwards`, and of what a ``TRACE`` shows."""

from __future__ import annotations

from typing import Any

from tests.gateway.flows.case import FlowCase, headers
from tests.gateway.harness import definition, deployed, get, post, response
from tests.gateway.raw import Client, SourceConnection
from tests.gateway.test_resource import ACCEPT


class TraceCase(FlowCase):
    """An API whose publisher has secrets, and flows that set a header."""

    async def open(self, **validation: Any) -> None:
        """Serve it."""
        await self.open_source()
        gateway = await self.open_gateway()
        body = definition(
            f"http://{self.source.address}/base?token=secret",
            listener={"requestValidation": validation},
            shared={
                "headers": [{"name": "X-Backend-Key", "value": "secret"}],
                "http": {"useCompression": True},
            },
        )
        body["flows"] = [{"request": [headers(X_Role="secret")]}]
        gateway.deployer.replace_all([deployed(body)])

    async def asks(
        self, method: bytes, *fields: bytes
    ) -> tuple[Client, SourceConnection]:
        """Send a request that goes on to the source."""
        return await self.call(get(b"/api/x?a=1", *fields, method=method))


class TraceTests(TraceCase):
    async def test_trace_is_refused_unless_the_api_allows_it(self) -> None:
        """TRACE is a 405 with ``Allow`` unless the API allows it."""
        await self.open()
        for path in (b"/api/x", b"/nowhere"):
            client = await self.asked(get(path, ACCEPT, method=b"TRACE"))
            answer = await client.answer()
            self.assertEqual(answer.status, 405)
            self.assertIn(b"GET", answer.get(b"allow") or b"")
            self.assertNotIn(b"TRACE", answer.get(b"allow") or b"")
        self.assertEqual(self.source.connections, [])

    async def test_an_allowed_trace_carries_nothing_of_the_publishers(self) -> None:
        """No header of the endpoint, the flows or the gateway but ``Via``, no query of
        the target: its answer shows them all."""
        await self.open(allowTrace=True)
        client, source = await self.asks(b"TRACE", b"X-Own: 1", b"Connection: X-Hop")
        head = await source.head()
        self.assertEqual(head.line, b"TRACE /base/x?a=1 HTTP/1.1")
        self.assertEqual({name for name, _ in head.fields}, {b"host", b"via", b"x-own"})
        source.send(response(b"traced"))
        self.assertEqual((await client.answer()).body, b"traced")

    async def test_a_trace_has_no_body(self) -> None:
        """RFC 9110, 9.3.8."""
        await self.open(allowTrace=True)
        client = await self.asked(post(b"/api", b"body", ACCEPT, method=b"TRACE"))
        self.assertEqual((await client.answer()).status, 400)
        self.assertEqual(self.source.connections, [])


class MaxForwardsTests(TraceCase):
    async def test_it_is_counted_down(self) -> None:
        """``Max-Forwards`` is decremented for OPTIONS and TRACE only."""
        await self.open(allowTrace=True)
        for method, value, passed in (
            (b"OPTIONS", b"3", b"2"),
            (b"TRACE", b"1", b"0"),
            (b"OPTIONS", b"007", b"6"),
            (b"GET", b"0", b"0"),
            (b"GET", b"x", b"x"),
        ):
            _, source = await self.asks(method, b"Max-Forwards: " + value)
            self.assertEqual((await source.head()).get(b"max-forwards"), passed)
            source.send(response(b"", b"Connection: close"))

    async def test_at_zero_the_gateway_answers(self) -> None:
        """``OPTIONS`` by ``Allow``, ``TRACE`` by the request without credentials."""
        await self.open(allowTrace=True)
        client = await self.asked(get(b"/api/x", b"Max-Forwards: 0", method=b"OPTIONS"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertIn(b"GET", answer.get(b"allow") or b"")
        client = await self.asked(
            get(
                b"/api/x?a",
                b"Max-Forwards: 0",
                b"X-Own: 1",
                b"Cookie: secret",
                b"Authorization: Basic secret",
                method=b"TRACE",
            )
        )
        answer = await client.answer()
        self.assertEqual(answer.get(b"content-type"), b"message/http")
        line, *fields = answer.body.removesuffix(b"\r\n\r\n").split(b"\r\n")
        self.assertEqual(line, b"TRACE /api/x?a HTTP/1.1")
        self.assertEqual(set(fields), {b"Host: relay", b"Max-Forwards: 0", b"X-Own: 1"})
        self.assertEqual(self.source.connections, [])

    async def test_a_number_that_is_none_is_refused(self) -> None:
        """Two of them, too."""
        await self.open()
        for fields in (
            (b"Max-Forwards: -1",),
            (b"Max-Forwards: x",),
            (b"Max-Forwards:",),
            (b"Max-Forwards: 1", b"Max-Forwards: 1"),
            (b"Max-Forwards: " + b"1" * 4301,),
        ):
            client = await self.asked(get(b"/api", *fields, method=b"OPTIONS"))
            self.assertEqual((await client.answer()).status, 400, fields[0][:30])
        self.assertEqual(self.source.connections, [])
