"""Calls that are tried again, over real sockets."""

from __future__ import annotations

from typing import Any

from tests.gateway.harness import (
    EVENT_STREAM,
    GatewayCase,
    chunk,
    definition,
    get,
    post,
    response,
)
from tests.gateway.raw import Client, Source, SourceConnection, turn, until


class FailoverCase(GatewayCase):
    """A gateway in front of two sources, ``a`` and ``b``."""

    async def stage_two(self, **failover: Any) -> None:
        """Open sources and gateway."""
        self.seen = 0
        self.a, self.b = await self.another(), await self.another()
        endpoints = [
            {
                "name": name,
                "type": "http-proxy",
                "inheritConfiguration": True,
                "configuration": {"target": f"http://{source.address}/"},
            }
            for name, source in (("a", self.a), ("b", self.b))
        ]
        body = definition("", endpoints=endpoints)
        await self.open_gateway({**body, "failover": {"enabled": True, **failover}})

    async def answers(self, source: Source, data: bytes) -> bytes:
        """
        Answer the next request of a source.

        :returns: the request's head.
        """
        connection = await source.asked()
        raw = await connection.take_until(b"\r\n\r\n")
        connection.send(data)
        return raw

    async def a_or_b(self, client: Client) -> SourceConnection:
        """Wait for the request that either source gets."""

        def one_more() -> bool:
            return self.requests > self.seen

        await until(one_more, "a request to a source")
        self.seen = self.requests
        for source in (self.a, self.b):
            for connection in source.connections:
                if connection.requests > connection.given_out:
                    return await source.asked()
        raise AssertionError("nobody was asked")

    @property
    def requests(self) -> int:
        """How many requests both sources got."""
        both = (*self.a.connections, *self.b.connections)
        return sum(connection.requests for connection in both)

    async def breaks(self, source: Source) -> None:
        """Reset the next request of a source."""
        connection = await source.asked()
        connection.reset()

    async def refused(self, client: Client, key: str, outcome: str) -> None:
        """Check that a call was given up."""
        answer = await client.answer()
        self.assertEqual(answer.status, 502)
        line = await self.gateway.ended(len(self.gateway.closed) or 1)
        self.assertEqual(
            (line["errorKey"], line["outcome"]), (f"GATEWAY_CLIENT_{key}", outcome)
        )


