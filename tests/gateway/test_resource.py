"""The refusals before a source is called, and their texts."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import ip_network
from typing import Any

from relay.gateway.responses import refusals
from relay.plans.chain import PlanChain
from relay.settings.gateway import LimitSettings
from relay.settings.listeners import ListenerSettings
from tests.gateway.harness import (
    EVENT_STREAM,
    GatewayCase,
    definition,
    deployed,
    get,
    post,
    response,
)
from tests.gateway.raw import settle, until
from tests.plans.callers import TokenPlan

ACCEPT = b"Accept: application/json"


class RefusalCase(GatewayCase):
    async def refused(
        self, request: bytes, status: int, key: str, *, closes: bool = False
    ) -> None:
        """Check an answer of the gateway's own, and that the source saw nothing."""
        client = await self.asked(request)
        answer = await client.answer(request.partition(b" ")[0])
        self.assertEqual(answer.status, status, request)
        self.assertIn(answer.get(b"connection"), (None, b"close"), request)
        self.assertEqual(answer.get(b"connection") == b"close", closes, request)
        self.assertIsNone(answer.get(b"server"), request)
        self.assertTrue(answer.get(b"date"), request)
        self.assertEqual(answer.get(b"content-type"), b"application/json", request)
        body = json.loads(answer.body)
        self.assertEqual((body["http_status_code"], body["key"]), (status, key))
        self.assertTrue(body["message"], request)
        line = self.gateway.closed[-1]
        self.assertEqual((line["status"], line["errorKey"]), (status, key), request)
        self.assertEqual(line["requestId"], str(answer.get_id(), "ascii"), request)
        self.assertEqual(self.source.connections, [], request)
        if closes:
            await client.until_over()
            self.assertFalse(client.was_reset, request)


class ShapeTests(RefusalCase):
    async def test_host(self) -> None:
        """Exactly one valid Host is needed (RFC 9112, 3.2)."""
        await self.stage()
        for fields in (
            b"",
            b"Host: relay\r\nHost: relay\r\n",
            b"Host: relay\r\nhost: other\r\n",
            b"Host: relay, other\r\n",
            b"Host: a b\r\n",
            b"Host: relay/x\r\n",
            b"Host: user@relay\r\n",
            b"Host: relay:80:90\r\n",
            b"Host: relay:http\r\n",
            b"Host: [::1\r\n",
            b"Host: r\xc3\xa9lay\r\n",
            b"Host: rel%61y\r\n",
            b"Host: relay:65536\r\n",
            b"Host: relay:" + b"1" * 5000 + b"\r\n",
        ):
            request = b"GET /api HTTP/1.1\r\n" + fields + ACCEPT + b"\r\n\r\n"
            await self.refused(request, 400, "BAD_REQUEST")

    async def test_hosts_that_are_fine(self) -> None:
        """Any host, with or without a port; an HTTP/1.0 client may leave it out."""
        await self.stage()
        for head in (
            b"GET /api HTTP/1.1\r\nHost: relay",
            b"GET /api HTTP/1.1\r\nHost: relay:8082",
            b"GET /api HTTP/1.1\r\nHost: relay:",
            b"GET /api HTTP/1.1\r\nHost: [::1]:8082",
            b"GET /api HTTP/1.1\r\nHost: a_b.c-d.9",
            b"GET /api HTTP/1.1\r\nHost:",
            b"GET /api HTTP/1.0\r\nHost: relay",
            b"GET /api HTTP/1.0\r\nX: y",
        ):
            client, source = await self.call(head + b"\r\n\r\n")
            source.send(response(b"fine", b"Connection: close"))
            self.assertEqual((await client.answer()).body, b"fine", head)

    async def test_target_forms(self) -> None:
        """A gateway is asked for paths: no proxy requests."""
        await self.stage()
        for line in (
            b"OPTIONS *",
            b"GET api",
            b"GET ?a",
            b"GET ftp://relay/api",
            b"GET //",
        ):
            request = line + b" HTTP/1.1\r\nHost: relay\r\n" + ACCEPT + b"\r\n\r\n"
            if line == b"GET //":
                client = await self.asked(request)
                self.assertEqual((await client.answer()).status, 404)
            else:
                await self.refused(request, 400, "BAD_REQUEST")

    async def test_absolute_form_of_another_host(self) -> None:
        """An absolute-form target has to name the host that Host names."""
        await self.stage()
        for target in (
            b"http://evil/api",
            b"http://relay:81/api",
            b"http://relay.evil/api",
            b"http://user:pw@relay/api",
            b"http://relay@evil/api",
            b"http:///api",
        ):
            await self.refused(get(target, ACCEPT), 400, "BAD_REQUEST")
            self.assertNotIn("pw", json.dumps(self.gateway.closed))

    async def test_absolute_form_of_the_same_host(self) -> None:
        """An absolute-form target for this very host is its path (RFC 9112, 3.2.2)."""
        await self.stage()
        for target, expected in (
            (b"http://relay/api/a?b=c", b"/base/a?b=c"),
            (b"HTTP://RELAY/api", b"/base"),
            (b"https://relay/api//", b"/base//"),
            (b"http://relay:80/api", b"/base"),
            (b"https://relay.:443/api", b"/base"),
        ):
            client, source = await self.call(get(target))
            head = await source.head()
            self.assertEqual(head.target, expected)
            source.send(response(b"", b"Connection: close"))
            await client.answer()
            line = await self.gateway.ended(self.source.next)
            self.assertEqual(
                line["path"],
                expected.replace(b"/base", b"/api").decode().partition("?")[0],
            )

    async def test_absolute_form_without_a_path(self) -> None:
        """A target in absolute form without a path has the path ``/``."""
        await self.open_source()
        await self.open_gateway(
            definition(f"http://{self.source.address}", paths=[{"path": "/"}])
        )
        for target, expected in (
            (b"http://relay", b"/"),
            (b"http://relay?a=1", b"/?a=1"),
        ):
            _, source = await self.call(get(target))
            self.assertEqual((await source.head()).target, expected)

    async def test_bytes_that_must_be_encoded(self) -> None:
        """A target is ASCII without controls."""
        await self.stage()
        for target in (b"/api/\xa9", b"/api?q=\x80", b"/api/\x7f"):
            await self.refused(get(target, ACCEPT), 400, "BAD_REQUEST")

    async def test_null_byte(self) -> None:
        """An encoded NUL in a query is refused only if the API says so."""
        await self.open_source()
        target = f"http://{self.source.address}"
        strict = {"requestValidation": {"rejectNullByte": True}}
        await self.open_gateway(
            definition(target, listener={"paths": [{"path": "/strict"}], **strict}),
            definition(target, paths=[{"path": "/lax"}]),
        )
        for path in (b"/strict/%00", b"/strict?a=%00"):
            await self.refused(get(path, ACCEPT), 400, "REQUEST_NULL_BYTE_REJECTED")
        _, source = await self.call(get(b"/lax?a=%00"))
        self.assertEqual((await source.head()).target, b"/?a=%00")


