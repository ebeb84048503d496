"""Tests of `bench.run`: its command line, and one small run of the real thing."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import SkipTest

from twisted.trial.unittest import SynchronousTestCase

from bench.instruments.processes import BenchError
from bench.run import (
    MISSED,
    NOT_JUDGED,
    REACHED,
    check_files,
    chosen,
    judged,
    needs,
    parser,
)
from bench.scenario import NCHAN, NGINX, RELAY, Leave, Streams
from bench.scenarios import SCENARIOS
from bench.servers.peers import TLS

ROOT = Path(__file__).parents[2]


class CommandLineTests(SynchronousTestCase):
    """The scenarios that the command line selects."""

    def test_everything(self) -> None:
        """Without a name all scenarios run in full."""
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

    def test_quick(self) -> None:
        """The quick form is one short round of all servers."""
        (quiet,) = chosen(parser().parse_args(["quiet", "--quick"]))
        assert isinstance(quiet, Streams)
        self.assertEqual((quiet.rounds, quiet.window_s), (1, 3))
        self.assertEqual(quiet.servers, (RELAY, NGINX))

    def test_servers(self) -> None:
        """Some servers can be left out, and what only they need is not needed."""
        options = ["passthrough", "fanout-tls-1000x10", "--servers", "relay,nchan"]
        scenarios = chosen(parser().parse_args(options))
        servers = [one.servers for one in scenarios if isinstance(one, Streams)]
        self.assertEqual(servers, [(RELAY,), (NCHAN,)])
        self.assertEqual(needs(scenarios), {NCHAN, TLS})

    def test_unknown(self) -> None:
        """A name that nothing has is answered with those that there are."""
        for options in (["nothing"], ["--servers", "nginx,nothing"]):
            with self.assertRaises(BenchError) as raised:
                chosen(parser().parse_args(options))
            self.assertIn("called nothing; there are", str(raised.exception))

    def test_too_few_files(self) -> None:
        """A run that the limit of open files would spoil is not begun."""
        self.assertRaises(BenchError, check_files, list(SCENARIOS), 4096)
        check_files(list(SCENARIOS), 20_000)


class JudgementTests(SynchronousTestCase):
    """The exit status, by what the results hold."""

    def status(self, *, strict: bool = False, **found: list[object]) -> int:
        """Judge one result."""
        document = {"misses": [], "targets": [], "unjudged": [], **found}
        return judged([document], strict=strict)

    def test_exit_status(self) -> None:
        """Noise does not hide a miss, and is not success either."""
        self.assertEqual(self.status(), REACHED)
        self.assertEqual(self.status(unjudged=["a: slow"]), NOT_JUDGED)
        self.assertEqual(self.status(unjudged=["a: slow"], misses=["a: lost"]), MISSED)
        self.assertEqual((REACHED, MISSED, NOT_JUDGED), (0, 1, 3))

    def test_targets_count_only_if_strict(self) -> None:
        """A target that noise hides fails no run in which a missed one fails none."""
        noisy: list[object] = ["a: dear"]
        self.assertEqual(self.status(unjudged_targets=noisy), REACHED)
        self.assertEqual(self.status(unjudged_targets=noisy, strict=True), NOT_JUDGED)

    def test_results_of_an_earlier_version(self) -> None:
        """Results without a field for noise are accepted."""
        self.assertEqual(judged([{"misses": [], "targets": []}], strict=True), REACHED)


class RunTests(SynchronousTestCase):
    """The benchmark itself, in the smallest size."""

    def setUp(self) -> None:
        """Skip where the programs cannot be built."""
        if shutil.which("gcc") is None and shutil.which("cc") is None:
            raise SkipTest("gcc is not installed")
        self.out = Path(self.mktemp()).absolute()

    def bench(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run it by itself, since it pins its own process to a core."""
        command = [sys.executable, "-m", "bench", *options, "--no-install"]
        return subprocess.run(
            [*command, "--out", str(self.out)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def assert_well(self, done: subprocess.CompletedProcess[str]) -> None:
        """The run came to its end; that a busy machine was slow is no failure here."""
        self.assertIn(done.returncode, (0, 1, 3), done.stderr)
        lines = done.stderr.splitlines()
        missed = [line for line in lines if line.startswith("MISSED")]
        noisy = [line for line in lines if line.startswith("NOISY") and "round" in line]
        expected = MISSED if missed else NOT_JUDGED if noisy else REACHED
        self.assertEqual(done.returncode, expected, done.stderr)
        slow = ("late", "short_percent", "p99_ms")
        wrong = [line for line in missed if not any(name in line for name in slow)]
        self.assertEqual(wrong, [])

    def test_relay(self) -> None:
        """A real daemon is started, measured and judged, and the result is kept."""
        options = ["quiet", "leave-tls-body", "shared", "--rounds", "1"]
        options += ["--servers", "relay,relay-sse"]
        options += ["--streams", "20", "--window-s", "2", "--repetitions", "6"]
        done = self.bench(*options)
        self.assert_well(done)
        quiet = json.loads((self.out / "quiet.json").read_text())
        figures = quiet["medians"]["relay"]
        self.assertEqual((figures["opened"], figures["lost"]), (20, 0))
        self.assertGreater(figures["cpu_us_per_event"], 0)
        self.assertGreaterEqual(figures["speed_change_percent"], 0)
        shared = json.loads((self.out / "shared.json").read_text())
        figures = shared["medians"]["relay-sse"]
        self.assertEqual((figures["kills"], figures["most_upstreams"]), (1, 1))
        self.assertGreater(figures["storm_events"], 20)
        self.assertIn("### leave-tls-body", (self.out / "results.md").read_text())
        self.assertIn("<svg", (self.out / "results.svg").read_text())

    def test_fan_out(self) -> None:
        """Both kinds of channels deliver each event to every client."""
        options = ["fanout-1000x10", "--servers", "relay-sse,relay-topic", "--quick"]
        done = self.bench(*options, "--streams", "20")
        self.assert_well(done)
        kept = json.loads((self.out / "fanout-1000x10.json").read_text())
        for server in ("relay-sse", "relay-topic"):
            self.assertGreater(kept["medians"][server]["events"], 0)
            self.assertEqual(kept["medians"][server]["lost"], 0)

    def test_report_without_results(self) -> None:
        """A report without results fails with a message."""
        done = self.bench("--report")
        self.assertEqual(done.returncode, 2)
        self.assertIn("holds no results", done.stderr)
