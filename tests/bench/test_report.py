"""Tests of `bench.report`: what is judged, and what is written down."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.report import Result, document, table, write
from bench.scenario import Leave, Limit, Ratio, Streams

FIGURES = {
    "events": 1000,
    "lost": 0,
    "late": 0,
    "cpu_us_per_event": 40.0,
    "latency_p50_us": 100.0,
    "latency_p99_us": 200.0,
    "latency_p99_9_us": 300.0,
    "latency_max_us": 400.0,
    "memory_kib_per_stream": 20.0,
    "cpu_us_per_open": 300.0,
    "opened_per_s": 2000,
}


def compared(at_most: float | None, *ours: float) -> Result:
    """Give the result of some rounds of Relay beside a peer at 20 µs an event."""
    scenario = Streams(
        "some",
        "some streams",
        10,
        1000,
        80,
        1,
        rounds=len(ours),
        limits=(Limit("lost", 0),),
        ratios=(Ratio("cpu_us_per_event", "nginx", at_most),),
    )
    result = Result(scenario, {"cpu": "some"})
    result.rounds["relay"] = [{**FIGURES, "cpu_us_per_event": one} for one in ours]
    result.rounds["nginx"] = [{**FIGURES, "cpu_us_per_event": 20.0} for _ in ours]
    result.servers["relay"] = {"version": "Relay 1", "settings": "defaults"}
    return result


class VerdictTests(SynchronousTestCase):
    """A limit that is passed is told, and only that."""

    def test_limit_of_every_round(self) -> None:
        """One bad round of many is a miss: limits are not averaged away."""
        result = compared(None, 30, 30, 30)
        self.assertEqual(result.misses(), [])
        result.rounds["relay"][1]["lost"] = 1
        self.assertEqual(result.misses(), ["some: lost is 1, at most 0 is allowed"])

    def test_limit_for_many_streams(self) -> None:
        """A figure that few streams would spoil is judged from a number of them on."""
        result = compared(None, 30)
        limit = Limit("memory_kib_per_stream", 10, from_streams=1000)
        result.scenario = replace(result.scenario, limits=(limit,))
        result.rounds["relay"][0]["streams"] = 999
        self.assertEqual(result.misses(), [])
        result.rounds["relay"][0]["streams"] = 1000
        self.assertEqual(len(result.misses()), 1)

    def test_ratio_of_medians(self) -> None:
        """The medians are compared, so that one round out of line decides nothing."""
        self.assertEqual(compared(1.5, 28, 29, 90).misses(), [])
        self.assertEqual(
            compared(1.5, 28, 32, 90).misses(),
            [
                "some: cpu_us_per_event is 1.6 times nginx's, "
                "at most 1.5 times is allowed"
            ],
        )

    def test_ratio_without_limit(self) -> None:
        """A ratio that decides nothing is only reported."""
        result = compared(None, 200)
        self.assertEqual(result.misses(), [])
        self.assertEqual(result.ratios()[0]["ratio"], 10)

    def test_peer_left_out(self) -> None:
        """Without the peer there is no ratio, and the table says who is missing."""
        result = compared(1.5, 200)
        del result.rounds["nginx"]
        result.left_out.append("nginx")
        self.assertEqual(result.ratios(), [])
        self.assertIn("Left out: nginx", table(result))


class WritingTests(SynchronousTestCase):
    """What is kept of a run."""

    def test_json(self) -> None:
        """The file holds rounds, medians, settings and verdict."""
        directory = Path(self.mktemp())
        write(compared(1.5, 28, 32, 90), directory)
        kept = json.loads((directory / "some.json").read_text())
        self.assertEqual(kept["medians"]["relay"]["cpu_us_per_event"], 32)
        self.assertEqual(len(kept["rounds"]["nginx"]), 3)
        self.assertEqual(kept["servers"]["relay"]["settings"], "defaults")
        self.assertEqual(len(kept["misses"]), 1)

    def test_page(self) -> None:
        """The page has a row for each server, and the misses stand out."""
        leaving = Result(
            Leave("leave", "a client leaves", "before the head", tls=True), {}
        )
        leaving.rounds["relay"] = [
            {"repetitions": 200, "missed": 0, "p50_ms": 1.0, "p99_ms": 60, "max_ms": 70}
        ]
        page = document([compared(None, 28), leaving])
        self.assertIn("| relay | 1,000 | 0 | 0 | 28 |", page)
        self.assertIn("| nginx | 1,000 | 0 | 0 | 20 |", page)
        self.assertIn("**Missed**: leave: p99_ms is 60, at most 50 is allowed", page)
