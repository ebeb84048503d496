"""A real Prometheus that scrapes a real daemon, with the rules and the dashboard."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SkipTest

from relay.observability.metrics.catalog.families import FAMILIES
from tests.repo.tree import ROOT
from tests.wire.harness.case import WireCase
from tests.wire.harness.client import RawClient
from tests.wire.harness.daemon import BOUND_S, Daemon, proxy_api, until
from tests.wire.harness.ports import fixed_port
from tests.wire.harness.scripted import EVENT_STREAM, Connection, chunk, scripted
from tests.wire.messages.test_topics import topics_api

RULES = ROOT / "etc" / "prometheus" / "alerts.yml"
DASHBOARD = ROOT / "etc" / "grafana" / "relay.json"
RUNBOOK = ROOT / "docs" / "operations" / "alerts.md"
TOKEN = "0123456789abcdef-scraper"
VARIABLES = {
    "$job": ".*",
    "$instance": ".*",
    "$api": ".*",
    "$quantile": "0.95",
    "$__rate_interval": "1m",
}
SAMPLES = {name for family in FAMILIES for name in family.sample_names}


def dashboard_queries() -> list[str]:
    """The queries of all panels, with a value for each variable."""
    queries = []
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", ()):
            query: str = target["expr"]
            for variable, value in VARIABLES.items():
                query = query.replace(variable, value)
            queries.append(query)
    return queries


def named(query: str) -> set[str]:
    """The series of Relay that a query names."""
    return set(re.findall(r"\brelay_[a-z_]+", query))


@cache
def rules() -> dict[str, dict[str, Any]]:
    """The alerts by their names, as Prometheus has read them."""
    found: dict[str, dict[str, Any]] = {}
    for block in RULES.read_text().split("- alert: ")[1:]:
        name, _, rest = block.partition("\n")
        runbook = re.search(r"runbook: (\S+)", rest)
        found[name] = {"runbook": runbook and runbook[1]}
    return found


class FileTests(WireCase):
    """The rules and the dashboard, without a server."""

    def test_promtool_accepts_the_rules(self) -> None:
        """Names, expressions and templates."""
        if shutil.which("promtool") is None:
            raise SkipTest("promtool is not installed")
        done = subprocess.run(
            ["promtool", "check", "rules", str(RULES)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_each_alert_has_its_paragraph(self) -> None:
        """The page has one for each alert, and no other."""
        headings = re.findall(r"(?m)^## (Relay\w+)$", RUNBOOK.read_text())
        self.assertEqual(sorted(headings), sorted(rules()))
        for name, rule in rules().items():
            page = f"docs/operations/alerts.md#{name.lower()}"
            self.assertEqual(rule["runbook"], page)

    def test_every_series_is_declared(self) -> None:
        """Those of the rules, and those of the dashboard."""
        for text in (RULES.read_text(), *dashboard_queries()):
            self.assertEqual(named(text) - SAMPLES, set(), text)

    def test_quantiles_are_of_buckets(self) -> None:
        """Each with the variable, and each panel with the variables of its series."""
        for panel in json.loads(DASHBOARD.read_text())["panels"]:
            for target in panel.get("targets", ()):
                query = target["expr"]
                self.assertIn('job=~"$job",instance=~"$instance"', query)
                if "histogram_quantile" in query:
                    self.assertIn("histogram_quantile($quantile, ", query)
                    self.assertIn("_bucket{", query)


class Prometheus:
    """
    A server of Prometheus that is up.

    :param port: where it listens.
    """

    def __init__(self, port: int) -> None:
        self._ready = f"http://127.0.0.1:{port}/-/ready"
        self._url = f"http://127.0.0.1:{port}/api/v1"

    @property
    def is_ready(self) -> bool:
        """Whether it answers queries."""
        try:
            with urllib.request.urlopen(self._ready, timeout=BOUND_S):
                return True
        except (urllib.error.URLError, ConnectionError):
            return False

    def get(self, path: str, **query: str) -> Any:
        """Call its API, and return the data."""
        url = f"{self._url}/{path}?{urllib.parse.urlencode(query)}"
        try:
            with urllib.request.urlopen(url, timeout=BOUND_S) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as refusal:
            raise AssertionError(f"{query}: {refusal.read().decode()}") from None

    def query(self, query: str) -> list[Any]:
        """Evaluate a query."""
        found: list[Any] = self.get("query", query=query)["result"]
        return found


@contextmanager
def prometheus(directory: Path, target: int) -> Iterator[Prometheus]:
    """Run Prometheus, which scrapes the technical API at a port every second."""
    port = fixed_port()
    (directory / "prometheus.yml").write_text(
        f"""
