"""``GET /_node/metrics/prometheus`` of a real daemon with traffic."""

from __future__ import annotations

from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as parse_open_metrics,
)
from prometheus_client.parser import text_string_to_metric_families as parse_text

from relay.observability.metrics.catalog.families import FAMILIES
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import Daemon, SharedDaemon, proxy_api, until
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.operate.technical import technical

PATH = "/_node/metrics/prometheus"
TOKEN = "0123456789abcdef-scraper"
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
