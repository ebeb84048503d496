"""Imports go one way."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from tests.repo.tree import ROOT, dotted, modules

ALLOWED: dict[str, set[str]] = {
    "__init__": set(),
    "json_text": set(),
    "plugins": set(),
    "reactor": {"tally"},
    "tally": set(),
    "expression": {"json_text"},
    "model": {"expression"},
    "eventstream": set(),
    "catalog": {"model"},
    "dialects": {"model"},
    "settings": set(),
    "store": {"model"},
    "tls": {"model", "reactor"},
    "observability": {"__init__", "model", "reactor", "settings", "tally"},
    "http": {"model", "reactor", "settings", "tls"},
    "upstream": {
        "eventstream",
        "expression",
        "http",
        "model",
        "reactor",
        "tally",
        "tls",
    },
    "outbound": {"model", "reactor", "tls", "upstream"},
    "channel": {"eventstream", "json_text", "model", "reactor", "tally"},
    "cluster": {"channel", "eventstream", "model", "reactor", "settings", "store"},
    "plans": {
        "expression",
        "http",
        "model",
        "outbound",
        "plugins",
        "settings",
        "tally",
        "tls",
    },
    "policies": {
        "channel",
        "cluster",
        "expression",
        "json_text",
        "model",
        "outbound",
        "plugins",
        "reactor",
        "tls",
        "upstream",
    },
    "gateway": {
        "channel",
        "cluster",
        "eventstream",
        "expression",
        "http",
        "model",
        "observability",
        "plans",
        "policies",
        "reactor",
        "settings",
        "tally",
        "tls",
        "upstream",
    },
    "deploy": {
        "channel",
        "cluster",
        "connectors",
        "gateway",
        "http",
        "model",
        "observability",
        "outbound",
        "plans",
        "policies",
        "reactor",
        "store",
        "tally",
        "upstream",
    },
    "connectors": {
        "channel",
        "eventstream",
        "gateway",
        "http",
        "json_text",
        "model",
        "plugins",
        "upstream",
    },
    "installed": {"catalog", "connectors", "model", "plans", "policies", "webhook"},
    "webhook": {
        "channel",
        "expression",
        "gateway",
        "json_text",
        "model",
        "observability",
        "outbound",
        "plans",
        "tally",
        "upstream",
    },
    "technical": {
        "__init__",
        "eventstream",
        "http",
        "management",
        "model",
        "observability",
        "reactor",
        "settings",
        "store",
        "tls",
    },
    "node": {
        "eventstream",
        "gateway",
        "http",
        "management",
        "model",
        "observability",
        "plans",
        "reactor",
        "technical",
    },
    "management": {
        "catalog",
        "dialects",
        "http",
        "model",
        "reactor",
        "settings",
        "store",
        "tally",
        "tls",
    },
    "tryit": {
        "daemon",
        "eventstream",
        "gateway",
        "http",
        "management",
        "model",
        "reactor",
        "tls",
        "upstream",
    },
    "console": {"http", "management"},
    "daemon": {"http", "observability", "reactor", "settings", "tls"},
    "workers": {"daemon", "http", "observability", "reactor"},
    "captures": {"eventstream"},
    "demo": {"captures", "eventstream", "reactor"},
    "cli": {
        "__init__",
        "captures",
        "catalog",
        "cluster",
        "daemon",
        "dialects",
        "eventstream",
        "expression",
        "installed",
        "json_text",
        "model",
        "reactor",
        "settings",
        "tls",
        "upstream",
    },
}
"""What each part of ``relay`` may import of the others."""

COMPOSING = {"tap", "assembly"}
"""The parts that compose the daemon: they may import all others, and no part imports
them."""

HIDDEN: dict[str, set[str]] = {
    "sqlalchemy": {"store"},
    "alembic": {"store"},
    "klein": {"management"},
    "argon2": {"management"},
    "treq": {"cli", "demo", "node", "upstream"},
    "click": {"cli"},
    "rich": {"cli"},
    "socksio": {"upstream"},
    "h2": {"http"},
    "redis": {"cluster"},
    "hyperframe": {"http"},
    "OpenSSL": {"cli", "reactor", "tls", "upstream"},
    "croniter": {"model"},
    "cryptography": {"model", "plans", "tls"},
    "joserfc": {"model", "plans", "policies"},
    "lark": {"expression"},
    "re2": {"expression"},
    "prometheus_client": {"observability"},
    "opentelemetry": {"observability"},
    "jsonpath": {"expression"},
}
"""Libraries that only some parts use, so that the others need not know of them."""

NO_TWISTED = ("model", "eventstream", "expression", "catalog", "captures")
NO_REACTOR = "twisted.internet.reactor"
ENTRY_POINTS = (
    "relay.tap",
    "relay.demo.service",
    "relay.cli.running",
    "relay.cluster.local.process",
    "relay.assembly.worker_process",
)
"""Where a program takes the reactor that was chosen, within a function."""


def part(name: str) -> str:
    """Name the part of ``relay`` that a module belongs to."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