global: {{ scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }}
rule_files: ["{RULES}"]
scrape_configs:
  - job_name: relay
    metrics_path: /_node/metrics/prometheus
    authorization: {{ credentials: "{TOKEN}" }}
    static_configs: [{{ targets: ["127.0.0.1:{target}"] }}]
"""
    )
    with (directory / "prometheus.log").open("w") as log:
        process = subprocess.Popen(
            [
                "prometheus",
                f"--config.file={directory / 'prometheus.yml'}",
                f"--storage.tsdb.path={directory / 'tsdb'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--log.level=warn",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        server = Prometheus(port)

        def is_up() -> bool:
            assert process.poll() is None, (directory / "prometheus.log").read_text()
            return server.is_ready and bool(server.query('up{job="relay"} == 1'))

        until(is_up, "Prometheus has scraped the daemon")
        yield server
    finally:
        process.kill()
        process.wait(BOUND_S)


class PrometheusTests(WireCase):
    """A daemon with traffic, and the server that scrapes it."""

    def setUp(self) -> None:
        """Find the program."""
        if shutil.which("prometheus") is None:
            raise SkipTest("prometheus is not installed")

    def test_the_files_fit_the_daemon(self) -> None:
        """Each query is evaluated, and each series that it names is known."""
        toml = f'[technical]\ntoken = "{TOKEN}"\n'
        daemon = self.start_daemon(toml=toml)
        with ExitStack() as stack:
            stream = self.traffic(daemon, stack)
            directory = self.new_directory()
            server = stack.enter_context(prometheus(directory, daemon.technical_port))
            self.assertEqual(
                server.query("sum(relay_streams_open)")[0]["value"][1], "2"
            )
            self.check_families(server)
            for query in dashboard_queries():
                server.query(query)
            self.check_rules(server)
            stream.close()
            until(
                lambda: server.query("sum(relay_streams_open) == 1"),
                "the end of the stream is scraped",
            )

    def traffic(self, daemon: Daemon, stack: ExitStack) -> RawClient:
        """Open a stream of a source and one of a topic, and have a call refused."""

        def script(source: Connection) -> None:
            source.head()
            source.send(EVENT_STREAM + chunk(b"data: 1\n\n"))
            source.closed_at()

        port, _ = stack.enter_context(scripted(script))
        daemon.publish(proxy_api(f"http://127.0.0.1:{port}", "/stream"))
        daemon.publish(topics_api("/topics", {}))
        streams = []
        for path in ("/stream", "/topics/t"):
            client = RawClient(daemon.port)
            stack.callback(client.close)
            client.get(path, "Accept: text/event-stream", "Last-Event-ID: unknown")
            client.until(b"\r\n\r\n")
            streams.append(client)
        self.assertEqual(daemon.get("/nowhere").status, 404)
        return streams[0]

    def check_families(self, server: Prometheus) -> None:
        """Prometheus knows each family, with its type."""
        known = server.get("targets/metadata", match_target='{job="relay"}')
        types = {one["metric"]: one["type"] for one in known}
        for family in FAMILIES:
            self.assertEqual(types.get(family.base), family.kind.value, family.name)
        self.assertNotEqual(
            server.query("relay_refusals_total * 0 + relay_refusals_total"), []
        )

    def check_rules(self, server: Prometheus) -> None:
        """Prometheus evaluates each rule without an error, and no alert fires."""

        def evaluated() -> list[Any]:
            (group,) = server.get("rules")["groups"]
            found: list[Any] = group["rules"]
            return found if all(one["health"] == "ok" for one in found) else []

        found = until(evaluated, "all rules are evaluated")
        self.assertEqual({one["name"] for one in found}, set(rules()))
        self.assertEqual([one["name"] for one in found if one["state"] == "firing"], [])
        for rule in found:
            server.query(rule["query"])