class UpgradeTests(RefusalCase):
    async def test_upgrade(self) -> None:
        """A request to upgrade a PROXY API is refused."""
        await self.stage()
        for fields in (
            (b"Connection: Upgrade", b"Upgrade: websocket"),
            (b"Connection: keep-alive, upgrade", b"Upgrade: websocket"),
            (b"Connection: keep-alive", b"Connection: Upgrade", b"Upgrade: foo/2"),
            (b"Connection: Upgrade", b"Upgrade: h2c, websocket"),
        ):
            request = get(b"/api", ACCEPT, *fields)
            await self.refused(request, 501, "UPGRADE_NOT_SUPPORTED", closes=True)

    async def test_http_2_is_not_insisted_on(self) -> None:
        """Clients that merely offer HTTP/2, as Java's do by default, are served over
        HTTP/1.1 (RFC 9110, 7.8); a bare Upgrade header asks for nothing."""
        await self.stage()
        for fields in (
            (
                b"Connection: Upgrade, HTTP2-Settings",
                b"Upgrade: h2c",
                b"HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
            ),
            (b"Upgrade: websocket",),
        ):
            client, source = await self.call(get(b"/api", *fields))
            head = await source.head()
            for name in (b"connection", b"upgrade", b"http2-settings"):
                self.assertIsNone(head.get(name), fields)
            source.send(response(b"", b"Connection: close"))
            self.assertEqual((await client.answer()).status, 200)