@cache
def imported(path: Path) -> frozenset[str]:
    """List all that a module imports, by full name, wherever in it."""
    package = dotted(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    names: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def edges() -> dict[str, set[str]]:
    """
    Find out which modules of ``relay`` import which, for types only included.

    A package counts as imported where a name of its ``__init__.py`` is, but not by the
    modules in it.
    """
    names = {dotted(path): path for path in modules("relay")}
    found: dict[str, set[str]] = {}
    for name, path in names.items():
        found[name] = set()
        for other in imported(path):
            while other and other not in names:
                other = other.rpartition(".")[0]
            if other and other != name and not name.startswith(f"{other}."):
                found[name].add(other)
    return found


class ImportTests(SynchronousTestCase):
    """The allowed imports, held against the real ones."""

    def test_every_part_is_listed(self) -> None:
        """A new package takes its place in the table."""
        parts = {part(dotted(path)) for path in modules("relay")}
        self.assertEqual(parts - COMPOSING, set(ALLOWED))

    def test_imports_go_one_way(self) -> None:
        """No part imports a part above it."""
        wrong = []
        for path in modules("relay"):
            name = dotted(path)
            here = part(name)
            if here in COMPOSING:
                continue
            for other in imported(path):
                if other.startswith("relay."):
                    there = part(other)
                    if there not in ALLOWED[here] | {here, "__version__"}:
                        wrong.append(f"{name} imports {other}")
        self.assertEqual(wrong, [])

    def test_the_pure_parts_know_no_twisted(self) -> None:
        """Values, formats and the catalog run without it."""
        wrong = [
            f"{dotted(path)} imports {other}"
            for path in modules("relay")
            if part(dotted(path)) in NO_TWISTED
            for other in imported(path)
            if other.split(".")[0] in ("twisted", "zope", "treq", "klein")
        ]
        self.assertEqual(wrong, [])

    def test_the_reactor_is_a_parameter(self) -> None:
        """Only the entry points import the reactor, when they run."""
        wrong = [
            dotted(path)
            for path in modules("relay")
            if NO_REACTOR in imported(path) and dotted(path) not in ENTRY_POINTS
        ]
        self.assertEqual(wrong, [])

    def test_the_table_has_no_circle(self) -> None:
        """The parts can be put in an order in which each knows only earlier ones."""
        known: set[str] = set()
        while ready := {p for p, row in ALLOWED.items() if row <= known} - known:
            known |= ready
        self.assertEqual(set(ALLOWED) - known, set())

    def test_modules_have_no_circle(self) -> None:
        """Within a package either, and imports for types only count as any other."""
        left = edges()
        while free := {name for name, others in left.items() if not others & set(left)}:
            left = {name: others for name, others in left.items() if name not in free}
        # What is left imports a circle, or is a part of one.
        while unused := set(left) - {other for row in left.values() for other in row}:
            left = {name: row for name, row in left.items() if name not in unused}
        circles = {name: sorted(row & set(left)) for name, row in left.items()}
        self.assertEqual(circles, {})

    def test_private_names_of_twisted_stay_in_one_package(self) -> None:
        """Where ``tests/reactor/test_twisted_internals.py`` names each of them."""
        wrong = [
            f"{dotted(path)} imports {other}"
            for path in modules("relay")
            if part(dotted(path)) != "reactor"
            for other in imported(path)
            if other.split(".")[0] == "twisted"
            and any(
                word.startswith("_") and not word.startswith("__")
                for word in other.split(".")
            )
        ]
        self.assertEqual(wrong, [])

    def test_libraries_stay_hidden(self) -> None:
        """A library that one part wraps is not used around it."""
        wrong = [
            f"{dotted(path)} imports {other}"
            for path in modules("relay")
            for other in imported(path)
            if (library := other.split(".")[0]) in HIDDEN
            and part(dotted(path)) not in HIDDEN[library]
        ]
        self.assertEqual(wrong, [])

    def test_tests_are_not_shipped(self) -> None:
        """relay does not import the tests or the benchmarks."""
        wrong = [
            f"{dotted(path)} imports {other}"
            for path in modules("relay")
            for other in imported(path)
            if other.split(".")[0] in ("tests", "bench")
        ]
        self.assertEqual(wrong, [])
