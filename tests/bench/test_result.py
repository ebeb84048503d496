"""Tests of `bench.result`: what is judged, and what is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.result import Result, not_reached
from bench.scenario import Limit, Target
from tests.bench.results import FIGURES, compared

COST = "cpu_us_per_event"


class LimitTests(SynchronousTestCase):
    """A limit that is passed is told, and only that."""

    def test_limit_of_every_round(self) -> None:
        """One bad round of many is a miss: limits are not averaged away."""
        result = compared(Target(COST), 30, 30, 30)
        self.assertEqual(result.misses(), [])
        result.rounds["relay"][1]["lost"] = 1
        self.assertEqual(
            result.misses(), ["quiet: lost of relay is 1, at most 0 is allowed"]
        )

    def test_limit_for_many_streams(self) -> None:
        """A figure that few streams would spoil is judged from a number of them on."""
        result = compared(Target(COST), 30)
        limit = Limit("memory_kb_per_stream", 10, from_streams=1000)
        result.scenario = replace(result.scenario, limits=(limit,))
        result.rounds["relay"][0]["streams"] = 999
        self.assertEqual(result.misses(), [])
        result.rounds["relay"][0]["streams"] = 1000
        self.assertEqual(len(result.misses()), 1)

    def test_peers_have_none(self) -> None:
        """What a peer loses is reported and is no failure of Relay's."""
        result = compared(Target(COST), 30)
        result.rounds["nginx"][0]["lost"] = 1
        self.assertEqual(result.misses(), [])


class TargetTests(SynchronousTestCase):
    """A target is reached or not, by the medians of all rounds."""

    def verdict(self, result: Result) -> tuple[float | None, bool | None]:
        """Give the value and the verdict of the only target."""
        (verdict,) = result.verdicts()
        return verdict["value"], verdict["reached"]

    def test_multiple_of_a_peer(self) -> None:
        """The medians are compared, so that one round out of line decides nothing."""
        target = Target(COST, peer="nginx", at_most=1.5)
        self.assertEqual(self.verdict(compared(target, 28, 29, 90)), (1.45, True))
        result = compared(target, 28, 32, 90)
        self.assertEqual(self.verdict(result), (1.6, False))
        self.assertEqual(
            not_reached(result.document()),
            [
                "quiet: relay: cpu_us_per_event is 1.6 x nginx, "
                "at most 1.5 x nginx is the target"
            ],
        )
        self.assertEqual(result.misses(), [])

    def test_by_itself(self) -> None:
        """A bound may be the figure's own, above or below."""
        self.assertEqual(self.verdict(compared(Target(COST, at_most=30), 31))[1], False)
        self.assertEqual(self.verdict(compared(Target(COST, at_least=30), 31))[1], True)

    def test_comparison(self) -> None:
        """Without a bound nothing can be missed."""
        result = compared(Target(COST, peer="nginx"), 200)
        self.assertEqual(self.verdict(result), (10, None))
        self.assertEqual(not_reached(result.document()), [])

    def test_beyond(self) -> None:
        """What the instruments cost by themselves is taken off on both sides."""
        target = Target(COST, peer="nginx", beyond="direct", at_most=2)
        result = compared(target, 40)
        result.rounds["direct"] = [{**FIGURES, COST: 10.0}]
        self.assertEqual(self.verdict(result), (3, False))
        result.rounds["direct"] = [{**FIGURES, COST: 20.0}]
        self.assertEqual(self.verdict(result), (None, None))

    def test_peer_left_out(self) -> None:
        """Without the peer there is no verdict."""
        result = compared(Target(COST, peer="nginx", at_most=1), 40)
        del result.rounds["nginx"]
        self.assertEqual(result.verdicts(), [])


class KeepingTests(SynchronousTestCase):
    """What is kept of a run."""

    def test_json(self) -> None:
        """The file holds rounds, medians, settings and verdicts."""
        directory = Path(self.mktemp())
        compared(Target(COST, peer="nginx", at_most=1.5), 28, 32, 90).write(directory)
        kept = json.loads((directory / "quiet.json").read_text())
        self.assertEqual(kept["medians"]["relay"][COST], 32)
        self.assertNotIn("tls", kept["medians"]["relay"])
        self.assertEqual(len(kept["rounds"]["nginx"]), 3)
        self.assertEqual(kept["servers"]["relay"]["settings"], "defaults")
        self.assertEqual(kept["targets"][0]["reached"], False)
