"""Policies in a daemon, on sockets: routes with failover, and headers of events."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from queue import Queue
from typing import Any

from tests.wire.gateway.test_flows import step
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, SharedDaemon, proxy_api
from tests.wire.harness.scripted import Connection, scripted
from tests.wire.messages.test_topics import topics_api

SHARED = SharedDaemon()


class Source:
    """A source that answers with its name, or never."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.hangs = False
        self.asked: list[bytes] = []
        """The request lines of its calls."""
        self.port = 0
        self._lock = threading.Lock()

    def serve(self, connection: Connection) -> None:
        """Answer calls until the connection is closed."""
        while True:
            head = connection.head()
            with self._lock:
                self.asked.append(head.partition(b" HTTP")[0])
            if self.hangs:
                connection.closed_at()
                return
            connection.send(
                b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b"
                % (len(self.name), self.name.encode())
            )


class RoutedFailoverTests(WireCase):
    """Calls that dynamic-routing sends somewhere are tried again, too."""

    def setUp(self) -> None:
        """Publish an API with two groups of two sources."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")
        self.stack = contextlib.ExitStack()
        self.addCleanup(self.stack.close)
        self.sources: dict[str, Source] = {}

    def publish(self, **failover: Any) -> None:
        """
        Publish it.

        :param failover: more members of ``failover``.
        """
        api = proxy_api("http://127.0.0.1:1/", self.path)
        (group,) = api["endpointGroups"]
        (endpoint,) = group["endpoints"]
        api["endpointGroups"] = [
            {
                **group,
                "name": name,
                "endpoints": [
                    {
                        **endpoint,
                        "name": one,
                        "configuration": {"target": f"{self.origin(one)}/{one}"},
                    }
                    for one in names
                ],
            }
            for name, names in (("first", ("a", "b")), ("second", ("c", "d")))
        ]
        rules = [
            {"pattern": "/group/(.*)", "url": "{#endpoints['second']}/{#group[0]}"},
            {"pattern": "/one/(.*)", "url": "{#endpoints['c']}/{#group[0]}"},
            {"pattern": "/url/(.*)", "url": f"{self.origin('d')}/u/{{#group[0]}}"},
            {"pattern": "/query", "url": "?q=1"},
        ]
        api["flows"] = [{"request": [step("dynamic-routing", rules=rules)]}]
        api["failover"] = {
            "enabled": True,
            "maxRetries": 2,
            "slowCallDuration": 600,
            "forceNextEndpointOnFailure": True,
            "maxFailures": 100,
            **failover,
        }
        self.daemon.publish(api)

    def origin(self, name: str) -> str:
        """Open a source, once, and return its URL without a path."""
        if name not in self.sources:
            source = self.sources[name] = Source(name)
            source.port, _ = self.stack.enter_context(scripted(source.serve))
        return f"http://127.0.0.1:{self.sources[name].port}"

    def ask(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of a call."""
        answer = self.daemon.get(self.path + path)
        return answer.status, answer.body

    def asked(self) -> dict[str, list[bytes]]:
        """Return the request lines by source."""
        return {name: one.asked for name, one in self.sources.items() if one.asked}

    def test_a_group(self) -> None:
        """The next endpoint of the group that the rule names is tried."""
        self.publish()
        self.sources["c"].hangs = True
        for _ in range(2):
            self.assertEqual(self.ask("/group/x"), (200, b"d"))
        tried = self.asked()
        self.assertEqual(sorted(tried), ["c", "d"])
        self.assertEqual(tried["d"], [b"GET /d/x"] * 2)
        self.assertIn(b"GET /c/x", tried["c"])

    def test_an_endpoint(self) -> None:
        """It alone is tried, as often as ``maxRetries`` says."""
        self.publish()
        self.sources["c"].hangs = True
        status, _ = self.ask("/one/x")
        self.assertEqual(status, 502)
        self.assertEqual(self.asked(), {"c": [b"GET /c/x"] * 3})
        self.sources["c"].hangs = False
        self.assertEqual(self.ask("/one/y"), (200, b"c"))

    def test_a_url(self) -> None:
        """The endpoint of its origin is tried with the path of the rule."""
        self.publish()
        self.sources["d"].hangs = True
        status, _ = self.ask("/url/x")
        self.assertEqual(status, 502)
        self.assertEqual(self.asked(), {"d": [b"GET /u/x"] * 3})

    def test_the_default_group(self) -> None:
        """A rule without an endpoint leaves the call to the first group."""
        self.publish()
        self.sources["a"].hangs = True
        for _ in range(2):
            self.assertEqual(self.ask("/query"), (200, b"b"))
        self.assertEqual(self.asked()["b"], [b"GET /b/query?q=1"] * 2)

    def test_the_circuit_breaker(self) -> None:
        """It counts routed calls, and then refuses them without a try."""
        self.publish(
            slowCallDuration=2_000,
            maxRetries=0,
            maxFailures=2,
            openStateDuration=60_000,
        )
        self.sources["c"].hangs = True
        for _ in range(2):
            self.assertEqual(self.ask("/one/x")[0], 502)
        self.assertEqual(self.ask("/one/x")[0], 502)
        self.assertEqual(self.asked(), {"c": [b"GET /c/x"] * 2})
        self.daemon.access_line(
            path=f"{self.path}/one/x", errorKey="GATEWAY_CLIENT_CIRCUIT_OPEN"
        )


