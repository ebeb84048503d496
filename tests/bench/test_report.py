"""Tests of `bench.report` and `bench.chart`: what people are shown."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from twisted.trial.unittest import SynchronousTestCase

from bench import report
from bench.chart import chart
from bench.result import Result
from bench.scenario import Leave, Target
from tests.bench.results import FIGURES, compared

TARGET = Target("cpu_us_per_event", peer="nginx", at_most=1.5)
SVG = "{http://www.w3.org/2000/svg}"


def departures() -> Result:
    """Return a result of clients that left, too late."""
    leaving = Result(
        Leave("leave-tls-head", "a client leaves", "before the head", tls=True), {}
    )
    leaving.rounds["relay"] = [
        {"repetitions": 200, "missed": 0, "p50_ms": 1.0, "p99_ms": 60, "max_ms": 70}
    ]
    return leaving


class PageTests(SynchronousTestCase):
    """The Markdown page."""

    def test_page(self) -> None:
        """The page has a row for each server, and emphasises missed limits."""
        results = [compared(TARGET, 28), departures()]
        page = report.page([result.document() for result in results])
        self.assertIn("| relay | 1,000 | 0 | 0 | 28 |", page)
        self.assertIn("| nginx | 1,000 | 0 | 0 | 20 |", page)
        self.assertIn("p99_ms of relay is 60, at most 50 is allowed", page)
        self.assertIn("* relay: relay 1; defaults", page)

    def test_servers_set_up_in_two_ways(self) -> None:
        """All settings are listed when they differ between scenarios."""
        first, second = compared(TARGET, 28), compared(TARGET, 28)
        second.servers["nginx"] = {"version": "nginx 1", "settings": "over TLS"}
        page = report.page([first.document(), second.document()])
        self.assertEqual(page.count("* relay: relay 1; defaults"), 1)
        self.assertIn("* nginx: nginx 1; defaults\n* nginx: nginx 1; over TLS\n", page)

    def test_targets(self) -> None:
        """Each target has a row with the measured value and the verdict."""
        cells = "| quiet | relay | CPU µs per event | ≤ 1.5 x nginx |"
        documents = [compared(TARGET, 28).document()]
        self.assertIn(f"{cells} 1.4 x nginx | reached |", report.targets(documents))
        documents = [compared(TARGET, 60).document()]
        self.assertIn(f"{cells} 3 x nginx | **not reached**", report.targets(documents))

    def test_left_out(self) -> None:
        """A peer that this machine lacks is named, with what would help."""
        result = compared(TARGET, 28)
        del result.rounds["nginx"]
        result.left_out["nginx"] = "apt install nginx"
        section = report.section(result.document())
        self.assertIn("Left out: nginx: apt install nginx.", section)

    def test_machines_that_differ(self) -> None:
        """Facts that differ between runs are listed for each run."""
        first, second = compared(TARGET, 28), compared(TARGET, 28)
        second.machine = {**second.machine, "cpu": "other"}
        told = report.machine([first.document(), second.document()])
        self.assertEqual(told, "* cpu: some / other\n* sysctl: a 1")

    def test_kept(self) -> None:
        """The page can be written again from what a directory keeps."""
        directory = Path(self.mktemp())
        departures().write(directory)
        compared(TARGET, 28).write(directory)
        documents = report.kept(directory)
        names = [document["scenario"]["name"] for document in documents]
        self.assertEqual(names, ["quiet", "leave-tls-head"])
        text = report.write(documents, directory)
        self.assertEqual((directory / "results.md").read_text(), text)
        self.assertIn("<svg", (directory / "results.svg").read_text())


class ChartTests(SynchronousTestCase):
    """The picture."""

    def test_bars(self) -> None:
        """Bars of one scenario are as long as their values, and each has its label."""
        result = compared(TARGET, 10)
        result.rounds["direct"] = [{**FIGURES, "cpu_us_per_event": 0.0}]
        documents = [result.document(), departures().document()]
        drawn = ElementTree.fromstring(chart(documents))
        _, relay, nginx = drawn.findall(f"{SVG}rect")
        longest = float(nginx.attrib["width"])
        self.assertAlmostEqual(float(relay.attrib["width"]), longest / 2, delta=1)
        texts = [text.text for text in drawn.findall(f"{SVG}text")]
        self.assertEqual(texts[1:], ["quiet", "relay", "10", "nginx", "20"])

    def test_names_are_escaped(self) -> None:
        """No name breaks the picture."""
        document = compared(TARGET, 10).document()
        document["scenario"]["name"] = "a<b & c"
        drawn = ElementTree.fromstring(chart([document]))
        self.assertIn("a<b & c", [text.text for text in drawn.findall(f"{SVG}text")])
