"""Tests of `bench.run`: its command line, and one small run of the real thing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from bench.processes import BenchError
from bench.run import check_files, chosen, parser
from bench.scenario import SCENARIOS, Leave, Streams

ROOT = Path(__file__).parents[2]


class CommandLineTests(SynchronousTestCase):
    """What is run, and in which size."""

    def test_everything(self) -> None:
        """Without a name all scenarios run as they are written."""
        self.assertEqual(chosen(parser().parse_args([])), list(SCENARIOS))

    def test_sizes(self) -> None:
        """A smaller size changes that and nothing else."""
        options = ["quiet", "leave-tls-head", "passthrough", "--streams", "1000"]
        options += ["--window-s", "5", "--rounds", "4", "--repetitions", "7"]
        quiet, leave, passthrough = chosen(parser().parse_args(options))
        assert isinstance(quiet, Streams)
        assert isinstance(leave, Leave)
        assert isinstance(passthrough, Streams)
        self.assertEqual((quiet.streams, quiet.window_s), (1000, 5))
        self.assertEqual((passthrough.streams, passthrough.rounds), (500, 4))
        self.assertEqual((leave.repetitions, leave.tls), (7, True))

    def test_unknown(self) -> None:
        """A name that no scenario has is answered with those that there are."""
        with self.assertRaises(BenchError) as raised:
            chosen(parser().parse_args(["nothing"]))
        self.assertIn("quiet", str(raised.exception))

    def test_too_few_files(self) -> None:
        """A run that the limit of open files would spoil is not begun."""
        self.assertRaises(BenchError, check_files, list(SCENARIOS), 4096)
        check_files(list(SCENARIOS), 20_000)


class RunTests(SynchronousTestCase):
    """The benchmark itself, in the smallest size."""

    def test_relay(self) -> None:
        """A real daemon is started, measured and judged, and the result is kept."""
        if shutil.which("gcc") is None and shutil.which("cc") is None:
            raise SkipTest("gcc is not installed")
        out = Path(self.mktemp()).absolute()
        # By itself, since it pins its own process to a core.
        command = [sys.executable, "-m", "bench", "quiet", "leave-tls-body", "shared"]
        command += ["--streams", "20", "--window-s", "2", "--repetitions", "6"]
        done = subprocess.run(
            [*command, "--out", str(out)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        quiet = json.loads((out / "quiet.json").read_text())
        figures = quiet["medians"]["relay"]
        self.assertEqual((figures["opened"], figures["lost"]), (20, 0))
        shared = json.loads((out / "shared.json").read_text())["medians"]["relay"]
        self.assertEqual((shared["kills"], shared["most_upstreams"]), (1, 1))
        self.assertGreater(shared["storm_events"], 20)
        self.assertGreater(figures["cpu_us_per_event"], 0)
        self.assertIn("### leave-tls-body", (out / "results.md").read_text())