class ContentTests(WireCase):
    """The body of a request, which is validated before it is forwarded."""

    def test_a_validated_body(self) -> None:
        """A valid one reaches the source whole; of others the client is told why."""
        daemon, path = SHARED.get(), "/validated"
        received: Queue[bytes] = Queue()

        def serve(connection: Connection) -> None:
            head = connection.head()
            size = int(head.lower().partition(b"content-length:")[2].split()[0])
            received.put(connection.take(size))
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

        with scripted(serve) as (port, errors):
            api = proxy_api(f"http://127.0.0.1:{port}/", path)
            constraint = {"type": "NOT_NULL", "message": "Missing name"}
            rule = {"input": "{#request.jsonContent.name}", "constraint": constraint}
            validation = step(
                "policy-request-validation", scope="REQUEST_CONTENT", rules=[rule]
            )
            api["flows"] = [{"request": [validation]}]
            daemon.publish(api)
            body = json.dumps({"name": "x" * 100_000}).encode()
            for content, status in ((body, 200), (b"{}", 400)):
                connection = http.client.HTTPConnection("127.0.0.1", daemon.port)
                with contextlib.closing(connection):
                    connection.request("POST", path, content)
                    answer = connection.getresponse()
                    told = answer.read()
                self.assertEqual(answer.status, status, told)
            self.assertEqual(json.loads(told)["constraints"], ["Missing name"])
            self.assertEqual(received.get(timeout=BOUND_S), body)
            self.assertTrue(received.empty())
        self.assertTrue(errors.empty())


class EventHeaderTests(WireCase):
    """Headers and attributes of events, from a publisher to a client."""

    def test_headers_of_events(self) -> None:
        """A client sees those that both phases leave; attributes end with a phase."""
        daemon, path = SHARED.get(), "/event-headers"
        api = topics_api(path, {"lingerMs": 0})
        sse, post, _ = api["listeners"][0]["entrypoints"]
        sse["configuration"] = {"headersAsComment": True}
        post["configuration"] = {"requestHeadersToMessage": True}
        api["flows"] = [
            {
                "publish": [
                    step(
                        "policy-assign-attributes",
                        attributes=[
                            {"name": "kind", "value": "{#message.jsonContent.kind}"}
                        ],
                    ),
                    step(
                        "transform-headers",
                        scope="REQUEST",
                        addHeaders=[
                            {"name": "Kind", "value": "{#message.attributes['kind']}"},
                            {"name": "Set", "value": "new"},
                        ],
                        whitelistHeaders=["kind", "set", "kept", "gone", "list"],
                        removeHeaders=["Gone"],
                    ),
                ],
                "subscribe": [
                    step(
                        "transform-headers",
                        scope="RESPONSE",
                        addHeaders=[
                            {"name": "Me", "value": "{#request.params['me']}"},
                            {"name": "No", "value": "{#message.attributes['kind']}"},
                        ],
                        appendHeaders=[{"name": "List", "value": "2"}],
                    )
                ],
            }
        ]
        daemon.publish(api)
        readers = {}
        for name in (b"ann", b"bob"):
            readers[name] = RawClient(daemon.port)
            self.addCleanup(readers[name].close)
            asked = f"{path}/orders?me={name.decode()}"
            readers[name].get(asked, "Accept: text/event-stream")
            readers[name].until(b"\r\n\r\n")
        writer = RawClient(daemon.port)
        self.addCleanup(writer.close)
        body = json.dumps({"data": {"kind": "order"}}).encode()
        writer.send(
            b"POST %b/orders HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
            b"Set: old\r\nKept: k\r\nGone: g\r\nList: 1\r\nOther: o\r\n"
            b"Content-Length: %d\r\n\r\n%b" % (path.encode(), len(body), body)
        )
        self.assertIn(b" 202 ", writer.until(b"\r\n\r\n"))
        for name, reader in readers.items():
            received = reader.until(b"List: 1,2\n\n")
            self.assertIn(b'data: {"kind":"order"}\n', received)
            comments = [
                line[1:].strip().lower()
                for line in received.split(b"\n")
                if line.startswith(b":") and len(line) > 1
            ]
            self.assertEqual(
                sorted(comments),
                [b"kept: k", b"kind: order", b"list: 1,2", b"me: " + name, b"set: new"],
            )