class PlanAndEndpointTests(RefusalCase):
    async def test_no_plan(self) -> None:
        """A call that no plan admits is refused."""
        await self.stage()
        body = definition("http://127.0.0.1:1")
        closed = replace(deployed(body, number=2), plans=())
        self.gateway.deployer.apply({"api-1": closed})
        await self.refused(get(b"/api", ACCEPT), 401, "GATEWAY_PLAN_UNRESOLVABLE")

    async def test_challenges(self) -> None:
        """A refused client receives the challenges of all plans."""
        await self.stage()
        self.deploy_token_plan()
        client = await self.asked(get(b"/api?token=wrong&a=1", ACCEPT))
        answer = await client.answer()
        self.assertEqual(answer.status, 401)
        self.assertEqual(answer.get(b"www-authenticate"), b"Token")
        self.assertEqual(
            json.loads(answer.body),
            {
                "message": "Unauthorized",
                "http_status_code": 401,
                "key": "GATEWAY_PLAN_UNRESOLVABLE",
            },
        )

    async def test_selection_rules(self) -> None:
        """A plan applies to the calls that its selection rule matches."""
        await self.stage()
        body = definition(f"http://{self.source.address}/base", name="Orders")
        before = deployed(body, number=2)
        rule = (
            "{#request.params['a'][0] == '1' && #request.headers['x'][0] == 'y'"
            " && #request.pathInfo == '/b' && #request.contextPath == '/api/'"
            " && #request.method == 'GET' && #api.name == 'Orders'}"
        )
        plan = {**before.plans[0], "selectionRule": rule}
        self.gateway.deployer.apply({"api-1": replace(before, plans=(plan,))})
        for target, field in ((b"/api/b?a=2", b"X: y"), (b"/api/b?a=1", b"X: z")):
            key = "GATEWAY_PLAN_UNRESOLVABLE"
            await self.refused(get(target, ACCEPT, field), 401, key)
        client, source = await self.call(get(b"/api/b?a=1", b"X: y"))
        await source.head()
        source.send(response(b"", b"Connection: close"))
        self.assertEqual((await client.answer()).status, 200)

    async def test_credentials_stay_here(self) -> None:
        """Credentials are removed from the request to the source, and from the log."""
        await self.stage(with_query=True)
        self.deploy_token_plan()
        for word in (b"word", b"wrong"):
            client = await self.asked(get(b"/api?a=1&token=" + word, b"Token: word"))
            source = await self.source.asked()
            head = await source.head()
            self.assertEqual(head.target, b"/base?a=1")
            self.assertIsNone(head.get(b"token"))
            source.send(response(b"", b"Connection: close"))
            await client.answer()
            self.assertEqual(
                (await self.gateway.ended(self.source.next))["query"], "a=1"
            )
        client = await self.asked(get(b"/api?a=1&token=wrong"))
        self.assertEqual((await client.answer()).status, 401)
        self.assertEqual((await self.gateway.ended(3))["query"], "a=1")

    async def test_a_plan_that_has_to_ask(self) -> None:
        """The call waits for it; its body stays with the client meanwhile."""
        await self.stage()
        (plan,) = self.deploy_token_plan(later=True)
        client = await self.asked(
            post(b"/api", b"body", b"Token: word", b"Expect: 100-continue")
        )
        await until(lambda: len(plan.asked) == 1, "the plan is asked")
        self.assertEqual((client.received, self.source.connections), (b"", []))
        plan.asked[0].callback(plan.verdict("word"))
        source = await self.source.asked()
        source.send(response(b"fine"))
        await until(lambda: b"fine" in client.received, "an answer")
        line = await self.gateway.ended()
        self.assertEqual((line["planId"], line["status"]), ("token", 200))

    async def test_left_while_a_plan_asks(self) -> None:
        """A client that leaves while a plan waits is not admitted."""
        await self.stage()
        (plan,) = self.deploy_token_plan(later=True)
        client = await self.asked(get(b"/api", b"Token: word"))
        await until(lambda: len(plan.asked) == 1, "the plan is asked")
        client.reset()
        line = await self.gateway.ended()
        self.assertEqual((line["outcome"], line["status"]), ("client_gone", 499))
        plan.asked[0].callback(plan.verdict("word"))
        self.assertEqual(self.source.connections, [])
        self.assertEqual(len(self.gateway.closed), 1)

    async def test_deployed_while_a_plan_asks(self) -> None:
        """The deployment that the client was about to enter is closed."""
        await self.stage()
        (plan,) = self.deploy_token_plan(later=True)
        client = await self.asked(get(b"/api", b"Token: word"))
        await until(lambda: len(plan.asked) == 1, "the plan is asked")
        self.deploy_token_plan()
        plan.asked[0].callback(plan.verdict("word"))
        answer = await client.answer()
        self.assertEqual((answer.status, answer.get(b"retry-after")), (503, b"1"))
        self.assertEqual(self.source.connections, [])

    def deploy_token_plan(self, later: bool = False) -> list[TokenPlan]:
        """Deploy the API again, with a plan for tokens."""
        plan = TokenPlan("token", "word", later)
        number = 2 + len(self.gateway.groups)
        body = definition(f"http://{self.source.address}/base")
        self.gateway.plans.chain = lambda *_: PlanChain([plan])  # type: ignore[method-assign]
        self.gateway.deployer.apply({"api-1": deployed(body, number=number)})
        return [plan]

    async def test_no_endpoint(self) -> None:
        """A group whose endpoints are all gone answers nothing."""
        await self.open_source()
        await self.open_gateway(definition("", endpoints=[]))
        await self.refused(get(b"/api", ACCEPT), 503, "NO_ENDPOINT_FOUND", closes=True)

    async def test_unexpected(self) -> None:
        """An unexpected error is a 500, and is described in the log only."""
        await self.stage()
        self.patch(self.gateway.resource, "table", None)
        await self.refused(
            get(b"/api", ACCEPT), 500, "GATEWAY_UNEXPECTED_ERROR", closes=True
        )
        (failure,) = self.flushLoggedErrors(AttributeError)
        self.assertNotIn(failure.getErrorMessage(), json.dumps(self.gateway.lines))


