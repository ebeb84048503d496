"""Judge a scenario's figures and write them down, for programs and for people."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.programs import Figures
from bench.scenario import RELAY, Leave, Scenario, Shared, Streams

TABLES: dict[type[Scenario], dict[str, str]] = {
    Streams: {
        "events": "events",
        "lost": "lost",
        "late": "late",
        "cpu_us_per_event": "CPU µs per event",
        "latency_p50_us": "p50 µs",
        "latency_p99_us": "p99 µs",
        "latency_p99_9_us": "p99.9 µs",
        "latency_max_us": "max µs",
        "memory_kib_per_stream": "KiB per stream",
        "cpu_us_per_open": "CPU µs per open",
        "opened_per_s": "opened/s",
    },
    Shared: {
        "events": "events",
        "lost": "lost",
        "duplicated": "doubled",
        "most_upstreams": "upstreams",
        "cpu_us_per_event": "CPU µs per event",
        "latency_p99_us": "p99 µs",
        "memory_kib_per_stream": "KiB per stream",
        "storm_events": "events of the storm",
        "storm_ms": "storm ms",
        "storm_cpu_us_per_event": "CPU µs per event",
        "storm_kib_per_stream": "KiB more per stream",
    },
    Leave: {
        "repetitions": "repetitions",
        "missed": "missed",
        "p50_ms": "p50 ms",
        "p99_ms": "p99 ms",
        "max_ms": "max ms",
    },
}


@dataclass
class Result:
    """All that a scenario gave."""

    scenario: Scenario
    machine: dict[str, object]
    servers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Version and settings of each server."""
    rounds: dict[str, list[Figures]] = field(default_factory=dict)
    """The figures of each server, one entry a round."""
    left_out: list[str] = field(default_factory=list)
    """Peers that this machine does not have."""

    def medians(self, server: str) -> Figures:
        """Give the median of each figure over the rounds."""
        rounds = self.rounds[server]
        return {name: statistics.median(r[name] for r in rounds) for name in rounds[0]}

    def ratios(self) -> list[dict[str, Any]]:
        """Compare the medians of Relay and its peers."""
        if not isinstance(self.scenario, Streams):
            return []
        return [
            {
                "figure": ratio.figure,
                "peer": ratio.peer,
                "ratio": round(ours / theirs, 2) if theirs else None,
                "at_most": ratio.at_most,
            }
            for ratio in self.scenario.ratios
            if ratio.peer in self.rounds
            for ours in [self.medians(RELAY)[ratio.figure]]
            for theirs in [self.medians(ratio.peer)[ratio.figure]]
        ]

    def misses(self) -> list[str]:
        """Say, a line each, which limits were passed; nothing if all were kept."""
        lines = [
            f"{self.scenario.name}: {limit.figure} is {figures[limit.figure]}, "
            f"at most {limit.at_most:g} is allowed"
            for figures in self.rounds[RELAY]
            for limit in self.scenario.limits
            if figures.get("streams", limit.from_streams) >= limit.from_streams
            if figures[limit.figure] > limit.at_most
        ]
        for ratio in self.ratios():
            most = ratio["at_most"]
            if most is not None and (ratio["ratio"] is None or ratio["ratio"] > most):
                lines.append(
                    f"{self.scenario.name}: {ratio['figure']} is {ratio['ratio']} "
                    f"times {ratio['peer']}'s, at most {most:g} times is allowed"
                )
        return lines


def write(result: Result, directory: Path) -> None:
    """Write a scenario's result as JSON, with everything it depended on."""
    directory.mkdir(parents=True, exist_ok=True)
    document = {
        "scenario": asdict(result.scenario),
        "machine": result.machine,
        "servers": result.servers,
        "rounds": result.rounds,
        "medians": {server: result.medians(server) for server in result.rounds},
        "ratios": result.ratios(),
        "left_out": result.left_out,
        "misses": result.misses(),
    }
    path = directory / f"{result.scenario.name}.json"
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def table(result: Result) -> str:
    """Write a scenario's medians as a Markdown section."""
    columns = TABLES[type(result.scenario)]
    lines = [
        f"### {result.scenario.name}: {result.scenario.title}",
        "",
        conditions(result.scenario),
        "",
        "| | " + " | ".join(columns.values()) + " |",
        "|---|" + "---:|" * len(columns),
    ]
    for server in result.rounds:
        medians = result.medians(server)
        cells = [_number(medians[figure]) for figure in columns]
        lines.append(f"| {server} | " + " | ".join(cells) + " |")
    if ratios := result.ratios():
        compared = [
            f"{one['figure']} {one['ratio']} of {one['peer']}" for one in ratios
        ]
        lines += ["", f"Relay's median as a multiple: {', '.join(compared)}."]
    lines += ["", *(f"Left out: {peer} is not installed." for peer in result.left_out)]
    misses = result.misses()
    lines += [f"**Missed**: {miss}." for miss in misses] or ["Every limit was kept."]
    return "\n".join(lines) + "\n"


def conditions(scenario: Scenario) -> str:
    """Say in one line what was done."""
    if isinstance(scenario, Leave):
        return f"{scenario.repetitions} clients, one after another."
    if isinstance(scenario, Shared):
        return (
            f"{scenario.streams} clients of one channel, one event of "
            f"{scenario.event_bytes} bytes every {scenario.interval_us / 1000:g} ms, "
            f"{scenario.window_s} s measured, in which the source is killed "
            f"{scenario.kills} times; then all clients are cut at once and come back."
        )
    return (
        f"{scenario.streams} streams, one event of {scenario.event_bytes} bytes every "
        f"{scenario.interval_us / 1000:g} ms on each, {scenario.window_s} s measured, "
        f"{scenario.rounds} round{'s' * (scenario.rounds > 1)}."
    )


def document(results: list[Result]) -> str:
    """Write the Markdown page of a whole run."""
    machine = "\n".join(
        f"* {name}: {_plain(value)}" for name, value in results[0].machine.items()
    )
    servers = {
        name: told for result in results for name, told in result.servers.items()
    }
    told = "\n".join(
        f"* {name}: {told['version']}; {told['settings']}"
        for name, told in servers.items()
    )
    tables = "\n".join(map(table, results))
    return (
        "# Benchmark results\n\n"
        "Written by `make bench`; how to read it stands in `docs/benchmarks.md`. "
        "Figures are medians of the rounds. On another machine the ratios are worth "
        "comparing, the figures are not.\n\n"
        f"{tables}\n## Machine\n\n{machine}\n\n## Servers\n\n{told}\n"
    )


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return str(value)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 or value == int(value) else f"{value:g}"
