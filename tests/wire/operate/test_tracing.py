"""Spans of a real daemon, as a collector receives them."""

from __future__ import annotations

import re
import socket
import threading
from pathlib import Path
from typing import Any

from relay import __version__
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_shared_upstream import message_api
from tests.wire.operate.collector import Collector, ReceivedSpan
from tests.wire.operate.technical import technical
from tests.wire.plans.keyed import KeyedApi

COLLECTOR = Collector()
TRUSTED = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"
SECRETS = ("query-secret", "header-secret", "collector-secret", "agent-secret")


def toml(directory: Path) -> str:
    """Write settings that trace everything."""
    (directory / "headers").write_text("x-tenant=one\nx-key=collector-secret\n")
    return f"""
[[gateway.listeners]]
id = "default"
endpoint = "tcp:{{port}}:interface=127.0.0.1:backlog=4096"
trusted_proxies = ["127.0.0.1"]

[tracing]
endpoint = "{COLLECTOR.url}"
headers = "x-extra=a%20b"
headers_file = "{directory}/headers"
max_per_second = 0
service_name = "edge"
attributes = ["deployment.environment.name=test"]
event_marks_ms = 50
redact = ["client.*", "network.peer.*"]
response_header = "X-Trace-Id"
"""


SHARED = SharedDaemon(toml)


class Heads:
    """A source that keeps the heads of its requests, and answers 200."""

    def __init__(self) -> None:
        self.heads: list[dict[str, str]] = []

    def script(self, connection: Connection) -> None:
        """Answer each request of a connection."""
        while True:
            lines = connection.head().decode().split("\r\n")
            fields = (one.split(": ", 1) for one in lines[1:] if ": " in one)
            self.heads.append({name.lower(): value for name, value in fields})
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


class TracingCase(WireCase):
    """Tests with the shared daemon and collector."""

    def setUp(self) -> None:
        """Take the daemon; a path is the test's."""
        self.daemon = SHARED.get()
        self.path = "/" + self.id().rpartition(".")[2].replace("_", "-")

    def source(self) -> tuple[int, Heads]:
        """Start a source that runs to the end of the test."""
        heads = Heads()
        running = scripted(heads.script)
        port, _ = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        return port, heads

    def assert_no_secret(self) -> None:
        """Check every byte that was exported, the log and the access log."""
        exported = b"".join(COLLECTOR.bodies)
        log = self.daemon.log() + str(self.daemon.access_lines())
        for secret in SECRETS:
            self.assertNotIn(secret.encode(), exported)
            self.assertNotIn(secret, log)