class NotFoundTests(GatewayCase):
    async def test_text(self) -> None:
        """The words for an unknown path are plain text and configurable."""
        await self.open_gateway(not_found_message="Nichts für dich.")
        client = await self.asked(get(b"/nowhere?key=1", ACCEPT))
        answer = await client.answer()
        self.assertEqual(answer.line, b"HTTP/1.1 404 Not Found")
        self.assertEqual(answer.get(b"content-type"), b"text/plain; charset=utf-8")
        self.assertEqual(answer.body.decode(), "Nichts für dich.")
        line = await self.gateway.ended()
        self.assertEqual(
            (line["apiId"], line["status"], line["outcome"], line["path"]),
            (None, 404, "refused", "/nowhere"),
        )

    async def test_another_content_type(self) -> None:
        """The body may be of any type, whatever the client accepts."""
        message = '{"error": "nothing here"}'
        await self.open_gateway(
            not_found_message=message, not_found_content_type="application/json"
        )
        client = await self.asked(get(b"/nowhere", b"Accept: text/plain"))
        answer = await client.answer()
        self.assertEqual(answer.get(b"content-type"), b"application/json")
        self.assertEqual(answer.get(b"content-length"), b"%d" % len(message))
        self.assertEqual(answer.body.decode(), message)

    async def test_the_connection_goes_on(self) -> None:
        """After a 4xx the connection accepts the next request."""
        await self.stage()
        client = await self.asked(get(b"/nowhere"))
        self.assertEqual((await client.answer()).status, 404)
        client.send(get(b"/api"))
        (await self.source.accepted()).send(response(b"here"))
        self.assertEqual((await client.answer()).body, b"here")

    async def test_head(self) -> None:
        """HEAD gets the head of the same answer."""
        await self.open_gateway()
        client = await self.asked(get(b"/nowhere", method=b"HEAD"))
        answer = await client.answer(b"HEAD")
        self.assertEqual(answer.status, 404)
        self.assertEqual(answer.get(b"content-length"), b"40")
        await settle()
        self.assertEqual(client.received, b"")
        self.assertEqual((await self.gateway.ended())["bytesOut"], 0)


class AcceptTests(GatewayCase):
    async def test_negotiated(self) -> None:
        """Errors are JSON for those who take it; the rest get the sentence."""
        await self.open_gateway(definition("", endpoints=[]))
        for fields, content_type in (
            ((b"Accept: text/event-stream",), b"text/plain; charset=utf-8"),
            ((), b"text/plain; charset=utf-8"),
            ((b"Accept: */*",), b"application/json"),
            ((b"Accept: application/json", b"Accept: text/html"), b"application/json"),
        ):
            client = await self.asked(get(b"/api", *fields))
            answer = await client.answer()
            self.assertEqual(answer.get(b"content-type"), content_type, fields)
            self.assertIn(refusals.NO_ENDPOINT.message.encode(), answer.body)


