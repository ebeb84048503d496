"""`bench.result`: verdicts, and the files of a run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from twisted.trial.unittest import SynchronousTestCase

from bench.instruments.steadiness import CHANGE, MOST_CHANGE_PERCENT
from bench.report import section, targets
from bench.result import Result, not_reached
from bench.scenario import Limit, Target
from tests.bench.results import FIGURES, compared

COST = "cpu_us_per_event"


class LimitTests(SynchronousTestCase):
    """A limit that is exceeded is reported, and no other limit."""

    def test_limit_of_every_round(self) -> None:
        """One bad round is a miss: limits are not averaged."""
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
        """A loss of a peer is reported, and is no miss."""
        result = compared(Target(COST), 30)
        result.rounds["nginx"][0]["lost"] = 1
        self.assertEqual(result.misses(), [])


class TargetTests(SynchronousTestCase):
    """A target is reached or not, by the medians of all rounds."""

    def verdict(self, result: Result) -> tuple[float | None, bool | None]:
        """Return the value and the verdict of the only target."""
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
        """A target without a bound is never missed."""
        result = compared(Target(COST, peer="nginx"), 200)
        self.assertEqual(self.verdict(result), (10, None))
        self.assertEqual(not_reached(result.document()), [])

    def test_beyond(self) -> None:
        """The cost of the instruments is subtracted on both sides."""
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


class NoiseTests(SynchronousTestCase):
    """A row in which the speed of the machine changed is not held against a server."""

    def result(self, target: Target, *ours: float) -> Result:
        """Return a result whose second round of Relay is noisy."""
        result = compared(target, *ours)
        limits = (Limit("lost", 0), Limit("late", 0, timed=True))
        result.scenario = replace(result.scenario, limits=limits)
        result.rounds["relay"][1][CHANGE] = 31.4
        return result

    def test_noisy_rows_are_named(self) -> None:
        """A row whose change exceeds the bound is named with the change."""
        result = self.result(Target(COST), 30, 30, 30)
        result.rounds["relay"][0][CHANGE] = MOST_CHANGE_PERCENT
        noise = "the machine's speed changed by 31.4 % during the row"
        self.assertEqual(result.noise(), [f"relay, round 2: {noise}"])
        self.assertEqual(result.document()["noise"], result.noise())
        self.assertEqual(result.unjudged(), [])

    def test_limits_on_times(self) -> None:
        """A limit on a time is not judged in a noisy row."""
        result = self.result(Target(COST), 30, 30, 30)
        result.rounds["relay"][1]["late"] = 12
        self.assertEqual(result.misses(), [])
        self.assertEqual(
            result.unjudged(),
            [
                "quiet: late of relay is 12 in round 2, not judged: "
                "the machine's speed changed by 31.4 % during the row"
            ],
        )
        result.rounds["relay"][2]["late"] = 3
        self.assertEqual(
            result.misses(), ["quiet: late of relay is 3, at most 0 is allowed"]
        )

    def test_limits_on_counts(self) -> None:
        """No noise excuses a lost event."""
        result = self.result(Target(COST), 30, 30)
        result.rounds["relay"][1]["lost"] = 1
        self.assertEqual(
            result.misses(), ["quiet: lost of relay is 1, at most 0 is allowed"]
        )
        self.assertEqual(result.unjudged(), [])

    def test_targets(self) -> None:
        """A target that is missed with a noisy row is not judged; one that is reached
        stays reached, and noise of a server that is not compared has no effect."""
        target = Target(COST, peer="nginx", at_most=1.5)
        missed = self.result(target, 40, 40, 40)
        (verdict,) = missed.verdicts()
        self.assertEqual((verdict["reached"], verdict["noise_percent"]), (None, 31.4))
        self.assertEqual(not_reached(missed.document()), [])
        self.assertEqual(missed.unjudged(), [])
        (line,) = missed.unjudged_targets()
        self.assertIn("cpu_us_per_event is 2 x nginx", line)
        self.assertIn("not judged: the machine's speed changed by 31.4 %", line)
        self.assertIn("| not judged: noisy |", targets([missed.document()]))

        (verdict,) = self.result(target, 20, 20, 20).verdicts()
        self.assertEqual((verdict["reached"], verdict["noise_percent"]), (True, None))

        other = compared(target, 40)
        other.rounds["direct"] = [{**FIGURES, CHANGE: 50.0}]
        (verdict,) = other.verdicts()
        self.assertEqual((verdict["reached"], verdict["noise_percent"]), (False, None))

    def test_page(self) -> None:
        """
        The section of the scenario names the noise and the limits that were not judged.
        """
        result = self.result(Target(COST), 30, 30)
        self.assertIn("Every limit was kept.", section(result.document()))
        result.rounds["relay"][1]["late"] = 12
        text = section(result.document())
        self.assertIn("**Not judged**: quiet: late of relay is 12", text)
        self.assertIn("**Noisy**: relay, round 2", text)
        self.assertNotIn("Every limit was kept.", text)


class KeepingTests(SynchronousTestCase):
    """The files of a run."""

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
