"""Compare the figures of a scenario with limits and targets, and store them as JSON."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.programs import Figures
from bench.scenario import Scenario, Target

Document = dict[str, Any]
"""A result as it is kept: see `Result.document`."""


@dataclass
class Result:
    """The result of a scenario."""

    scenario: Scenario
    machine: dict[str, object]
    servers: dict[str, dict[str, str]] = field(default_factory=dict)
    """Version and settings of each server."""
    rounds: dict[str, list[Figures]] = field(default_factory=dict)
    """The figures of each server, one entry a round."""
    left_out: dict[str, str] = field(default_factory=dict)
    """Servers that were not measured, and why."""

    def medians(self, server: str) -> Figures:
        """Return the median of each figure over the rounds; texts are omitted."""
        rounds = self.rounds[server]
        return {
            name: statistics.median(r[name] for r in rounds)
            for name, value in rounds[0].items()
            if not isinstance(value, str)
        }

    def misses(self) -> list[str]:
        """Return a line for each limit that was exceeded."""
        return [
            f"{self.scenario.name}: {limit.figure} of {relay} is "
            f"{figures[limit.figure]}, at most {limit.at_most:g} is allowed"
            for relay in self.scenario.relays
            for figures in self.rounds.get(relay, [])
            for limit in self.scenario.limits
            if figures.get("streams", limit.from_streams) >= limit.from_streams
            if figures[limit.figure] > limit.at_most
        ]

    def verdicts(self) -> list[dict[str, Any]]:
        """Return for each target the measured figure, and whether it was reached."""
        return [
            self._verdict(relay, target)
            for relay in self.scenario.relays
            for target in self.scenario.targets
            if {relay, target.peer or relay, target.beyond or relay} <= set(self.rounds)
        ]

    def _verdict(self, relay: str, target: Target) -> dict[str, Any]:
        def own(server: str) -> float:
            value: float = self.medians(server)[target.figure]
            if target.beyond is not None:
                value -= self.medians(target.beyond)[target.figure]
            return value

        value: float | None = own(relay)
        if target.peer is not None:
            theirs = own(target.peer)
            value = round(own(relay) / theirs, 3) if theirs > 0 else None
        reached = None
        if value is not None and target.at_most is not None:
            reached = value <= target.at_most
        if value is not None and target.at_least is not None:
            reached = value >= target.at_least
        return {"server": relay, **asdict(target), "value": value, "reached": reached}

    def document(self) -> Document:
        """Return the result with everything that the figures depend on, as JSON."""
        return {
            "scenario": asdict(self.scenario),
            "kind": type(self.scenario).__name__,
            "machine": self.machine,
            "servers": self.servers,
            "rounds": self.rounds,
            "medians": {server: self.medians(server) for server in self.rounds},
            "targets": self.verdicts(),
            "left_out": self.left_out,
            "misses": self.misses(),
        }

    def write(self, directory: Path) -> None:
        """Write the document into a file of the scenario's name."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{self.scenario.name}.json"
        text = json.dumps(self.document(), indent=1, ensure_ascii=False)
        path.write_text(text + "\n")


def not_reached(document: Document) -> list[str]:
    """Return a line for each target that was missed."""
    return [
        f"{document['scenario']['name']}: {told(verdict)}"
        for verdict in document["targets"]
        if verdict["reached"] is False
    ]


def told(verdict: dict[str, Any]) -> str:
    """Put a verdict in words, such as "relay: cpu_us_per_event is 1.4 x nginx"."""
    value, peer = verdict["value"], verdict["peer"]
    times = f" x {peer}" if peer else ""
    measured = f"{value:,g}{times}" if value is not None else "not to be told"
    text = f"{verdict['server']}: {verdict['figure']} is {measured}"
    if verdict["beyond"]:
        text += f" beyond {verdict['beyond']}"
    for name, words in (("at_most", "at most"), ("at_least", "at least")):
        if verdict[name] is not None:
            text += f", {words} {verdict[name]:,g}{times} is the target"
    return text
