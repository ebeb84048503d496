"""``GET /_node/metrics/prometheus`` of a real daemon with traffic."""

from __future__ import annotations

import http.client
import socket

from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_open_metrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from relay.observability.metrics.catalog.families import FAMILIES
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import (
    EVENT_STREAM,
    Connection,
    answering,
    chunk,
    scripted,
)
from tests.wire.messages.test_topics import topics_api
from tests.wire.operate.technical import technical

PATH = "/_node/metrics/prometheus"
TOKEN = "0123456789abcdef-scraper"
DRAIN_FAMILIES = (
    "relay_draining",
    "relay_drain_streams_left",
    "relay_drain_remaining_seconds",
)
DAEMON = SharedDaemon(lambda _: f'[technical]\ntoken = "{TOKEN}"\n')


def scraped(daemon: Daemon, query: str = "") -> dict[str, dict[str, float]]:
    """The samples of a daemon: by name, and by the values of their labels, sorted."""
    answer = technical(daemon, "GET", PATH + query, authorization=f"Bearer {TOKEN}")
    assert answer.status == 200, answer.body
    found: dict[str, dict[str, float]] = {}
    for family in parse_text(answer.body.decode()):
        for sample in family.samples:
            labels = " ".join(value for _, value in sorted(sample.labels.items()))
            found.setdefault(sample.name, {})[labels] = sample.value
    return found


def publish(daemon: Daemon, path: str, data: str) -> None:
    """Publish an event to a topic."""
    connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=BOUND_S)
    try:
        connection.request("POST", path, data.encode(), {"Content-Type": "text/plain"})
        status = connection.getresponse().status
        assert status == 202, status
    finally:
        connection.close()


