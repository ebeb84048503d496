"""HTTP/2 clients of APIs with plans and flows: each stream is a call of its own."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from pathlib import Path
from typing import Any

import httpx
from h2.errors import ErrorCodes

from tests.pki import Authority, Issued
from tests.wire.gateway.limited import step
from tests.wire.harness.case import WireCase
from tests.wire.harness.daemon import (
    BACKLOG,
    BOUND_S,
    Daemon,
    SharedDaemon,
    proxy_api,
    until,
)
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.http.http2_client import Http2Client
from tests.wire.plans.keyed import KeyedApi, Subscription
from tests.wire.plans.test_grants import ticking_api

AUTHORITY = Authority()
STREAMS = 100
KEY = "x-gravitee-api-key"
PAGE = "https://page.example"


def _listener(directory: Path) -> str:
    written = AUTHORITY.server("localhost", "127.0.0.1").write(str(directory))
    return f"""
        [[gateway.listeners]]
        id = "default"
        endpoint = "tcp:{{port}}:interface=127.0.0.1{BACKLOG}"
        [gateway.listeners.tls]
        certificate = "{written.certificate}"
        key = "{written.key}"
        client_auth = "request"
        ca = "{written.ca}"
        http2 = true
    """


SHARED = SharedDaemon(_listener)


class PlanTests(WireCase):
    """An API for each test, with a source that sends events to all streams."""

    def setUp(self) -> None:
        """Run the source."""
        self.daemon: Daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.lock = threading.Lock()
        self.heads: list[str] = []
        self.streams: list[Connection] = []
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        port, _ = stack.enter_context(scripted(self.serve))
        self.definition = proxy_api(f"http://127.0.0.1:{port}", self.path)

    def serve(self, connection: Connection) -> None:
        """Begin an event stream, and hold it."""
        head = connection.head().decode().lower()
        with self.lock:
            self.heads.append(head)
            self.streams.append(connection)
        connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
        connection.closed_at()

    def client(self, issued: Issued | None = None) -> Http2Client:
        """Connect, with a certificate if one is given."""
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        if issued is not None:
            written = issued.write(self.mktemp())
            context.load_cert_chain(written.certificate, written.key)
        client = Http2Client(self.daemon.port, context)
        self.addCleanup(client.close)
        return client

    def publish(self, definition: dict[str, Any] | None = None) -> Subscription:
        """Publish an API with an API-key plan and a consumer."""
        self.api = KeyedApi(self.daemon, definition or self.definition)
        self.api.start()
        subscription = self.api.subscribe()
        self.known(self.client(), {KEY: subscription.key})
        return subscription

    def known(self, client: Http2Client, headers: dict[str, str]) -> None:
        """Wait until calls with these headers are let in."""

        def let_in() -> bool:
            stream = client.ask(self.path, {"accept": "text/event-stream", **headers})
            client.until(lambda: stream in client.status, "an answer")
            if client.status[stream] == 200:
                client.leave(stream)
            return client.status[stream] == 200

        until(let_in, "it is let in")
        self.heads.clear()
        self.streams.clear()

    def test_expressions(self) -> None:
        """Flows read the certificates and the version of the connection."""
        expressions = {
            "x-client": "{#request.ssl.client.cn}",
            "x-server": "{#request.ssl.server.cn}",
            "x-host": "{#request.ssl.clientHost}",
            "x-version": "{#request.version}",
        }
        added = [{"name": name, "value": text} for name, text in expressions.items()]
        flow = {"request": [step("transform-headers", addHeaders=added)]}
        subscription = self.publish(self.definition | {"flows": [flow]})
        client = self.client(AUTHORITY.client("ann"))
        stream = client.ask(self.path, {KEY: subscription.key})
        client.until(lambda: stream in client.status, "an answer")
        self.assertEqual(client.status[stream], 200)
        (head,) = self.heads
        for line in (
            "x-client: ann",
            "x-server: localhost",
            "x-host: 127.0.0.1",
            "x-version: http_2",
        ):
            self.assertIn(line, head.split("\r\n"))

    def test_keys(self) -> None:
        """
        A key is accepted in a header or in the query, and is not sent to the source.
        """
        subscription = self.publish()
        client = self.client()
        streams = [
            client.ask(self.path, {KEY: subscription.key}),
            client.get(f"{self.path}?a=1&api-key={subscription.key}"),
        ]
        for stream in streams:
            client.until_event(stream)
        refused = client.ask(self.path, {KEY: "wrong", "accept": "application/json"})
        status, headers, body = client.answer(refused)
        self.assertEqual((status, json.loads(body)["http_status_code"]), (401, 401))
        self.assertEqual(headers["www-authenticate"], 'ApiKey realm="Relay"')
        self.assertNotIn("connection", headers)
        twice = f"{self.path}?api-key={subscription.key}&api-key=other"
        self.assertEqual(client.answer(client.get(twice))[0], 401)
        seen = "".join(self.heads)
        self.assertIn("get /?a=1 http/1.1", seen)
        self.assertNotIn(subscription.key.lower(), seen)
        self.assertEqual(len(self.heads), 2)
        self.assertEqual(client.ended & set(streams) | client.resets.keys(), set())

    def test_one_of_a_hundred(self) -> None:
        """The key of one stream is revoked: it alone is cut, and at once."""
        subscription = self.publish()
        other = self.api.subscribe_another()
        client = self.client()
        self.known(client, {KEY: other.key})
        client.resets.clear()
        streams = [client.ask(self.path, {KEY: subscription.key}) for _ in range(50)]
        one = client.ask(self.path, {KEY: other.key})
        streams += [client.ask(self.path, {KEY: subscription.key}) for _ in range(49)]
        for stream in (one, *streams):
            client.until_event(stream)
        other.act_on_key("_revoke")
        client.until(lambda: one in client.resets, "the stream is cut")
        self.assertEqual(client.resets, {one: ErrorCodes.INTERNAL_ERROR})
        for source in self.streams:
            with contextlib.suppress(OSError):
                source.send(chunk(b"data: 2\n\n"))
        client.until(
            lambda: all(client.bodies[one].endswith(b"data: 2\n\n") for one in streams),
            "the others go on",
        )
        self.assertEqual(list(client.resets), [one])
        self.assertEqual(client.bodies[one], b"data: 1\n\n")
        self.daemon.access_line(
            path=self.path, outcome="revoked", protocol="HTTP/2", events=1
        )
        self.assertIsNone(client.goodbye)

    def test_one_of_a_hundred_of_a_channel(self) -> None:
        """
        A revoked stream of a MESSAGE API is notified and ends; the others continue.
        """
        subscription = self.publish(ticking_api(self.path))
        other = self.api.subscribe_another()
        client = self.client()
        self.known(client, {KEY: other.key})
        accept = {"accept": "text/event-stream"}
        streams = [
            client.ask(self.path, {KEY: subscription.key, **accept})
            for _ in range(STREAMS - 1)
        ]
        one = client.ask(self.path, {KEY: other.key, **accept})
        for stream in (one, *streams):
            client.until_event(stream)
        other.act("_pause")
        client.until(lambda: one in client.ended, "the stream ends")
        told = b'event: error\ndata: {"reason": "revoked"}\n'
        self.assertIn(told, client.bodies[one])
        before = {stream: len(client.bodies[stream]) for stream in streams}
        client.until(
            lambda: all(len(client.bodies[one]) > before[one] for one in streams),
            "the others go on",
        )
        self.assertEqual(client.ended & set(streams), set())

    def test_flows(self) -> None:
        """Headers both ways, refusals of policies, and their wording."""
        upload = {"selectors": [{"type": "HTTP", "path": "/upload"}]}
        closed = {"selectors": [{"type": "HTTP", "path": "/closed"}]}
        named = [{"name": "X-Plan", "value": "{#plan.name}"}]
        status = [{"name": "X-Status", "value": "{#response.status} {#request.method}"}]
        self.definition["flows"] = [
            {
                "request": [
                    step(
                        "transform-headers",
                        addHeaders=named,
                        removeHeaders=["x-secret"],
                    ),
                ],
                "response": [
                    step(
                        "transform-headers",
                        addHeaders=status,
                    )
                ],
            },
            {**upload, "request": [step("request-content-limit", limit=10)]},
            {
                **closed,
                "request": [
                    step("policy-interrupt", errorKey="CLOSED", message="closed"),
                    step("mock", content="never"),
                ],
            },
        ]
        self.definition["responseTemplates"] = {
            "CLOSED": {
                "*/*": {
                    "statusCode": 418,
                    "headers": {"X-Help": "me"},
                    "body": "{#error.message} for good",
                }
            }
        }
        key = {KEY: self.publish().key}
        client = self.client()
        stream = client.ask(self.path, {**key, "x-secret": "1"})
        client.until_event(stream)
        self.assertEqual(client.heads[stream]["x-status"], "200 GET")
        self.assertIn("x-plan: api_key", self.heads[0])
        self.assertNotIn("x-secret", self.heads[0])
        answer = client.answer(client.ask(f"{self.path}/closed", key))
        self.assertEqual((answer[0], answer[2]), (418, b"closed for good"))
        self.assertEqual(answer[1]["x-help"], "me")
        for fields in ({"content-length": "11"}, {}):
            late = client.ask(
                f"{self.path}/upload", {**key, **fields}, "POST", b"x" * 11
            )
            self.assertEqual(client.answer(late)[0], 413)
        self.streams[0].send(chunk(b"data: 2\n\n"))
        client.until(lambda: b"data: 2" in client.bodies[stream], "it goes on")

    def test_limits(self) -> None:
        """A stream that its client leaves gives its place back."""
        limited = step("stream-limit", streams=[{"per": "API", "limit": 5}])
        self.definition["flows"] = [{"request": [limited]}]
        key = {KEY: self.publish().key}
        client = self.client()
        streams: list[int] = []

        def taken() -> bool:
            stream = client.ask(self.path, key)
            client.until(lambda: stream in client.status, "an answer")
            if client.status[stream] != 200:
                self.assertEqual(client.status[stream], 429)
                self.assertEqual(client.heads[stream]["retry-after"], "5")
                return len(streams) == 5
            streams.append(stream)
            return False

        until(taken, "all places are taken")
        for _ in range(20):
            client.leave(streams.pop(0))
            until(taken, "the place is free again")

    def test_certificates(self) -> None:
        """The certificate of a connection lets all of its streams in."""
        must = self.daemon.must
        at = f"/apis/{must('POST', '/apis', self.definition)['id']}"
        security = {"type": "MTLS", "configuration": {}}
        plan_id = must("POST", f"{at}/plans", {"name": "m", "security": security})["id"]
        must("POST", f"{at}/plans/{plan_id}/_publish")
        mine, other = AUTHORITY.client("mine"), AUTHORITY.client("other")
        settings = {"tls": {"clientCertificate": mine.certificate_pem}}
        body = {"name": "reader", "settings": settings}
        wanted = {
            "applicationId": must("POST", "/applications", body)["id"],
            "planId": plan_id,
        }
        made = must("POST", f"{at}/subscriptions", wanted)
        must("POST", f"{at}/_start")
        client = self.client(mine)
        self.known(client, {})
        streams = [client.get(self.path) for _ in range(10)]
        for stream in streams:
            client.until_event(stream)
        for issued in (other, None):
            stranger = self.client(issued)
            self.assertEqual(stranger.answer(stranger.get(self.path))[0], 401)
        must("POST", f"{at}/subscriptions/{made['id']}/_close")
        client.until(lambda: client.resets.keys() >= set(streams), "all are cut")
        self.assertEqual(client.answer(client.get(self.path))[0], 401)

    def test_cors(self) -> None:
        """A preflight is answered, and a refusal has CORS headers."""
        cors = {
            "enabled": True,
            "allowOrigin": [PAGE],
            "allowMethods": ["GET"],
            "allowHeaders": [KEY],
        }
        self.definition["listeners"][0]["cors"] = cors
        key = self.publish().key
        client = self.client()
        asked = {
            "origin": PAGE,
            "access-control-request-method": "GET",
            "access-control-request-headers": KEY,
        }
        status, headers, _ = client.answer(client.ask(self.path, asked, "OPTIONS"))
        self.assertEqual(status, 200)
        self.assertEqual(headers["access-control-allow-origin"], PAGE)
        self.assertEqual(headers["access-control-allow-headers"].lower(), KEY)
        refused = client.ask(self.path, {"origin": PAGE})
        status, headers, _ = client.answer(refused)
        self.assertEqual(status, 401)
        self.assertEqual(headers["access-control-allow-origin"], PAGE)
        stream = client.ask(self.path, {"origin": PAGE, KEY: key})
        client.until_event(stream)
        self.assertEqual(client.heads[stream]["access-control-allow-origin"], PAGE)
        asked["origin"] = "https://attacker.example"
        self.assertEqual(client.answer(client.ask(self.path, asked, "OPTIONS"))[0], 400)

    def test_a_body_of_another_length(self) -> None:
        """A body of a wrong length ends its own stream only."""
        key = {KEY: self.publish().key}
        client = self.client()
        stays = client.ask(self.path, key)
        client.until_event(stays)
        for told, sent in (("5", 10), ("20", 10)):
            headers = {**key, "content-length": told}
            wrong = client.ask(self.path, headers, "POST", b"x" * sent)
            client.answer(wrong)
            self.assertEqual(client.status[wrong], 400)
            self.daemon.access_line(path=self.path, status=400, method="POST")
        self.streams[0].send(chunk(b"data: 2\n\n"))
        client.until(lambda: b"data: 2" in client.bodies[stays], "it goes on")
        self.assertIsNone(client.goodbye)

    def test_httpx(self) -> None:
        """A client that people use: a stream and a refusal on one connection."""
        key = self.publish().key
        context = ssl.create_default_context(cadata=AUTHORITY.pem)
        url = f"https://localhost:{self.daemon.port}{self.path}"
        with (
            httpx.Client(http2=True, verify=context, timeout=BOUND_S) as client,
            client.stream("GET", url, headers={KEY: key}) as stream,
        ):
            lines = stream.iter_lines()
            self.assertEqual(next(lines), "data: 1")
            refused = client.get(url)
            self.assertEqual(refused.status_code, 401)
            self.streams[-1].send(chunk(b"data: 2\n\n") + b"0\r\n\r\n")
            self.assertEqual(list(lines), ["", "data: 2", ""])
            self.assertEqual(stream.http_version, "HTTP/2")
        self.daemon.access_line(path=self.path, outcome="completed", protocol="HTTP/2")