class RetryTests(FailoverCase):
    """The failures that are retried, and the number of attempts."""

    async def test_the_next_endpoint(self) -> None:
        """A call that breaks before its head is made at the next endpoint."""
        await self.stage_two()
        client = await self.asked(get(b"/api/x?k=v", b"Accept: */*"))
        await self.breaks(self.a)
        head = await self.answers(self.b, response(b"from b"))
        self.assertIn(b"GET /x?k=v HTTP/1.1", head)
        self.assertEqual((await client.answer()).body, b"from b")
        line = await self.gateway.ended()
        self.assertEqual((line["endpoint"], line["outcome"]), ("b", "completed"))
        self.assertEqual(
            [one.exchanges for one in self.gateway.groups[0].connectors], [0, 0]
        )

    async def test_given_up(self) -> None:
        """After the last attempt the failure is reported once."""
        await self.stage_two(maxRetries=1)
        client = await self.asked(get(b"/api"))
        await self.breaks(self.a)
        await self.breaks(self.b)
        await self.refused(client, "CONNECTION_RESET", "upstream_gone")

    async def test_no_retries(self) -> None:
        """With ``maxRetries`` 0 the first failure is reported."""
        await self.stage_two(maxRetries=0)
        client = await self.asked(get(b"/api"))
        await self.breaks(self.a)
        await self.refused(client, "CONNECTION_RESET", "upstream_gone")
        self.assertEqual(self.b.connections, [])

    async def test_too_slow(self) -> None:
        """An endpoint that does not answer in time is left for the next."""
        await self.stage_two(slowCallDuration=500)
        client = await self.asked(get(b"/api"))
        slow = await self.a.asked()
        self.reactor.advance_ms(500)
        await self.answers(self.b, response(b"from b"))
        self.assertEqual((await client.answer()).body, b"from b")
        await slow.until_over()

    async def test_any_status_is_an_answer(self) -> None:
        """A response is no failure, whatever its status, unless a condition says so."""
        await self.stage_two()
        client = await self.asked(get(b"/api"))
        await self.answers(self.a, response(b"", status=b"503 Busy"))
        self.assertEqual((await client.answer()).status, 503)

    async def test_failure_condition(self) -> None:
        """A response that counts as a failure is not what the client gets."""
        await self.stage_two(failureCondition="{#response.status >= 500}")
        client = await self.asked(get(b"/api"))
        await self.answers(self.a, response(b"secret", status=b"503 Busy"))
        await self.answers(self.b, response(b"from b"))
        self.assertEqual((await client.answer()).body, b"from b")

    async def test_an_open_stream_is_never_made_again(self) -> None:
        """A call that breaks after its response head is not repeated."""
        await self.stage_two()
        client = await self.asked(get(b"/api"))
        connection = await self.a.asked()
        connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
        await client.head()
        connection.reset()
        await client.until_over()
        self.assertTrue(client.was_cut)
        self.assertEqual(self.b.connections, [])

    async def test_a_body_is_sent_again(self) -> None:
        """The next endpoint gets the whole body."""
        await self.stage_two()
        client = await self.asked(post(b"/api", b"all of it", method=b"PUT"))
        first = await self.a.asked()
        await first.until_received(b"all of it")
        first.reset()
        second = await self.b.asked()
        await second.until_received(b"all of it")
        second.send(response(b"thanks"))
        self.assertEqual((await client.answer(b"PUT")).body, b"thanks")

    async def test_a_started_post_is_never_repeated(self) -> None:
        """A source that breaks may have acted on it, and so may one that is slow."""
        await self.stage_two(slowCallDuration=500, maxFailures=100)
        for request in (
            post(b"/api", b"an order"),
            post(b"/api", b""),
            get(b"/api", method=b"PATCH"),
        ):
            client = await self.asked(request)
            connection = await self.a_or_b(client)
            connection.reset()
            await self.refused(client, "CONNECTION_RESET", "upstream_gone")
            client = await self.asked(request)
            await self.a_or_b(client)
            self.reactor.advance_ms(500)
            await self.refused(client, "READ_TIMEOUT", "read_timeout")
        self.assertEqual(self.requests, 6)

    async def test_a_post_is_repeated_when_the_publisher_says_so(self) -> None:
        """A POST is repeated if ``retryNonIdempotent`` is set."""
        await self.stage_two(retryNonIdempotent=True)
        client = await self.asked(post(b"/api", b"all of it"))
        first = await self.a.asked()
        await first.until_received(b"all of it")
        first.reset()
        second = await self.b.asked()
        await second.until_received(b"all of it")
        second.send(response(b"thanks"))
        self.assertEqual((await client.answer(b"POST")).body, b"thanks")

    async def test_a_post_that_reached_no_source_is_tried_again(self) -> None:
        """Where nothing listens nothing was begun."""
        await self.stage_two()
        await self.a.port.stopListening()
        client = await self.asked(post(b"/api", b"all of it"))
        second = await self.b.asked()
        await second.until_received(b"all of it")
        second.send(response(b"thanks"))
        self.assertEqual((await client.answer(b"POST")).body, b"thanks")

    async def test_slow_calls_are_the_sources_and_not_the_clients(self) -> None:
        """slowCallDuration does not run while the client uploads, and runs then."""
        await self.stage_two(slowCallDuration=500, maxFailures=1)
        whole = post(b"/api", b"abcd", method=b"PUT")
        client = await self.asked(whole[:-2])
        source = await self.a.asked()
        for byte in (b"c", b"d"):
            self.reactor.advance_ms(5_000)
            client.send(byte)
            await source.until_received(byte)
        source.send(response(b"thanks"))
        self.assertEqual((await client.answer()).body, b"thanks")
        client = await self.asked(whole)
        await self.b.asked()
        self.reactor.advance_ms(500)
        await self.answers(self.a, response(b"from a"))
        self.assertEqual((await client.answer()).body, b"from a")

    async def test_a_client_that_leaves(self) -> None:
        """
        The failure of a call whose client has left is neither retried nor counted.
        """
        await self.stage_two(maxFailures=1)
        client = await self.asked(get(b"/api"))
        connection = await self.a.asked()
        client.reset()
        await connection.until_over()
        self.assertEqual(self.b.connections, [])
        client = await self.asked(get(b"/api"))
        await self.answers(self.b, response(b"ok"))
        self.assertEqual((await client.answer()).status, 200)

    async def test_another_endpoint_is_forced(self) -> None:
        """The endpoint that follows the failed one is tried, whatever the load balancer
        would select."""
        await self.stage_two(forceNextEndpointOnFailure=True)
        balancer = self.gateway.groups[0]._balancer
        self.patch(balancer, "next", lambda: self.gateway.groups[0].connectors[0])
        client = await self.asked(get(b"/api"))
        await self.breaks(self.a)
        await self.answers(self.b, response(b"from b"))
        self.assertEqual((await client.answer()).body, b"from b")


