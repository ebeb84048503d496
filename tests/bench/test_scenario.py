"""Tests of `bench.scenario`: data that fits the programs and the guide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from bench.report import TABLES
from bench.scenario import RELAY, SCENARIOS, Leave, Shared, Streams
from bench.shared import of_the_storm
from bench.streams import Memory, derived, expected

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
    "late",
]

OF_SHARED = {"storm_kib_per_stream", "kills", "most_upstreams"}
"""What its own runner measures."""
SCENARIO = Streams("some", "some streams", 10, 100_000, 80, window_s=2)


def report(**counts: int) -> dict[str, Any]:
    """Give what the load client reports of a faultless run of `SCENARIO`."""
    return {
        **dict.fromkeys(COUNTS, 0),
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
    """Give what the load client reports of a storm, in which one of ten was lost."""
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
    """Nothing in the data is misspelt, which else would show after a minute's run."""

    def test_names(self) -> None:
        """Each name is given once and explained in the guide."""
        names = [scenario.name for scenario in SCENARIOS]
        self.assertEqual(len(names), len(set(names)))
        guide = Path(__file__).parents[2] / "docs" / "benchmarks.md"
        text = guide.read_text()
        for name in names:
            self.assertIn(f"`{name}`", text)

    def test_figures(self) -> None:
        """Whatever is limited, compared or shown is measured."""
        streams = set(derived(expected(SCENARIO), report(), Memory([])))
        streams |= {"left_open", "all_gone_ms", "stalled_at_source"}
        shared = streams | set(of_the_storm(storm())) | OF_SHARED
        leave = {"repetitions", "missed", "p50_ms", "p99_ms", "max_ms"}
        for scenario in SCENARIOS:
            there = leave if isinstance(scenario, Leave) else streams
            if isinstance(scenario, Shared):
                there = shared
            used = {limit.figure for limit in scenario.limits}
            used |= TABLES[type(scenario)].keys()
            if isinstance(scenario, Streams):
                used |= {ratio.figure for ratio in scenario.ratios}
                for ratio in scenario.ratios:
                    self.assertIn(ratio.peer, scenario.peers)
            self.assertEqual(used - there, set(), scenario.name)

    def test_relay_is_no_peer(self) -> None:
        """Relay is measured anyway and once."""
        for scenario in SCENARIOS:
            if isinstance(scenario, Streams):
                self.assertNotIn(RELAY, scenario.peers)

    def test_nothing_lost(self) -> None:
        """Every fault that the load client counts is a limit of every stream run."""
        for scenario in SCENARIOS:
            if isinstance(scenario, Streams):
                limited = {limit.figure for limit in scenario.limits}
                self.assertEqual(set(COUNTS) - limited, set(), scenario.name)


class DerivedTests(SynchronousTestCase):
    """The figures that are compared are computed from the right ones."""

    def test_derived(self) -> None:
        """Costs are per event and per stream, and what is missing is a share."""
        memory = Memory([])
        memory.with_streams_bytes = 10 * 2048
        figures = derived(expected(SCENARIO), report(events=150), memory)
        self.assertEqual(figures["expected"], 200)
        self.assertEqual(figures["short_percent"], 25)
        self.assertEqual(figures["cpu_us_per_event"], 50)
        self.assertEqual(figures["events_per_s"], 100)
        self.assertEqual(figures["cpu_us_per_open"], 500)
        self.assertEqual(figures["opened_per_s"], 20)
        self.assertEqual(figures["memory_kib_per_stream"], 2)
        self.assertEqual(figures["latency_p99_us"], 2)
        self.assertEqual(figures["open_max_us"], 4)

    def test_nothing_opened(self) -> None:
        """A run in which nothing worked is still reported."""
        figures = derived(
            expected(SCENARIO), report(opened=0, events=0, arrived=0), Memory([])
        )
        self.assertEqual(figures["short_percent"], 100)

    def test_of_the_storm(self) -> None:
        """Nothing of the raw counts is left to be taken for a figure."""
        counted = storm()
        figures = of_the_storm(counted)
        self.assertEqual(counted, {"streams": 10})
        self.assertEqual(figures["storm_unreturned"], 1)
        self.assertEqual(figures["storm_cpu_us_per_event"], 2)
        self.assertEqual(figures["storm_returned_per_s"], 18)
        self.assertEqual(figures["storm_ms"], 2000)
