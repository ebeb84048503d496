"""Write the Markdown page of a whole run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.chart import chart
from bench.result import Document
from bench.scenarios import SCENARIOS

PAGE = "results.md"
CHART = "results.svg"

TABLES: dict[str, dict[str, str]] = {
    "Streams": {
        "events_per_s": "events/s",
        "lost": "lost",
        "late": "late",
        "cpu_us_per_event": "CPU µs per event",
        "cpu_share": "share of the core",
        "latency_p50_us": "p50 µs",
        "latency_p99_us": "p99 µs",
        "latency_p99_9_us": "p99.9 µs",
        "memory_kb_per_stream": "kB per stream",
        "cpu_us_per_open": "CPU µs per open",
        "opened_per_s": "opened/s",
    },
    "Shared": {
        "events": "events",
        "lost": "lost",
        "duplicated": "doubled",
        "most_upstreams": "upstreams",
        "cpu_us_per_event": "CPU µs per event",
        "latency_p99_us": "p99 µs",
        "memory_kb_per_stream": "kB per stream",
        "storm_events": "events of the storm",
        "storm_ms": "storm ms",
        "storm_cpu_us_per_event": "CPU µs per event",
        "storm_kb_per_stream": "kB more per stream",
    },
    "Leave": {
        "repetitions": "repetitions",
        "missed": "missed",
        "p50_ms": "p50 ms",
        "p99_ms": "p99 ms",
        "max_ms": "max ms",
    },
}


def kept(directory: Path) -> list[Document]:
    """Read the results that a directory has, in the order of the scenarios."""
    paths = [directory / f"{scenario.name}.json" for scenario in SCENARIOS]
    return [json.loads(path.read_text()) for path in paths if path.exists()]


def write(documents: list[Document], directory: Path) -> str:
    """
    Write the page and the chart.

    :returns: the page's text.
    """
    text = page(documents)
    (directory / PAGE).write_text(text)
    (directory / CHART).write_text(chart(documents))
    return text


def page(documents: list[Document]) -> str:
    """Write the Markdown page of some results."""
    tables = "\n".join(map(section, documents))
    # Each once, and once more where it was set up in another way.
    servers = dict.fromkeys(
        f"* {name}: {one['version']}; {one['settings']}"
        for document in documents
        for name, one in document["servers"].items()
    )
    told = "\n".join(sorted(servers))
    return (
        "# Benchmark results\n\n"
        "Written by `make bench`; `docs/performance.md` explains the figures. They are "
        "medians of the rounds. Compare ratios, not figures, across machines.\n\n"
        f"## Targets\n\n{targets(documents)}\n## Scenarios\n\n{tables}\n"
        f"## Machine\n\n{machine(documents)}\n\n## Servers\n\n{told}\n"
    )


def targets(documents: list[Document]) -> str:
    """Write the table of targets and measured figures."""
    lines = [
        "| scenario | server | figure | target | measured | |",
        "|---|---|---|---:|---:|---|",
    ]
    for document in documents:
        for verdict in document["targets"]:
            cells = [
                document["scenario"]["name"],
                verdict["server"],
                _figure(verdict),
                _bound(verdict),
                _measured(verdict),
                _judgement(verdict),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _judgement(verdict: dict[str, Any]) -> str:
    if verdict.get("noise_percent") is not None:
        return "not judged: noisy"
    return {True: "reached", False: "**not reached**", None: ""}[verdict["reached"]]


def _figure(verdict: dict[str, Any]) -> str:
    name = TABLES["Streams"].get(verdict["figure"], verdict["figure"])
    return f"{name}, beyond {verdict['beyond']}" if verdict["beyond"] else name


def _bound(verdict: dict[str, Any]) -> str:
    of = f" x {verdict['peer']}" if verdict["peer"] else ""
    if verdict["at_most"] is not None:
        return f"≤ {verdict['at_most']:,g}{of}"
    if verdict["at_least"] is not None:
        return f"≥ {verdict['at_least']:,g}{of}"
    return "none"


def _measured(verdict: dict[str, Any]) -> str:
    if verdict["value"] is None:
        return "not to be told"
    of = f" x {verdict['peer']}" if verdict["peer"] else ""
    return f"{_number(round(verdict['value'], 2))}{of}"


def section(document: Document) -> str:
    """Write a scenario's medians as a Markdown section."""
    scenario, columns = document["scenario"], TABLES[document["kind"]]
    lines = [
        f"### {scenario['name']}: {scenario['title']}",
        "",
        conditions(document),
        "",
        "| | " + " | ".join(columns.values()) + " |",
        "|---|" + "---:|" * len(columns),
    ]
    for server, medians in document["medians"].items():
        cells = [_number(medians[figure]) for figure in columns]
        lines.append(f"| {server} | " + " | ".join(cells) + " |")
    lines += [
        "",
        *(f"Left out: {name}: {why}." for name, why in document["left_out"].items()),
    ]
    misses = document["misses"]
    lines += [f"**Missed**: {miss}." for miss in misses]
    if not misses and not document.get("unjudged"):
        lines.append("Every limit was kept.")
    # Results of earlier versions do not have these.
    for kind in ("unjudged", "unjudged_targets"):
        lines += [f"**Not judged**: {line}." for line in document.get(kind, [])]
    lines += [f"**Noisy**: {line}." for line in document.get("noise", [])]
    return "\n".join(lines) + "\n"


def conditions(document: Document) -> str:
    """Describe a scenario in one line."""
    scenario = document["scenario"]
    if document["kind"] == "Leave":
        return f"{scenario['repetitions']} clients, one after another."
    if document["kind"] == "Shared":
        return (
            f"{scenario['streams']:,} clients of one channel, one event of "
            f"{scenario['event_bytes']} bytes every {scenario['interval_us'] / 1000:g} "
            f"ms, {scenario['window_s']} s measured, in which the source is killed "
            f"{scenario['kills']} times; then all clients are cut and come back."
        )
    rounds = max(map(len, document["rounds"].values()))
    return (
        f"{scenario['streams']:,} streams, one event of {scenario['event_bytes']:,} "
        f"bytes every {scenario['interval_us'] / 1000:g} ms on each, "
        f"{scenario['window_s']} s measured, {rounds} round{'s' * (rounds > 1)}."
    )


def machine(documents: list[Document]) -> str:
    """List the machine of the runs, and the facts that differed between them."""
    told: dict[str, list[str]] = {}
    for document in documents:
        for name, value in document["machine"].items():
            plain = _plain(value)
            if plain not in told.setdefault(name, []):
                told[name].append(plain)
    return "\n".join(f"* {name}: {' / '.join(values)}" for name, values in told.items())


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return str(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:g}"