class BreakerTests(FailoverCase):
    """Endpoints that fail all the time are left alone for a while."""

    async def test_open(self) -> None:
        """No endpoint is called while the breaker is open."""
        await self.stage_two(maxRetries=1, maxFailures=1, openStateDuration=1000)
        client = await self.asked(get(b"/api"))
        await self.breaks(self.a)
        await self.breaks(self.b)
        await self.refused(client, "CONNECTION_RESET", "upstream_gone")
        await self.refused(
            await self.asked(get(b"/api")), "CIRCUIT_OPEN", "upstream_gone"
        )
        await turn()
        self.assertEqual((len(self.a.connections), len(self.b.connections)), (1, 1))
        self.reactor.advance_ms(1000)
        client = await self.asked(get(b"/api"))
        # The endpoint whose turn it was when nothing was called.
        source = self.a if len(self.a.connections) == 2 else self.b
        await self.answers(source, response(b"ok"))
        self.assertEqual((await client.answer()).status, 200)

    async def test_max_failures_counts_calls(self) -> None:
        """A call that fails counts once, with all its tries, which it may all make."""
        await self.stage_two(maxRetries=3, maxFailures=2)
        for _ in range(2):
            client = await self.asked(get(b"/api"))
            for source in (self.a, self.b, self.a, self.b):
                await self.breaks(source)
            await self.refused(client, "CONNECTION_RESET", "upstream_gone")
        await self.refused(
            await self.asked(get(b"/api")), "CIRCUIT_OPEN", "upstream_gone"
        )
        self.assertEqual(self.requests, 8)

    async def test_a_call_that_is_answered_in_the_end_is_no_failure(self) -> None:
        """
        A call that succeeds after retries does not count as a failure of the circuit.
        """
        await self.stage_two(maxRetries=1, maxFailures=2)
        await self.a.port.stopListening()
        for _ in range(4):
            client = await self.asked(get(b"/api"))
            await self.answers(self.b, response(b"from b"))
            self.assertEqual((await client.answer()).status, 200)


class RoutedCase(FailoverCase):
    """Calls that dynamic-routing sends are tried again, too."""

    async def routed(self, url: str) -> None:
        """Open a gateway whose flow sends all calls to a URL."""
        self.seen = 0
        self.a, self.b = await self.another(), await self.another()
        body = definition("http://127.0.0.1:1/")
        (first,) = body["endpointGroups"]
        body["endpointGroups"].append(
            {
                **first,
                "name": "others",
                "endpoints": [
                    {
                        "name": name,
                        "type": "http-proxy",
                        "inheritConfiguration": True,
                        "configuration": {"target": f"http://{source.address}/{name}"},
                    }
                    for name, source in (("a", self.a), ("b", self.b))
                ],
            }
        )
        rules = [{"pattern": ".*", "url": url}]
        step = {"policy": "dynamic-routing", "configuration": {"rules": rules}}
        flow = {"request": [step]}
        await self.open_gateway(
            {**body, "failover": {"enabled": True}, "flows": [flow]}
        )

    async def test_a_group(self) -> None:
        """The load balancer of the named group selects the endpoint."""
        await self.routed("{#endpoints['others']}/x?k=v")
        client = await self.asked(get(b"/api/gone"))
        await self.breaks(self.a)
        head = await self.answers(self.b, response(b"from b"))
        self.assertIn(b"GET /b/x?k=v HTTP/1.1", head)
        self.assertEqual((await client.answer()).body, b"from b")

    async def test_an_endpoint(self) -> None:
        """A named endpoint is tried again itself."""
        await self.routed("{#endpoints['b']}/x")
        client = await self.asked(get(b"/api"))
        await self.breaks(self.b)
        await self.answers(self.b, response(b"at last"))
        self.assertEqual((await client.answer()).body, b"at last")
        self.assertEqual(self.a.connections, [])
        self.assertEqual(
            [one.exchanges for one in self.gateway.groups[0].connectors], [0]
        )
