"""Sizes, names and words of the code."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.repo.tree import ROOT, committed, dotted, modules, texts

MOST_LINES = 400
NO_NAMES = ("utils", "util", "helpers", "helper", "manager", "handler", "handlers")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
FOREIGN = re.compile(
    "|".join(
        (
            re.escape("/wo" + "rk/"),
            re.escape("/ro" + "ot/"),
            "python" + "hosted",
            re.escape("pypi" + ".org"),
            "npm" + "js",
        )
    )
)
"""Paths of one machine, and hosts of package registries."""
VAGUE = re.compile(
    r'(?m)^ *"""((?:(?:Gi'
    r"ve|Sa"
    r"y|Te"
    r"ll)s?|Is|Are|Be|And|Or|Nor|So|Else|Whoever|Whatever|However)\b.*)$"
)
COST_CLOCKS = {
    f"{name}{unit}"
    for name in ("perf_counter", "process_time", "thread_time")
    for unit in ("", "_ns")
}
"""The functions of ``time`` that measure what code costs."""
UNTESTED = {
    "relay": "holds the version",
    "relay.cli.definitions.changing": "in tests/wire/cli/test_definitions.py",
    "relay.cli.definitions.dump_commands": "in tests/wire/cli/test_definitions.py",
    "relay.cli.definitions.dumping": "in tests/wire/cli/test_definitions.py",
    "relay.cli.definitions.documents": "in tests/cli/definitions/test_validating.py",
    "relay.cli.definitions.given": "in tests/cli/definitions/test_validating.py",
    "relay.cli.definitions.kinds": "holds names",
    "relay.cli.definitions.options": "in tests/cli/definitions/test_validating.py",
    "relay.cli.hrids": "in tests/wire/cli/test_definitions.py",
    "relay.cli.login": "in tests/wire/cli/test_login.py",
    "relay.cli.ping": "in tests/wire/cli/test_login.py",
    "relay.cli.profile_commands": "in tests/wire/cli/test_login.py",
    "relay.cli.commands": "in tests/cli/test_main.py",
    "relay.gateway.services": "assembled by all of tests/gateway",
    "relay.channel.subscribers.group": "in the tests of both kinds of groups",
    "relay.channel.subscribers.places": "in tests/channel/test_channel.py",
    "relay.channel.subscribers.reading": "in tests/channel/subscribers/test_fanout.py",
    "relay.channel.subscribers.slow": "exercised by tests/channel/test_channel.py",
    "relay.channel.writer": "holds interfaces and exceptions",
    "relay.cluster.link": "holds interfaces",
    "relay.cluster.local.channel": "in tests/cluster/local/test_hub.py",
    "relay.cluster.local.channels": "in tests/cluster/contract.py",
    "relay.cluster.local.client": "in tests/wire/cluster/test_local.py",
    "relay.cluster.local.following": "in tests/cluster/contract.py",
    "relay.cluster.local.history_store": "in tests/wire/cluster/test_local.py",
    "relay.cluster.local.log": "in tests/cluster/local/test_hub.py",
    "relay.cluster.local.messages": "records without behaviour",
    "relay.cluster.local.publications": "in tests/cluster/contract.py",
    "relay.cluster.local.requests": "in tests/cluster/contract.py",
    "relay.cluster.local.server": "in tests/wire/cluster/test_local.py",
    "relay.cluster.local.session": "in tests/cluster/local/test_hub.py",
    "relay.cluster.local.shares": "in tests/cluster/contract.py",
    "relay.cluster.redis.channels": "in tests/wire/cluster/test_redis_link.py",
    "relay.cluster.redis.counts": "in tests/wire/cluster/test_redis_link.py",
    "relay.cluster.redis.engine": "in tests/wire/cluster/test_redis_link.py",
    "relay.cluster.redis.inspection": "in tests/wire/cluster/test_doctor.py",
    "relay.cluster.redis.leases": "in tests/wire/cluster/test_redis_link.py",
    "relay.cluster.redis.link": "in tests/wire/cluster/test_redis_link.py",
    "relay.cluster.redis.locating": "in tests/wire/cluster/test_redis_topologies.py",
    "relay.cluster.redis.partition": "in tests/wire/cluster/test_redis_link.py",
    "relay.cluster.redis.session": "in tests/wire/cluster/test_redis_link.py",
    "relay.connectors.interfaces": "holds interfaces",
    "relay.dialects.dialect": "holds an interface",
    "relay.cli.streams.follower": "in tests/wire/cli/test_tail.py",
    "relay.cli.streams.live": "in tests/wire/cli/test_streams.py",
    "relay.cli.streams.publish": "in tests/wire/cli/test_publish.py",
    "relay.cli.streams.record": "in tests/wire/cli/test_captures.py",
    "relay.cli.streams.replay": "in tests/wire/cli/test_captures.py",
    "relay.cli.streams.why": "in tests/wire/cli/test_streams.py",
    "relay.eventstream.event": "a record without behaviour",
    "relay.gateway.flows.control": "in tests/policies/limits/test_stream_limit.py",
    "relay.http.http1.direct": "exercised by all of tests/gateway and tests/wire",
    "relay.gateway.flows.chain": "in tests/gateway/flows/test_run.py",
    "relay.gateway.flows.calls": "in tests/gateway/flows/test_run.py",
    "relay.gateway.flows.runner": "in tests/gateway/flows/test_run.py",
    "relay.gateway.feed": "the base of all feeds; in tests/gateway/test_exchange.py",
    "relay.gateway.passthrough": "in tests/gateway/test_proxied_messages.py",
    "relay.gateway.proxy": "in tests/gateway/test_proxied_calls.py",
    "relay.http.http2.state": "in tests/http/http2/test_connection.py",
    "relay.http.client_stream": "in tests/http/http1/test_stream.py and http2/",
    "relay.http.listener.site": "in tests/http/http1/test_connection.py",
    "relay.plans.interfaces": "holds interfaces",
    "relay.policies.interfaces": "holds interfaces",
    "relay.gateway.renewal": "in tests/wire/plans/test_grants.py",
    "relay.gateway.grant_renewal": "in tests/node/test_renewals.py",
    "relay.upstream.connection.events": "records without behaviour",
    "relay.upstream.connection.factory": "exercised by all of tests/upstream/dial",
    "relay.upstream.events.source": "in tests/wire/messages/test_message_streams.py",
    "relay.upstream.request": "in tests/upstream/test_connector.py",
    "relay.observability.drain_progress": "holds an interface",
    "relay.observability.stream_facts": "records without behaviour",
    "relay.tryit.dialing": "in tests/wire/tryit",
    "relay.tryit.gateway": "in tests/wire/tryit",
    "relay.technical.streams.stream": "in tests/technical/streams/test_listing.py",
    "relay.technical.streams.turns": "in tests/technical/streams/test_listing.py",
    "relay.technical.trail": "in tests/wire/operate/test_streams.py",
    "relay.technical.streams.resource": "in tests/wire/operate/test_streams.py",
    "relay.gateway.push": "exercised by all of tests/webhook",
    "relay.technical.configuration": "in tests/wire/operate/test_configuration.py",
    "relay.settings.daemon": "in tests/settings/test_schema.py",
    "relay.settings.gateway": "in tests/settings/test_schema.py",
    "relay.settings.listeners": "in tests/settings/test_schema.py",
    "relay.settings.observability": "in tests/settings/test_schema.py",
    "relay.assembly.cluster": "composition; in tests/wire/cluster",
    "relay.assembly.demo": "in tests/wire/lifecycle/test_demo.py",
    "relay.assembly.drain": "composition; in tests/wire",
    "relay.assembly.gateway": "composition; in tests/wire",
    "relay.assembly.foundation": "composition; in tests/wire",
    "relay.assembly.peers": "composition; in tests/wire/workers/test_operators.py",
    "relay.assembly.gateway_role": "composition; in tests/wire",
    "relay.assembly.operator_role": "composition; in tests/wire",
    "relay.assembly.operator_parts": "composition; in tests/wire/operate",
    "relay.assembly.worker": "composition; in tests/wire/workers",
    "relay.assembly.worker_process": "composition; in tests/wire/workers",
    "relay.assembly.workers_role": "composition; in tests/wire/workers",
    "relay.daemon.control_groups": "in tests/daemon/test_memory.py",
    "relay.reactor.inherited_port": "in tests/workers/test_sockets.py",
    "relay.workers.inherited": "in tests/workers/test_sockets.py",
    "relay.workers.hub": "in tests/wire/workers",
    "relay.workers.cover": "in tests/wire/workers",
    "relay.workers.worker": "in tests/wire/workers",
    "relay.workers.workers": "in tests/wire/workers",
    "relay.assembly.view": "composition; in tests/wire",
    "relay.assembly.history": "composition; in tests/wire/operate/test_history.py",
    "relay.deploy.everything": "in tests/deploy/test_follower.py",
    "relay.assembly.opening": "composition; in tests/wire/store/test_outage.py",
    "relay.assembly.records": "composition; in tests/wire/operate",
    "relay.assembly.retentions": "composition; in tests/store/test_retention.py",
    "relay.assembly.sites": "composition; in tests/wire",
    "relay.assembly.systemd": "composition; in tests/wire/operate",
    "relay.assembly.places": "composition; in tests/wire/operate/test_reload.py",
    "relay.assembly.reload": "composition; in tests/wire/operate/test_reload.py",
    "relay.technical.reload": "in tests/wire/operate/test_reload.py",
    "relay.daemon.check": "in tests/daemon/test_options.py",
    "relay.settings.token_file": "in tests/technical/test_access.py",
    "relay.daemon.listener": "in tests/daemon/test_listeners.py",
    "relay.assembly.tracing": "composition; in tests/wire/operate/test_tracing.py",
    "relay.observability.metrics.catalog.tracing": "in test_families.py",
    "relay.observability.tracing.counts": "in test_export.py and test_sampling.py",
    "relay.observability.tracing.calls": "in tests/wire/operate/test_tracing.py",
    "relay.observability.tracing.service": "in tests/wire/operate/test_tracing.py",
    "relay.observability.tracing.spans": "in tests/wire/operate/test_tracing.py",
    "relay.technical.channels": "in tests/wire/operate/test_channels.py",
    "relay.deploy.channel_view": "in tests/wire/operate/test_channels.py",
    "relay.technical.node": "in tests/wire/operate/test_node.py",
    "relay.assembly.metrics": "composition; in tests/wire/operate/test_metrics.py",
    "relay.assembly.meters": "composition; in tests/wire/operate/test_metrics.py",
    "relay.observability.metrics.family": "in tests/observability/metrics/catalog",
    "relay.observability.metrics.scrape": "a record and an interface",
    "relay.observability.metrics.catalog.certificates": "in test_families.py",
    "relay.observability.metrics.catalog.cluster": "declarations; in test_families.py",
    "relay.observability.metrics.catalog.node": "declarations; in test_families.py",
    "relay.observability.metrics.catalog.records": "declarations; in test_families.py",
    "relay.observability.metrics.catalog.streams": "declarations; in test_families.py",
    "relay.observability.metrics.catalog.channels": "declarations; in test_families.py",
    "relay.observability.metrics.catalog.upstream": "declarations; in test_families.py",
    "relay.cli.objects.apis": "in tests/wire/cli/test_objects.py",
    "relay.cli.objects.commands": "in tests/wire/cli/test_objects.py",
    "relay.cli.objects.consumers": "in tests/wire/cli/test_objects.py",
    "relay.cli.objects.family": "descriptions; in tests/wire/cli/test_objects.py",
    "relay.cli.objects.users": "in tests/wire/cli/test_objects.py",
    "relay.cli.doctor.commands": "in tests/wire/cli/test_doctor.py",
    "relay.cli.doctor.finding": "a record",
    "relay.cli.doctor.stream": "in tests/wire/cli/test_doctor.py",
    "relay.cli.paths": "holds constants",
}
"""Modules without a test module of their name, and where their behaviour is tested."""


class ShapeTests(SynchronousTestCase):
    """The code stays in small and well named parts."""

    def test_no_file_is_long(self) -> None:
        """No module exceeds the limit of lines; the median is printed."""
        lines = {
            dotted(path): len((ROOT / path).read_text().splitlines())
            for path in modules("relay")
        }
        print(f"{len(lines)} modules, median {statistics.median(lines.values())} lines")
        long = {name: count for name, count in lines.items() if count > MOST_LINES}
        self.assertEqual(long, {})

    def test_names_say_something(self) -> None:
        """A module is named for the one thing that it holds."""
        vague = [
            dotted(path) for path in modules("relay") if set(path.parts) & set(NO_NAMES)
        ]
        vague += [dotted(p) for p in modules("relay") if p.stem in NO_NAMES]
        self.assertEqual(vague, [])

    def test_nothing_is_left_open(self) -> None:
        """No text has an open task, or names one machine."""
        found = []
        for path, text in texts():
            found += [f"{path}: {one}" for one in FOREIGN.findall(text)]
            found += [f"{path}: {one}" for one in UNFINISHED.findall(text)]
        self.assertEqual(found, [])

    def test_every_public_object_is_documented(self) -> None:
        """Modules, classes and functions whose names begin with no underscore."""
        bare = []
        for path in modules("relay"):
            tree = ast.parse((ROOT / path).read_text())
            bare += [f"{dotted(path)}{where}" for where in _undocumented(tree)]
        self.assertEqual(bare, [])

    def test_docstrings_name_what_is_done(self) -> None:
        """A docstring begins with a noun or a precise verb, and continues no name."""
        vague = [
            f"{path}: {text}"
            for root in ("relay", "tests", "bench")
            for path in modules(root)
            for text in VAGUE.findall((ROOT / path).read_text())
        ]
        self.assertEqual(vague, [])

    def test_every_module_has_its_test(self) -> None:
        """Under its own name, or the reason why not is here."""
        tests = {dotted(path) for path in modules("tests")}
        missing = set()
        for path in modules("relay"):
            name = dotted(path)
            if path.name == "__init__.py" and len(path.parts) > 2:
                continue
            package, _, last = name.rpartition(".")
            wanted = f"tests{package.removeprefix('relay')}.test_{last.lstrip('_')}"
            if wanted not in tests and not _tested_together(name):
                missing.add(name)
        self.assertEqual(missing - set(UNTESTED), set())
        self.assertEqual(set(UNTESTED) - missing, set(), "these have tests by now")

    def test_no_test_measures_the_machine(self) -> None:
        """Tests count work, or advance a clock; costs are measured in ``bench``."""
        measuring = [
            f"{path}: {name}"
            for path in modules("tests")
            if path.parts[1] not in ("bench", "wire")
            for name in _measures(ast.parse((ROOT / path).read_text()))
        ]
        self.assertEqual(measuring, [])

    def test_measures_are_found(self) -> None:
        """The import of a clock is found, and its use; naming one is no measure."""
        for text, expected in (
            ("import time\nbegun = time.thread_time()", ["thread_time"]),
            ("from time import perf_counter as now", ["perf_counter"]),
            ("import time\nbegun = time.monotonic()", ["monotonic"]),
            ("from time import monotonic\nmonotonic()", ["monotonic"]),
            ("import time\nclock = time.monotonic", []),
        ):
            self.assertEqual(_measures(ast.parse(text)), expected, text)


def _measures(tree: ast.AST) -> list[str]:
    """Name the clocks that measure: those of costs at any use, others if called."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            found += [one.name for one in node.names if one.name in COST_CLOCKS]
        elif isinstance(node, ast.Attribute) and node.attr in COST_CLOCKS:
            found.append(node.attr)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            found += [name] if name in ("monotonic", "monotonic_ns") else []
    return found


def _tested_together(name: str) -> bool:
    """Parts whose tests are grouped by what their users see."""
    together = ("demo", "expression", "management", "model", "store")
    return name.startswith(tuple(f"relay.{part}." for part in together))


def _undocumented(tree: ast.AST, where: str = "") -> list[str]:
    found = []
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if node.name.startswith("_"):
            continue
        name = f"{where}.{node.name}"
        if not ast.get_docstring(node) and not _overloads(node):
            found.append(name)
        if isinstance(node, ast.ClassDef):
            found += _undocumented(node, name)
    return found


def _overloads(node: ast.AST) -> bool:
    decorators = getattr(node, "decorator_list", [])
    return any(isinstance(d, ast.Name) and d.id == "overload" for d in decorators)


def _links(page: Path) -> list[str]:
    text = (ROOT / page).read_text()
    found = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text)
    return [link for link in found if "://" not in link]


class PageTests(SynchronousTestCase):
    """The pages for people."""

    def test_links_lead_somewhere(self) -> None:
        """Within the project."""
        dead = [
            f"{page}: {link}"
            for page in committed()
            if page.suffix == ".md"
            for link in _links(page)
            if not (ROOT / page.parent / link).exists()
        ]
        self.assertEqual(dead, [])

    def test_the_two_commands(self) -> None:
        """README begins with the two commands."""
        text = (ROOT / "README.md").read_text()
        self.assertLess(text.index("make demo"), text.index("make test"))