class LimitTests(RefusalCase):
    async def test_exchanges(self) -> None:
        """Above the limit for all, new calls are sent away for a moment."""
        await self.stage(limits=LimitSettings(max_exchanges=1))
        client, source = await self.stream()
        second = await self.asked(get(b"/api", ACCEPT))
        answer = await second.answer()
        self.assertEqual(answer.status, 503)
        self.assertEqual(answer.get(b"retry-after"), b"1")
        self.assertEqual(json.loads(answer.body)["key"], "GATEWAY_TOO_MANY_EXCHANGES")
        line = await self.gateway.ended()
        self.assertEqual(line["outcome"], "limit_reached")
        source.send(b"0\r\n\r\n")
        await self.gateway.ended(2)
        client.send(get(b"/api"))
        await source.until_received(b"\r\n\r\n")

    async def test_exchanges_of_an_address(self) -> None:
        """Above the limit for one address, that address is sent away."""
        await self.stage(
            limits=LimitSettings(max_exchanges_per_address=2),
            listener=ListenerSettings(
                "default", "tcp:0", trusted_proxies=(ip_network("127.0.0.1"),)
            ),
        )
        for _ in range(2):
            await self.stream(b"X-Forwarded-For: 192.0.2.7")
        client = await self.asked(get(b"/api", ACCEPT, b"X-Forwarded-For: 192.0.2.7"))
        answer = await client.answer()
        self.assertEqual(answer.status, 429)
        self.assertEqual(answer.get(b"retry-after"), b"1")
        self.assertIsNone(answer.get(b"connection"))
        self.assertEqual(json.loads(answer.body)["key"], "ADDRESS_TOO_MANY_EXCHANGES")
        _, source = await self.call(get(b"/api", b"X-Forwarded-For: 192.0.2.8"))
        source.send(EVENT_STREAM)

    async def test_an_ipv6_network_is_one_address(self) -> None:
        """The addresses of one IPv6 network count as one; the prefix is a setting."""
        for prefix, other, status in (
            (64, b"2001:db8:0:1:ffff::2", 429),
            (64, b"2001:db8:0:2::1", 404),
            (56, b"2001:db8:0:ff::1", 429),
            (128, b"2001:db8:0:1::2", 404),
        ):
            await self.stage(
                limits=LimitSettings(max_attempts_per_address=1, ipv6_prefix=prefix),
                listener=ListenerSettings(
                    "default", "tcp:0", trusted_proxies=(ip_network("127.0.0.1"),)
                ),
            )
            for address, expected in ((b"2001:db8:0:1::1", 404), (other, status)):
                client = await self.asked(
                    get(b"/nowhere", ACCEPT, b"X-Forwarded-For: " + address)
                )
                self.assertEqual((await client.answer()).status, expected, other)

    async def test_attempts_of_an_address(self) -> None:
        """An address that comes too often waits until its window ends."""
        limits = LimitSettings(max_attempts_per_address=2, attempt_window_ms=3000)
        await self.stage(limits=limits)
        for path in (b"/nowhere", b"/elsewhere"):
            client = await self.asked(get(path, ACCEPT))
            self.assertEqual((await client.answer()).status, 404)
        self.reactor.advance_ms(1000)
        answer = await (await self.asked(get(b"/api", ACCEPT))).answer()
        self.assertEqual(answer.status, 429)
        self.assertEqual(answer.get(b"retry-after"), b"2")
        self.assertEqual(json.loads(answer.body)["key"], "ADDRESS_TOO_MANY_ATTEMPTS")
        self.reactor.advance_ms(2000)
        await self.call(get(b"/api"))


class RecordTests(GatewayCase):
    async def line(self, *fields: bytes, **settings: Any) -> dict[str, Any]:
        """The log line of a call through a trusted proxy."""
        trusted = (ip_network("127.0.0.0/8"), ip_network("10.0.0.0/8"))
        await self.stage(
            listener=ListenerSettings("default", "tcp:0", trusted_proxies=trusted),
            **settings,
        )
        _, source = await self.call(get(b"/api/a?key=secret", *fields, host=b"r:80"))
        source.send(response(b"12345"))
        return await self.gateway.ended()

    async def test_who_and_what(self) -> None:
        """The record knows the caller, the plan and the request; no query."""
        line = await self.line(b"X-Forwarded-For: 6.6.6.6, 192.0.2.7, 10.0.0.1")
        for name, value in {
            "remoteAddress": "192.0.2.7",
            "subscriptionId": "192.0.2.7",
            "planId": "plan-1",
            "applicationId": "1",
            "apiId": "api-1",
            "endpoint": "the endpoint",
            "method": "GET",
            "host": "r:80",
            "path": "/api/a",
        }.items():
            self.assertEqual(line[name], value, name)
        self.assertNotIn("secret", json.dumps(line))

    async def test_query_if_asked_for(self) -> None:
        """The query is logged when the settings ask for it."""
        self.assertEqual((await self.line(with_query=True))["query"], "key=secret")
