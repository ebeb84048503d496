"""Compare the figures of a scenario with limits and targets, and store them as JSON."""

from __future__ import annotations

import json
import statistics
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.instruments.programs import Figures
from bench.instruments.steadiness import change_percent, is_noisy
from bench.scenario import Limit, Scenario, Target

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
        """Return a line for each limit that was exceeded, and can be judged."""
        return [
            f"{self._exceeded(relay, figures, limit)}, "
            f"at most {limit.at_most:g} is allowed"
            for relay, _, figures, limit in self._over()
            if not (limit.timed and is_noisy(figures))
        ]

    def unjudged(self) -> list[str]:
        """Return a line for each limit that was exceeded in a noisy row."""
        return [
            f"{self._exceeded(relay, figures, limit)} in round {turn}, "
            + not_judged(change_percent(figures))
            for relay, turn, figures, limit in self._over()
            if limit.timed and is_noisy(figures)
        ]

    def unjudged_targets(self) -> list[str]:
        """Return a line for each target that was missed with a noisy row."""
        return [
            f"{self.scenario.name}: {told(verdict)}, "
            + not_judged(verdict["noise_percent"])
            for verdict in self.verdicts()
            if verdict["noise_percent"] is not None
        ]

    def noise(self) -> list[str]:
        """Return a line for each noisy row."""
        return [
            f"{server}, round {turn}: the machine's speed changed by "
            f"{change_percent(figures):g} % during the row"
            for server, rounds in self.rounds.items()
            for turn, figures in enumerate(rounds, 1)
            if is_noisy(figures)
        ]

    def _over(self) -> Iterator[tuple[str, int, Figures, Limit]]:
        """Find the limits that are exceeded: the server, its round, the figures."""
        for relay in self.scenario.relays:
            for turn, figures in enumerate(self.rounds.get(relay, []), 1):
                for limit in self.scenario.limits:
                    streams = figures.get("streams", limit.from_streams)
                    if streams < limit.from_streams:
                        continue
                    if figures[limit.figure] > limit.at_most:
                        yield relay, turn, figures, limit

    def _exceeded(self, relay: str, figures: Figures, limit: Limit) -> str:
        value = figures[limit.figure]
        return f"{self.scenario.name}: {limit.figure} of {relay} is {value}"

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
        noise_percent = None
        if reached is False:
            noise_percent = self._noise_percent({relay, target.peer, target.beyond})
        return {
            "server": relay,
            **asdict(target),
            "value": value,
            "reached": None if noise_percent is not None else reached,
            "noise_percent": noise_percent,
        }

    def _noise_percent(self, servers: Collection[str | None]) -> float | None:
        """Return the largest change of speed in noisy rows of these servers."""
        return max(
            (
                change_percent(figures)
                for server in servers
                if server is not None
                for figures in self.rounds[server]
                if is_noisy(figures)
            ),
            default=None,
        )

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
            "noise": self.noise(),
            "unjudged": self.unjudged(),
            "unjudged_targets": self.unjudged_targets(),
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


def not_judged(change: float) -> str:
    """Put in words why something is not judged."""
    return f"not judged: the machine's speed changed by {change:g} % during the row"


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