class MetricsTests(WireCase):
    """A daemon with one API."""

    def test_a_stream_from_its_begin_to_its_end(self) -> None:
        """It is counted while it is open."""
        daemon = DAEMON.get()

        def script(source: Connection) -> None:
            source.head()
            source.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            source.closed_at()

        with scripted(script) as (port, _):
            target = f"http://127.0.0.1:{port}"
            api = daemon.publish(proxy_api(target, "/metrics-stream"))
            client = RawClient(daemon.port)
            client.get("/metrics-stream")
            client.until(b"data: 1\n\n")
            found = scraped(daemon)
            plan = daemon.must("GET", f"/apis/{api}/plans")["data"][0]["id"]
            caller = f"{api} default {plan}"
            self.assertEqual(found["relay_streams_open"][caller], 1)
            self.assertEqual(found["relay_streams_opened_total"][caller], 1)
            self.assertEqual(found["relay_events_sent_total"][caller], 1)
            self.assertEqual(found["relay_sent_bytes_total"][caller], 9)
            self.assertEqual(found["relay_time_to_head_seconds_count"][api], 1)
            self.assertEqual(found["relay_stream_duration_seconds_count"][api], 0)
            client.close()

            def ended() -> float:
                ends = scraped(daemon).get("relay_streams_ended_total", {})
                return ends.get(f"{api}  client_gone {plan}", 0)

            until(ended, "the stream has ended")
            found = scraped(daemon)
            self.assertEqual(found["relay_streams_open"][caller], 0)
            self.assertEqual(found["relay_stream_duration_seconds_count"][api], 1)

    def test_a_channel(self) -> None:
        """Its subscribers, what came in, the lag, resumes, and the plan's verdicts."""
        daemon = DAEMON.get()
        api = daemon.publish(topics_api("/metrics-topics", {}))
        client = RawClient(daemon.port)
        client.get("/metrics-topics/t", "Accept: text/event-stream")
        client.until(b"\r\n\r\n")
        publish(daemon, "/metrics-topics/t", "one")
        client.until(b"data: one\n")
        again = RawClient(daemon.port)
        headers = ("Accept: text/event-stream", "Last-Event-ID: unknown")
        again.get("/metrics-topics/t", *headers)
        again.until(b"\r\n\r\n")
        found = scraped(daemon)
        self.assertEqual(found["relay_channels_open"][api], 1)
        self.assertEqual(found["relay_channel_subscribers"][api], 2)
        self.assertEqual(found["relay_channel_subscribers_lagging"][api], 0)
        self.assertEqual(found["relay_channel_backlog_bytes"][api], 0)
        self.assertGreater(found["relay_channel_history_bytes"][api], 0)
        self.assertEqual(found["relay_events_received_total"][api], 1)
        self.assertEqual(found["relay_delivery_lag_seconds_count"][api], 1)
        self.assertLess(found["relay_delivery_lag_seconds_sum"][api], 1)
        self.assertEqual(found["relay_resumes_total"][f"{api} unknown_id gap"], 1)
        plan = daemon.must("GET", f"/apis/{api}/plans")["data"][0]["id"]
        self.assertEqual(
            found["relay_plan_verdicts_total"][f"{api} {plan} admitted"], 3
        )
        sent = found["relay_events_sent_total"][f"{api} default {plan}"]
        self.assertGreaterEqual(sent, 1)
        client.close()
        again.close()

    def test_endpoints(self) -> None:
        """Attempts by result, connections, and the pool."""
        daemon = DAEMON.get()
        with scripted(answering(b"HTTP/1.1 204 No Content\r\n\r\n")) as (port, _):
            target = f"http://127.0.0.1:{port}"
            api = daemon.publish(proxy_api(target, "/metrics-endpoint"))
            for _ in range(2):
                self.assertEqual(daemon.get("/metrics-endpoint").status, 204)
        with socket.create_server(("127.0.0.1", 0)) as unused:
            target = f"http://127.0.0.1:{unused.getsockname()[1]}"
        down = daemon.publish(proxy_api(target, "/metrics-down"))
        self.assertEqual(daemon.get("/metrics-down").status, 502)
        found = scraped(daemon)
        attempts = found["relay_upstream_attempts_total"]
        self.assertEqual(attempts[f"{api} default 2xx"], 2)
        self.assertEqual(attempts[f"{down} default connection_refused"], 1)
        connections = found["relay_upstream_connections_total"]
        self.assertEqual(connections[f"{api} default opened"], 1)
        self.assertEqual(connections[f"{api} default reused"], 1)
        pool = f"{api} default-group"
        self.assertEqual(found["relay_pool_in_use"][pool], 0)
        self.assertEqual(found["relay_pool_limit"][pool], 100)
        self.assertEqual(found["relay_endpoint_exchanges"][f"{api} default"], 0)
        key = "GATEWAY_CLIENT_CONNECTION_REFUSED"
        self.assertEqual(found["relay_refusals_total"][f"{down} {key}"], 1)
        self.assertGreater(found["relay_http_requests_total"][" management 2xx"], 0)

    def test_a_drain(self) -> None:
        """What is left of it, and how long it may take."""
        daemon = self.start_daemon(toml=f'[technical]\ntoken = "{TOKEN}"\n')
        daemon.publish(topics_api("/drained", {}))
        client = RawClient(daemon.port)
        self.addCleanup(client.close)
        client.get("/drained/t", "Accept: text/event-stream")
        client.until(b"\r\n\r\n")

        def state() -> tuple[float, float, bool]:
            found = scraped(daemon, "?metrics=" + ",".join(DRAIN_FAMILIES))
            draining, streams, left_s = (found[name][""] for name in DRAIN_FAMILIES)
            return draining, streams, left_s > 0

        self.assertEqual(state(), (0, 0, False))
        wanted = {"seconds": 600, "hardStopSeconds": 900}
        answer = technical(daemon, "POST", "/_node/drain", wanted)
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual(state(), (1, 1, True))
        self.assertEqual(technical(daemon, "DELETE", "/_node/drain").status, 200)
        self.assertEqual(state(), (0, 0, False))

    def test_formats(self) -> None:
        """Plain text, and OpenMetrics with requests as examples."""
        daemon = DAEMON.get()
        self.assertEqual(daemon.get("/metrics-nowhere").status, 404)
        line = daemon.access_line(path="/metrics-nowhere")
        answer = technical(daemon, "GET", PATH)
        kind = "text/plain; version=0.0.4; charset=utf-8"
        self.assertEqual(answer.headers["Content-Type"], kind)
        plain = {one.name for one in parse_text(answer.body.decode())}
        accept = {"Accept": "application/openmetrics-text;version=1.0.0,*/*;q=0.1"}
        answer = technical(daemon, "GET", PATH, headers=accept)
        kind = "application/openmetrics-text; version=1.0.0; charset=utf-8"
        self.assertEqual(answer.headers["Content-Type"], kind)
        families = {one.name: one for one in parse_open_metrics(answer.body.decode())}
        self.assertEqual(set(families), {family.base for family in FAMILIES})
        self.assertEqual(plain, set(families))
        examples = [
            one.exemplar.labels["request_id"]
            for one in families["relay_refusals"].samples
            if one.exemplar is not None
        ]
        self.assertIn(line["requestId"], examples)

    def test_only_some_families(self) -> None:
        """Named, or all but those that are named; a misspelt name is refused."""
        daemon = DAEMON.get()
        found = scraped(daemon, "?metrics=relay_build_info,relay_process_open_fds")
        self.assertEqual(set(found), {"relay_build_info", "relay_process_open_fds"})
        found = scraped(daemon, "?name[]=relay_build_info")
        self.assertEqual(set(found), {"relay_build_info"})
        found = scraped(daemon, "?metrics=-relay_build_info")
        self.assertNotIn("relay_build_info", found)
        self.assertIn("relay_process_open_fds", found)
        self.assertEqual(technical(daemon, "GET", f"{PATH}?metrics=x").status, 400)

    def test_switched_off(self) -> None:
        """The endpoint says so."""
        daemon = self.start_daemon(toml="[metrics]\nenabled = false\n")
        answer = technical(daemon, "GET", PATH)
        self.assertEqual(answer.status, 404)
        self.assertIn("metrics.enabled", answer.json()["message"])
