"""Flows and policies in a daemon: definitions go in by REST, and clients see them."""

from __future__ import annotations

import base64
import http.client
import json
import socket
from queue import Queue
from threading import Event
from typing import Any

from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import (
    BOUND_S,
    KEYLESS,
    Answer,
    SharedDaemon,
    proxy_api,
    until,
)
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_topics import topics_api

SHARED = SharedDaemon()


def step(policy: str, **configuration: Any) -> dict[str, Any]:
    """Write a step."""
    return {"policy": policy, "configuration": configuration}


class FlowTests(WireCase):
    """Each test publishes APIs of its own."""

    def setUp(self) -> None:
        """Start the daemon, once."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")

    def publish(self, api: dict[str, Any], *plan_flows: dict[str, Any]) -> str:
        """Create an API whose plan has flows, and start it."""
        api_id: str = self.daemon.must("POST", "/apis", api)["id"]
        plan = {**KEYLESS, "flows": list(plan_flows)}
        made = self.daemon.must("POST", f"/apis/{api_id}/plans", plan)
        self.daemon.must("POST", f"/apis/{api_id}/plans/{made['id']}/_publish")
        self.daemon.must("POST", f"/apis/{api_id}/_start")
        until(lambda: f"API {api_id}: serving" in self.daemon.log(), "it is served")
        return api_id

    def send(self, method: str, path: str, body: bytes, **headers: str) -> Answer:
        """Call the gateway with a body."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.daemon.port, timeout=BOUND_S
        )
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, self.path + path, body, named)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def test_an_encrypted_property(self) -> None:
        """Expressions have its value, also after the masked definition is saved."""
        api = proxy_api("http://127.0.0.1:9", self.path)
        api["properties"] = [{"key": "k", "value": "s3cr3t", "encryptable": True}]
        api["flows"] = [
            {"request": [step("mock", status=200, content="{#properties['k']}")]}
        ]
        api_id = self.publish(api)
        self.assertEqual(self.daemon.get(self.path).body, b"s3cr3t")
        shown = self.daemon.must("GET", f"/apis/{api_id}")
        self.assertEqual(shown["properties"][0]["value"], "********")
        self.assertIs(shown["properties"][0]["encrypted"], True)
        shown["description"] = "changed"
        shown["properties"].append({"key": "l", "value": 1})
        self.daemon.must("PUT", f"/apis/{api_id}", shown)
        self.daemon.must("POST", f"/apis/{api_id}/deployments")
        self.assertEqual(self.daemon.get(self.path).body, b"s3cr3t")

    def test_a_resource_that_a_plan_lacks(self) -> None:
        """The deployment is refused with the place of the step in the plan."""
        api = proxy_api("http://127.0.0.1:9", self.path)
        guard = step("policy-basic-authentication", authenticationProviders=["staff"])
        api_id = self.daemon.must("POST", "/apis", api)["id"]
        plan = {**KEYLESS, "name": "Staff", "flows": [{"request": [guard]}]}
        made = self.daemon.must("POST", f"/apis/{api_id}/plans", plan)
        self.daemon.must("POST", f"/apis/{api_id}/plans/{made['id']}/_publish")
        told = self.daemon.must("POST", f"/apis/{api_id}/deployments/_verify")
        self.assertIn(
            "plan [Staff], flows[0].request[0]: the API has no", told["reason"]
        )
        refused = self.daemon.manage("POST", f"/apis/{api_id}/_start")
        self.assertEqual(refused.status, 400)
        self.assertIn("plan [Staff], flows[0].request[0]", refused.json()["message"])
        api["flows"] = plan["flows"]
        refused = self.daemon.manage("PUT", f"/apis/{api_id}", api)
        (detail,) = refused.json()["details"]
        self.assertEqual(
            detail["location"],
            "flows[0].request[0].configuration.authenticationProviders[0]",
        )

    def test_a_guard_of_a_method_acts_in_any_letters(self) -> None:
        """A source may take ``delete`` for DELETE (Django and Werkzeug do)."""
        wanted = {"type": "HTTP", "methods": ["DELETE"]}
        rules = [{"pattern": "/filtered/**", "methods": ["DELETE"]}]
        condition = {"type": "CONDITION", "condition": "{#request.method == 'DELETE'}"}
        refusal = step("mock", status=403)
        api = proxy_api("http://127.0.0.1:9", self.path)
        api["flows"] = [
            {
                "name": "selected",
                "selectors": [{**wanted, "path": "/selected"}],
                "request": [refusal],
            },
            {
                "name": "filtered",
                "request": [step("resource-filtering", blacklist=rules)],
            },
            {
                "name": "condition",
                "selectors": [{"type": "HTTP", "path": "/condition"}, condition],
                "request": [refusal],
            },
        ]
        self.publish(api)
        for path in ("/selected", "/filtered/x", "/condition"):
            for method in ("DELETE", "delete", "Delete"):
                status = 405 if path.startswith("/filtered") else 403
                self.assertEqual(self.send(method, path, b"").status, status, path)

    def test_a_stream_through_flows(self) -> None:
        """Headers both ways, another endpoint by the path, and events as they come."""
        asked: Queue[bytes] = Queue()
        more = Event()

        def script(connection: Connection) -> None:
            asked.put(connection.head())
            connection.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            more.wait(BOUND_S)
            connection.send(chunk(b"data: 2\n\n"))
            connection.closed_at()

        with scripted(script) as (port, errors):
            self._stream(f"http://127.0.0.1:{port}", asked, more)
        self.assertTrue(errors.empty())

    def _stream(self, source: str, asked: Queue[bytes], more: Event) -> None:
        api = proxy_api(f"{source}/base", self.path)
        (group,) = api["endpointGroups"]
        api["endpointGroups"].append(
            {
                **group,
                "name": "green",
                "endpoints": [
                    {
                        **group["endpoints"][0],
                        "name": "g",
                        "configuration": {"target": f"{source}/g?k=1"},
                    }
                ],
            }
        )
        api["flows"] = [
            {
                "selectors": [{"type": "HTTP", "path": "/green/:what"}],
                "request": [
                    step(
                        "dynamic-routing",
                        rules=[
                            {
                                "pattern": "/green/(.*)",
                                "url": "{#endpoints['green']}/{#group[0]}",
                            }
                        ],
                    )
                ],
                "response": [
                    step(
                        "transform-headers",
                        addHeaders=[
                            {
                                "name": "X-What",
                                "value": "{#request.pathParams['what']}"
                                " {#response.status}",
                            }
                        ],
                    )
                ],
            }
        ]
        self.publish(
            api,
            {
                "request": [
                    step(
                        "transform-headers",
                        addHeaders=[{"name": "X-Plan", "value": "{#plan.name}"}],
                        removeHeaders=["X-Secret"],
                    )
                ]
            },
        )
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(f"{self.path}/green/news?q=1", "X-Secret: 1")
        sent = asked.get(timeout=BOUND_S)
        self.assertIn(b"GET /g/news?q=1&k=1 ", sent)
        self.assertIn(b"default keyless (unsecured)", sent.lower())
        self.assertNotIn(b"x-secret", sent.lower())
        head = client.until(b"data: 1\n\n")
        self.assertIn(b"x-what: news 200", head.lower())
        more.set()
        client.until(b"data: 2\n\n")

    def test_events_through_flows(self) -> None:
        """Each client receives its own events, without the hidden fields."""
        api = topics_api(self.path, {"lingerMs": 0})
        api["flows"] = [
            {
                "selectors": [{"type": "CHANNEL", "channel": "/orders"}],
                "subscribe": [
                    step(
                        "event-filter",
                        condition="{#message.jsonContent.to =="
                        " #request.params['me'][0]}",
                    ),
                    step("event-redact", fields=["card"]),
                ],
                "publish": [
                    step(
                        "event-transform",
                        setFields=[{"path": "by", "value": "{#request.method}"}],
                    ),
                    step("event-limit", limit=3, periodTime=3600, onExcess="REFUSE"),
                ],
                "response": [
                    step(
                        "transform-headers",
                        addHeaders=[
                            {"name": "X-Me", "value": "{#request.params['me']}"}
                        ],
                    )
                ],
            }
        ]
        self.publish(api)
        readers = {}
        for name in ("ann", "bob"):
            readers[name] = RawClient(self.daemon.port)
            self.addCleanup(readers[name].close)
            readers[name].get(
                f"{self.path}/orders?me={name}", "Accept: text/event-stream"
            )
            head = readers[name].until(b"\r\n\r\n")
            self.assertIn(b"x-me: %b\r\n" % name.encode(), head.lower())
        for name in ("ann", "bob", "ann"):
            body = json.dumps({"data": {"to": name, "card": 4711}}).encode()
            sent = self.send("POST", "/orders", body, Content_Type="application/json")
            self.assertEqual(sent.status, 202, sent.body)
        body = b'{"data":{"to":"bob"}}'
        sent = self.send("POST", "/orders", body, Content_Type="application/json")
        self.assertEqual(sent.status, 429, sent.body)
        mine = b'data: {"to":"bob","card":"***","by":"POST"}'
        received = readers["bob"].until(mine)
        self.assertNotIn(b'"ann"', received)
        received = readers["ann"].until(b'"ann"')
        self.assertNotIn(b"4711", received)

    def test_those_who_may_come_back(self) -> None:
        """
        A refused browser receives the time to reconnect, if the entrypoint is
        configured so.
        """
        api = topics_api(self.path, {"lingerMs": 0})
        entrypoints = api["listeners"][0]["entrypoints"]
        entrypoints[0]["configuration"] = {"refusals": "retry"}
        limit = step("rate-limit", rate={"limit": 1, "periodTime": 10})
        api["flows"] = [{"request": [limit]}]
        self.publish(api)
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(f"{self.path}/news", "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        answer = self.daemon.get(f"{self.path}/news", {"Accept": "text/event-stream"})
        self.assertEqual(answer.status, 200)
        self.assertRegex(answer.body, b"^retry: [0-9]+\n\n$")
        answer = self.daemon.get(f"{self.path}/news", {"Accept": "application/json"})
        self.assertEqual(answer.status, 429)

    def test_refusals(self) -> None:
        """The refusals of several policies have their keys, also in the access log."""
        # A source that takes calls and never answers.
        source = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(source.close)
        api = proxy_api(f"http://127.0.0.1:{source.getsockname()[1]}/", self.path)
        api["flows"] = [
            {
                "selectors": [{"type": "HTTP", "path": "/mock"}],
                "request": [
                    step("mock", status="203", content="hello {#request.method}")
                ],
                "response": [
                    step(
                        "transform-headers",
                        scope="REQUEST",
                        addHeaders=[{"name": "X-S", "value": "{#response.status}"}],
                    )
                ],
            },
            {
                "selectors": [{"type": "HTTP", "path": "/callout"}],
                "request": [
                    step(
                        "policy-http-callout",
                        url="http://127.0.0.1:9/",
                        exitOnError=True,
                        errorStatusCode="502",
                    )
                ],
            },
            {
                "selectors": [{"type": "HTTP", "path": "/private"}],
                "request": [
                    step(
                        "policy-basic-authentication",
                        users=[{"username": "ann", "password": "s3cr3t"}],
                    ),
                    step("mock", content="{#context.attributes['user-id']}"),
                ],
            },
            {
                "selectors": [{"type": "HTTP", "path": "/upload"}],
                "request": [step("request-content-limit", limit=10)],
            },
        ]
        api_id = self.publish(api)
        answer = self.daemon.get(f"{self.path}/mock")
        self.assertEqual((answer.status, answer.body), (203, b"hello GET"))
        self.assertEqual(answer.headers["x-s"], "203")
        self.assertEqual(answer.headers["content-type"], "text/plain; charset=utf-8")
        self.assertEqual(self.daemon.get(f"{self.path}/callout").status, 502)
        self.daemon.access_line(apiId=api_id, errorKey="CALLOUT_HTTP_ERROR")
        self.assertEqual(self.daemon.get(f"{self.path}/private").status, 401)
        credentials = base64.b64encode(b"ann:s3cr3t").decode()
        answer = self.daemon.get(
            f"{self.path}/private", {"Authorization": f"Basic {credentials}"}
        )
        self.assertEqual((answer.status, answer.body), (200, b"ann"))
        self.assertEqual(self.send("POST", "/upload", b"x" * 11).status, 413)
        chunked = RawClient(self.daemon.port)
        self.addCleanup(chunked.close)
        chunked.send(
            b"POST %b/upload HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"b\r\nhello world\r\n" % self.path.encode()
        )
        self.assertIn(b" 413 ", chunked.until(b"\r\n\r\n"))

    def test_refused_at_save(self) -> None:
        """All errors of a definition are reported at once, with their locations."""
        api = proxy_api("http://127.0.0.1:9/", self.path)
        api["flows"] = [
            {
                "selectors": [
                    {"type": "CONDITION", "condition": "{#request.method ==}"}
                ],
                "request": [step("nobody"), step("event-filter")],
                "response": [step("cache"), step("mock")],
            }
        ]
        answer = self.daemon.manage("POST", "/apis", api)
        self.assertEqual(answer.status, 400)
        told = {one["location"]: one["message"] for one in answer.json()["details"]}
        self.assertEqual(
            sorted(told),
            [
                "flows[0].request[0].policy",
                "flows[0].request[1].policy",
                "flows[0].response[0].policy",
                "flows[0].response[1].policy",
                "flows[0].selectors[0].condition",
            ],
        )
        self.assertIn("at character 20", told["flows[0].selectors[0].condition"])
        self.assertIn("no event of a stream", told["flows[0].response[0].policy"])