class ExchangeTests(TracingCase):
    """One span for each exchange, and one for each attempt."""

    def test_a_call(self) -> None:
        """Both spans have the standard attributes, and the source gets the context."""
        port, heads = self.source()
        target = f"http://127.0.0.1:{port}/in"
        api_id = self.daemon.publish(proxy_api(target, self.path))
        answer = self.daemon.get(
            f"{self.path}/a?token=query-secret",
            {
                "Authorization": "Bearer header-secret",
                "User-Agent": "agent-secret",
                "Cookie": "a=header-secret",
            },
        )
        self.assertEqual(answer.status, 200)
        trace_id = answer.headers["X-Trace-Id"]
        server, client = COLLECTOR.of_trace(trace_id, 2)
        if server.kind != "SERVER":
            server, client = client, server
        self.assertEqual((server.kind, server.name), ("SERVER", f"GET {self.path}"))
        self.assertEqual((server.parent_id, server.is_error), ("", False))
        self.assertEqual((client.kind, client.name), ("CLIENT", "GET"))
        self.assertEqual(client.parent_id, server.span_id)
        self.assertLessEqual(server.begun_ns, client.begun_ns)
        self.assertLessEqual(client.ended_ns, server.ended_ns)
        request_id = answer.headers["X-Gravitee-Request-Id"]
        self.assert_has(
            server.attributes,
            {
                "http.request.method": "GET",
                "http.route": self.path,
                "http.response.status_code": 200,
                "http.response.body.size": 2,
                "url.scheme": "http",
                "url.path": f"{self.path}/a",
                "server.address": "127.0.0.1",
                "server.port": self.daemon.port,
                "client.address": "[redacted]",
                "network.peer.address": "[redacted]",
                "network.protocol.version": "1.1",
                "relay.request.id": request_id,
                "relay.api.id": api_id,
                "relay.entrypoint": "http-proxy",
                "relay.endpoint": "default",
                "relay.listener": "default",
                "relay.application.id": "1",
                "relay.outcome": "completed",
            },
        )
        self.assertNotIn("url.query", server.attributes)
        self.assertNotIn("user_agent.original", server.attributes)
        self.assert_has(
            client.attributes,
            {
                "http.request.method": "GET",
                "http.response.status_code": 200,
                "url.full": f"http://127.0.0.1:{port}/in/a",
                "server.address": "127.0.0.1",
                "server.port": port,
                "relay.endpoint": "default",
                "relay.api.id": api_id,
            },
        )
        events = [name for name, _ in server.events]
        for mark in ("admitted", "routed", "answered", "head", "ended"):
            self.assertIn(mark, events)
        self.assert_has(
            server.resource,
            {
                "service.name": "edge",
                "service.version": __version__,
                "deployment.environment.name": "test",
            },
        )
        (head,) = heads.heads
        self.assertEqual(head["traceparent"], f"00-{trace_id}-{client.span_id}-01")
        line = self.daemon.access_line(requestId=request_id)
        self.assertEqual(line["traceId"], trace_id)
        sent = COLLECTOR.headers[0]
        self.assertEqual(
            (sent["x-tenant"], sent["x-key"], sent["x-extra"]),
            ("one", "collector-secret", "a b"),
        )
        self.assert_no_secret()

    def assert_has(self, found: dict[str, Any], wanted: dict[str, Any]) -> None:
        """Check some members."""
        self.assertEqual({name: found.get(name) for name in wanted}, wanted)

    def test_the_context_of_a_trusted_proxy(self) -> None:
        """It is continued, with its decision and its state."""
        port, heads = self.source()
        self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}", self.path))
        for flags in ("01", "00"):
            answer = self.daemon.get(
                self.path,
                {
                    "traceparent": f"00-{TRUSTED}-{PARENT}-{flags}",
                    "tracestate": "vendor=1",
                },
            )
            self.assertEqual(answer.headers["X-Trace-Id"], TRUSTED)
        spans = COLLECTOR.of_trace(TRUSTED, 2)
        server = next(one for one in spans if one.kind == "SERVER")
        self.assertEqual((server.parent_id, server.state), (PARENT, "vendor=1"))
        recorded, other = heads.heads
        for head, flags in ((recorded, "01"), (other, "00")):
            version, trace_id, span_id, sampled = head["traceparent"].split("-")
            self.assertEqual((version, trace_id, sampled), ("00", TRUSTED, flags))
            self.assertNotEqual(span_id, PARENT)
            self.assertEqual(head["tracestate"], "vendor=1")
        # What follows is exported later than a span of the second call would be.
        after = self.daemon.get(self.path).headers["X-Trace-Id"]
        COLLECTOR.of_trace(after, 2)
        self.assertEqual(len(COLLECTOR.of_trace(TRUSTED, 2)), 2)

    def test_failover(self) -> None:
        """Each attempt has a span; the one that failed is an error."""
        port, heads = self.source()
        with socket.create_server(("127.0.0.1", 0)) as closed:
            dead = closed.getsockname()[1]
        definition = proxy_api(f"http://127.0.0.1:{dead}", self.path)
        (group,) = definition["endpointGroups"]
        group["endpoints"].append(
            {
                **group["endpoints"][0],
                "name": "second",
                "configuration": {"target": f"http://127.0.0.1:{port}"},
            }
        )
        definition["failover"] = {"enabled": True, "maxRetries": 1}
        self.daemon.publish(definition)
        answer = self.daemon.get(self.path)
        self.assertEqual(answer.status, 200)
        spans = COLLECTOR.of_trace(answer.headers["X-Trace-Id"], 3)
        server = next(one for one in spans if one.kind == "SERVER")
        first, second = (one for one in spans if one.kind == "CLIENT")
        self.assertEqual({first.parent_id, second.parent_id}, {server.span_id})
        self.assertNotEqual(first.span_id, second.span_id)
        self.assertEqual((first.is_error, second.is_error), (True, False))
        self.assertEqual(
            first.attributes["error.type"], first.attributes["relay.error.key"]
        )
        self.assertEqual(first.attributes["server.port"], dead)
        self.assertEqual(second.attributes["relay.endpoint"], "second")
        self.assertEqual(second.attributes["http.request.resend_count"], 1)
        self.assertIn(second.span_id, heads.heads[0]["traceparent"])

    def test_a_refusal(self) -> None:
        """One span without error, which names the reason; the key is nowhere."""
        api = KeyedApi(self.daemon, proxy_api("http://127.0.0.1:1", self.path))
        api.start()
        answer = self.daemon.get(
            f"{self.path}?api-key=query-secret", {"X-Gravitee-Api-Key": "header-secret"}
        )
        self.assertEqual(answer.status, 401)
        (span,) = COLLECTOR.of_trace(answer.headers["X-Trace-Id"], 1)
        self.assertFalse(span.is_error)
        self.assertEqual(span.attributes["relay.outcome"], "refused")
        self.assertIn("denied", [name for name, _ in span.events])
        self.assert_no_secret()

    def test_an_unreachable_source(self) -> None:
        """The exchange is an error of its outcome."""
        with socket.create_server(("127.0.0.1", 0)) as closed:
            dead = closed.getsockname()[1]
        self.daemon.publish(proxy_api(f"http://127.0.0.1:{dead}", self.path))
        answer = self.daemon.get(self.path)
        self.assertEqual(answer.status, 502)
        spans = COLLECTOR.of_trace(answer.headers["X-Trace-Id"], 2)
        self.assertTrue(all(one.is_error for one in spans))
        server = next(one for one in spans if one.kind == "SERVER")
        self.assertEqual(server.attributes["error.type"], "upstream_gone")


