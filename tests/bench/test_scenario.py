"""Tests of `bench.scenario`: data that fits the programs and the guide."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bench.report import TABLES
from bench.run import SERVERS
from bench.scenario import (
    DIRECT,
    RELAY,
    RELAY_SSE,
    RELAY_SSE_UNMETERED,
    RELAY_TOPIC,
    RELAY_UNMETERED,
    Shared,
    Streams,
)
from bench.scenarios import SCENARIOS
from bench.servers.peers import NEEDS
from bench.shared import of_the_storm
from bench.streams import Memory, derived, expected

OURS = {RELAY, RELAY_SSE, RELAY_TOPIC, RELAY_UNMETERED, RELAY_SSE_UNMETERED}
"""What Relay is compared with, of its own."""
TIMES = {"p50": 1.0, "p99": 2.0, "p99_9": 3.0, "max": 4.0}
COUNTS = [
    "failed",
    "refused",
    "cut",
    "malformed",
    "lost",
    "duplicated",
    "out_of_order",
    "misshapen",
    "mixed",
    "unfinished",
]

OF_SHARED = {"storm_kb_per_stream", "kills", "most_upstreams", "left_open"}
"""What its own runner measures."""
SCENARIO = Streams("some", "some streams", 10, 100_000, 80, window_s=2)


def report(**counts: int) -> dict[str, Any]:
    """Return what the load client reports of a faultless run of `SCENARIO`."""
    return {
        **dict.fromkeys(COUNTS, 0),
        "late": 0,
        "opened": 10,
        "events": 200,
        "arrived": 200,
        "open_ns": 500_000_000,
        "open_cpu_ns": 5_000_000,
        "window_ns": 2_000_000_000,
        "window_cpu_ns": 10_000_000,
        "window_from_ns": 7,
        "latency_us": dict(TIMES),
        "open_us": dict(TIMES),
        **counts,
    }


def storm() -> dict[str, Any]:
    """Return what the load client reports of a storm, in which one of ten was lost."""
    return {
        "streams": 10,
        "storm_returned": 9,
        "storm_unfinished": 1,
        "storm_events": 900,
        "storm_open_ns": 500_000_000,
        "storm_ns": 2_000_000_000,
        "storm_cpu_ns": 1_800_000,
        "storm_open_us": dict(TIMES),
    }


class ScenarioTests(SynchronousTestCase):
    """The scenarios refer to existing figures, servers and peers."""

    def test_names(self) -> None:
        """Each name is given once and explained in the guide."""
        names = [scenario.name for scenario in SCENARIOS]
        self.assertEqual(len(names), len(set(names)))
        guide = Path(__file__).parents[2] / "docs" / "performance.md"
        text = guide.read_text()
        for name in names:
            self.assertIn(f"`{name}`", text)

    def test_published_results(self) -> None:
        """The page of results names scenarios and servers that exist."""
        page = Path(__file__).parents[2] / "docs" / "performance-results.md"
        told = re.findall(r"(?m)^### ([\w-]+): (.*)$", page.read_text())
        self.assertTrue(told)
        known = {scenario.name: scenario.title for scenario in SCENARIOS}
        for name, title in told:
            self.assertEqual(known.get(name), title)

    def test_figures(self) -> None:
        """Every figure that is limited, compared or shown is measured."""
        streams = set(derived(expected(SCENARIO), report(), Memory([])))
        shared = streams | set(of_the_storm(storm())) | OF_SHARED
        own = {True: {"turned_down"}, False: {"left_open", "all_gone_ms"}}
        leave = {"repetitions", "missed", "p50_ms", "p99_ms", "max_ms"}
        for scenario in SCENARIOS:
            there = leave
            if isinstance(scenario, Shared):
                there = shared
            elif isinstance(scenario, Streams):
                there = streams | own[scenario.fan_out]
            used = {limit.figure for limit in scenario.limits}
            used |= TABLES[type(scenario).__name__].keys()
            used |= {target.figure for target in scenario.targets}
            self.assertEqual(used - there, set(), scenario.name)

    def test_targets(self) -> None:
        """The peer of a target is measured in the same scenario."""
        for scenario in SCENARIOS:
            if isinstance(scenario, Streams):
                for target in scenario.targets:
                    for other in (target.peer, target.beyond):
                        self.assertIn(other, (*scenario.peers, None), scenario.name)

    def test_servers(self) -> None:
        """Every server is known, and what a user may lack can be asked for."""
        for scenario in SCENARIOS:
            if isinstance(scenario, Streams):
                self.assertLessEqual(set(scenario.servers), set(SERVERS))
                foreign = set(scenario.peers) - {DIRECT, *OURS}
                self.assertLessEqual(foreign, set(NEEDS))

    def test_each_server_once(self) -> None:
        """
        No server is measured twice in a round, and Relay is a peer of itself only.
        """
        for scenario in SCENARIOS:
            if isinstance(scenario, Streams):
                self.assertEqual(len(set(scenario.servers)), len(scenario.servers))
                ours = [one for one in scenario.peers if "relay" in one]
                self.assertLessEqual(set(ours), OURS, scenario.name)
                self.assertTrue(not ours or len(scenario.peers) == 1, scenario.name)

    def test_nothing_lost(self) -> None:
        """Every fault that the load client counts is a limit of every stream run."""
        for scenario in SCENARIOS:
            if isinstance(scenario, Streams):
                limited = {limit.figure for limit in scenario.limits}
                self.assertEqual(set(COUNTS) - limited, set(), scenario.name)


class DerivedTests(SynchronousTestCase):
    """The figures that are compared are computed from the right ones."""

    def test_derived(self) -> None:
        """Costs are per event and per stream, and missing events are a share."""
        memory = Memory([])
        memory.with_streams_bytes = 10 * 2048
        figures = derived(expected(SCENARIO), report(events=150), memory)
        self.assertEqual(figures["expected"], 200)
        self.assertEqual(figures["short_percent"], 25)
        self.assertEqual(figures["cpu_us_per_event"], 50)
        self.assertEqual(figures["events_per_s"], 100)
        self.assertEqual(figures["cpu_us_per_open"], 500)
        self.assertEqual(figures["opened_per_s"], 20)
        self.assertEqual(figures["memory_kb_per_stream"], 2.05)
        self.assertEqual(figures["latency_p99_us"], 2)
        self.assertEqual(figures["open_max_us"], 4)

    def test_edge_of_the_window(self) -> None:
        """In a fan-out all streams may miss one event at the edge of the window."""
        self.assertEqual(expected(SCENARIO), 10 * 20)
        self.assertEqual(expected(replace(SCENARIO, fan_out=True)), 10 * 19)

    def test_nothing_opened(self) -> None:
        """A run in which nothing worked is still reported."""
        figures = derived(
            expected(SCENARIO), report(opened=0, events=0, arrived=0), Memory([])
        )
        self.assertEqual(figures["short_percent"], 100)

    def test_of_the_storm(self) -> None:
        """The raw counts of the storm are removed from the figures."""
        counted = storm()
        figures = of_the_storm(counted)
        self.assertEqual(counted, {"streams": 10})
        self.assertEqual(figures["storm_unreturned"], 1)
        self.assertEqual(figures["storm_cpu_us_per_event"], 2)
        self.assertEqual(figures["storm_returned_per_s"], 18)
        self.assertEqual(figures["storm_ms"], 2000)