class StreamTests(TracingCase):
    """Streams that last."""

    def test_an_open_stream(self) -> None:
        """A span at its head; the one of the exchange has marks of its events."""
        go_on = threading.Event()
        self.addCleanup(go_on.set)

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM + chunk(b"data: event-secret-1\n\n"))
            go_on.wait(30)
            connection.send(chunk(b"data: event-secret-2\n\n") + b"0\r\n\r\n")

        running = scripted(script)
        port, _ = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}", self.path))
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path)
        head = client.until(b"\r\n\r\n").decode()
        trace_id = head.partition("X-Trace-Id: ")[2][:32]
        spans = COLLECTOR.of_trace(trace_id, 2)
        opened = next(one for one in spans if one.name == "relay.stream.open")
        self.assertEqual({one.kind for one in spans}, {"CLIENT", "INTERNAL"})
        self.assertEqual(opened.attributes["http.route"], self.path)
        client.until(b"event-secret-1")
        go_on.set()
        client.until(b"0\r\n\r\n")
        spans = COLLECTOR.of_trace(trace_id, 3)
        server = next(one for one in spans if one.kind == "SERVER")
        self.assertEqual(opened.parent_id, server.span_id)
        self.assertEqual(server.attributes["relay.events"], 2)
        self.assertIn("first_event", [name for name, _ in server.events])
        self.assertNotIn(b"event-secret", b"".join(COLLECTOR.bodies))

    def test_marks_of_events(self) -> None:
        """Their number is marked in intervals, while there are any."""
        go_on = threading.Event()
        self.addCleanup(go_on.set)

        def script(connection: Connection) -> None:
            connection.head()
            connection.send(EVENT_STREAM)
            while not go_on.wait(0.01):
                connection.send(chunk(b"data: x\n\n"))
            connection.send(b"0\r\n\r\n")

        running = scripted(script)
        port, _ = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        self.daemon.publish(proxy_api(f"http://127.0.0.1:{port}", self.path))
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path)
        trace_id = client.until(b"\r\n\r\n").decode().partition("X-Trace-Id: ")[2][:32]
        for _ in range(40):
            client.until(b"data: x\n\n")
        go_on.set()
        client.until(b"0\r\n\r\n")
        spans = COLLECTOR.of_trace(trace_id, 3)
        server = next(one for one in spans if one.kind == "SERVER")
        counts = [
            values["relay.events"]
            for name, values in server.events
            if name == "relay.events"
        ]
        self.assertGreaterEqual(len(counts), 2)
        self.assertEqual(counts, sorted(set(counts)))

    def test_the_source_of_a_channel(self) -> None:
        """Each attempt at it is a trace of its own, with the id of the API."""
        heads: list[str] = []

        def script(connection: Connection) -> None:
            heads.append(connection.head().decode())
            connection.send(EVENT_STREAM + chunk(b"data: x\n\n"))
            threading.Event().wait(30)

        running = scripted(script)
        port, _ = running.__enter__()
        self.addCleanup(running.__exit__, None, None, None)
        definition = message_api(
            f"http://127.0.0.1:{port}/events?key=query-secret", self.path, {}
        )
        api_id = self.daemon.publish(definition)
        client = RawClient(self.daemon.port)
        self.addCleanup(client.close)
        client.get(self.path)
        client.until(b"data: x")

        def found() -> ReceivedSpan | None:
            return next(
                (
                    one
                    for one in COLLECTOR.spans()
                    if one.attributes.get("relay.api.id") == api_id
                    and one.kind == "CLIENT"
                ),
                None,
            )

        span: ReceivedSpan = until(found, "the span of the source")
        self.assertEqual(span.parent_id, "")
        self.assertEqual(span.attributes["url.full"], f"http://127.0.0.1:{port}/events")
        self.assertTrue(span.attributes["relay.channel"])
        self.assertIn(
            f"traceparent: 00-{span.trace_id}-{span.span_id}-01", heads[0].lower()
        )
        self.assert_no_secret()


class DaemonTests(WireCase):
    """Starts, stops and a collector that is down."""

    def test_off(self) -> None:
        """By default nothing of OpenTelemetry is loaded, and headers pass unchanged."""
        heads = Heads()
        with scripted(heads.script) as (port, _):
            # An interpreter of its own: this one has loaded OpenTelemetry.
            daemon = self.start_daemon(environment={"PYTHONPATH": ""})
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}", "/off"))
            sent = f"00-{TRUSTED}-{PARENT}-01"
            answer = daemon.get("/off", {"traceparent": sent, "tracestate": "a=b"})
        self.assertEqual(answer.status, 200)
        self.assertNotIn("X-Trace-Id", answer.headers)
        self.assertEqual(heads.heads[0]["traceparent"], sent)
        self.assertEqual(heads.heads[0]["tracestate"], "a=b")
        maps = Path(f"/proc/{daemon.pid}/maps").read_text()
        self.assertEqual([one for one in maps.splitlines() if "google/_upb" in one], [])
        self.assertIsNone(daemon.access_line(kind="close")["traceId"])

    def test_a_context_that_is_not_trusted(self) -> None:
        """A client's context is a link; its decision counts for nothing."""
        collector = Collector()
        self.addCleanup(collector.close)
        heads = Heads()
        with scripted(heads.script) as (port, _):
            daemon = self.start_daemon(
                toml=f'[tracing]\nendpoint = "{collector.url}"\nuser_agent = true\n'
            )
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}", "/a"))
            daemon.get(
                "/a",
                {
                    "traceparent": f"00-{TRUSTED}-{PARENT}-00",
                    "tracestate": "a=b",
                    "User-Agent": "shown/1",
                },
            )
            # A stop exports what is left.
            daemon.stop()
        spans = collector.spans()
        server = next(one for one in spans if one.kind == "SERVER")
        self.assertNotEqual(server.trace_id, TRUSTED)
        self.assertEqual((server.parent_id, server.links), ("", [TRUSTED]))
        self.assertEqual(server.attributes["user_agent.original"], "shown/1")
        self.assertIn(server.trace_id, heads.heads[0]["traceparent"])
        self.assertNotIn("tracestate", heads.heads[0])

    def test_a_collector_that_is_down(self) -> None:
        """It is logged once; calls go on, spans are dropped, and a stop is bounded."""
        with socket.create_server(("127.0.0.1", 0)) as closed:
            dead = closed.getsockname()[1]
        heads = Heads()
        with scripted(heads.script) as (port, _):
            daemon = self.start_daemon(
                toml="[tracing]\nmax_queue = 4\ntimeout_ms = 500\nmax_per_second = 0\n"
                f'endpoint = "http://127.0.0.1:{dead}/v1/traces"\n'
            )
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}", "/a"))
            for _ in range(20):
                self.assertEqual(daemon.get("/a").status, 200)
            until(lambda: "traces cannot be exported" in daemon.log(), "it is logged")
            self.assertIn("spans are dropped: 4 wait", daemon.log())
            page = technical(daemon, "GET", "/_node/metrics/prometheus").body.decode()
            for result in ("failed", "dropped"):
                pattern = rf'relay_trace_spans_total\{{result="{result}"\}} (\S+)'
                sample = re.search(pattern, page)
                assert sample is not None
                self.assertGreater(float(sample[1]), 0, result)
            daemon.stop()
        self.assertEqual(daemon.log().count("traces cannot be exported"), 1)
        self.assertIn("Relay has stopped", daemon.log())

    def test_a_reload(self) -> None:
        """It switches tracing on and off while the daemon runs."""
        collector = Collector()
        self.addCleanup(collector.close)
        heads = Heads()
        with scripted(heads.script) as (port, _):
            daemon = self.start_daemon(toml="[tracing]\nservice_name = 'one'\n")
            daemon.publish(proxy_api(f"http://127.0.0.1:{port}", "/a"))
            file = daemon.data_dir / "relay.toml"
            on = f"[tracing]\nendpoint = '{collector.url}'\n"
            for content in (on, on + "user_agent = true\n", ""):
                file.write_text(content)
                self.assertEqual(technical(daemon, "POST", "/_node/reload").status, 200)
                daemon.get("/a", {"User-Agent": "shown/1"})
            until(lambda: len(collector.spans()) >= 4, "the spans of two calls")
        servers = [one for one in collector.spans() if one.kind == "SERVER"]
        agents = [one.attributes.get("user_agent.original") for one in servers]
        self.assertEqual(sorted(agents, key=str), [None, "shown/1"])
        contexts = ["traceparent" in head for head in heads.heads]
        self.assertEqual(contexts, [True, True, False])

    def test_settings_that_cannot_be_used(self) -> None:
        """A file of headers that is missing ends the start with one line."""
        directory = self.new_directory()
        error = self.assertRaises(
            AssertionError,
            self.start_daemon,
            directory,
            '[tracing]\nendpoint = "http://127.0.0.1:1/"\nheaders_file = "/nowhere"\n',
        )
        self.assertIn(
            "relay: tracing.headers_file (/nowhere): No such file or directory",
            str(error),
        )
