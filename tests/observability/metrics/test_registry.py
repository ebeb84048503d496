"""A scrape: what is asked for, in steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.metrics.family import counter, gauge, histogram
from relay.observability.metrics.registry import SCRAPES, Metrics
from relay.observability.metrics.samples import Samples
from relay.observability.metrics.scrape import Scrape

OPEN = gauge("relay_open", (), "Open.", "Look.")
EVENTS = counter("relay_events_total", ("api",), "Events.", "Look.")
TIME = histogram("relay_time_seconds", (), (1,), "Time.", "Look.")


class Slow:
    """
    A collector whose steps take time.

    :param clock: the clock that each step moves.
    """

    def __init__(self, clock: Clock, steps: int) -> None:
        self._clock = clock
        self._left = steps

    def collect(self, into: Samples) -> Iterator[None]:
        """Take the steps, without samples."""
        for _ in range(self._left):
            # Without the calls that are due: those of the next turn are not.
            self._clock.rightNow += SCRAPES.share_s / 2
            yield


class Failing:
    """A collector with a defect."""

    def collect(self, into: Samples) -> Iterator[None]:
        """Fail at the second step."""
        yield
        raise ValueError("a defect")


class ScrapeTests(SynchronousTestCase):
    """What is written."""

    def setUp(self) -> None:
        """Make metrics of three families."""
        self.clock = Clock()
        self.metrics = Metrics(self.clock, (OPEN, EVENTS, TIME))
        self.metrics.read(OPEN, lambda: 3)
        self.metrics.read(EVENTS, lambda: {("a",): 1, ("b",): 2})

    def text(self, wanted: set[str] | None = None, exemplars: bool = False) -> str:
        """The text of a scrape that takes one turn."""
        scrape = self.successResultOf(self.metrics.scrape(wanted, exemplars))
        return b"".join(scrape.pieces).decode()

    def wait_for(self, done: Deferred[Scrape]) -> None:
        """Let turns of the reactor pass until there is a result."""
        results: list[Scrape] = []

        def note(scrape: Scrape) -> Scrape:
            results.append(scrape)
            return scrape

        done.addCallback(note)
        for _ in range(100):
            self.clock.advance(0)
        self.assertEqual(len(results), 1)

    def test_all_families(self) -> None:
        """With the samples that were read, in order."""
        lines = [line for line in self.text().splitlines() if line[0] != "#"]
        self.assertEqual(
            lines,
            [
                "relay_open 3.0",
                'relay_events_total{api="a"} 1.0',
                'relay_events_total{api="b"} 2.0',
            ],
        )
        self.assertIn("# TYPE relay_time_seconds histogram", self.text())

    def test_only_some(self) -> None:
        """Others are not even declared."""
        text = self.text({EVENTS.name}, exemplars=True)
        self.assertNotIn("relay_open", text)
        self.assertIn("relay_events_total", text)
        self.assertTrue(text.endswith("# EOF\n"))

    def test_nothing_to_report(self) -> None:
        """A function may return None."""
        self.metrics = Metrics(self.clock, (OPEN,))
        self.metrics.read(OPEN, lambda: None)
        self.assertNotIn("\nrelay_open ", self.text())

    def test_steps_share_the_turns(self) -> None:
        """A long scrape goes on in later turns, each with its share of time."""
        begun: list[float] = []
        later = self.clock.callLater

        def noting(*call: Any) -> Any:
            begun.append(self.clock.seconds())
            return later(*call)

        self.patch(self.clock, "callLater", noting)
        self.metrics.add(Slow(self.clock, 5))
        done = self.metrics.scrape()
        self.wait_for(done)
        self.successResultOf(done)
        self.assertEqual(len(begun), 2)
        share_s = SCRAPES.share_s
        self.assertAlmostEqual(begun[1] - begun[0], share_s)

    def test_one_after_the_other(self) -> None:
        """Two that are asked for at one time both have everything."""
        self.metrics.add(Slow(self.clock, 5))
        both = [self.metrics.scrape(), self.metrics.scrape()]
        self.wait_for(both[1])
        first, second = map(self.successResultOf, both)
        self.assertEqual(first, second)

    def test_a_defect_costs_its_own_samples_only(self) -> None:
        """It is logged."""
        self.metrics.add(Failing())
        self.assertIn("relay_open 3.0", self.text())
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)

    def test_a_scrape_that_nobody_waits_for(self) -> None:
        """It ends, and the next one begins."""
        self.metrics.add(Slow(self.clock, 5))
        done = self.metrics.scrape()
        done.cancel()
        self.failureResultOf(done)
        for _ in range(10):
            self.clock.advance(0)
        after = self.metrics.scrape()
        for _ in range(10):
            self.clock.advance(0)
        self.successResultOf(after)


class SelectTests(SynchronousTestCase):
    """The names of families and samples."""

    def setUp(self) -> None:
        """Make metrics of three families."""
        self.metrics = Metrics(Clock(), (OPEN, EVENTS, TIME))

    def test_names(self) -> None:
        """Of families, and of the samples of histograms."""
        self.assertEqual(self.metrics.select(["relay_open"], []), {"relay_open"})
        self.assertEqual(
            self.metrics.select(["relay_time_seconds_bucket"], []),
            {"relay_time_seconds"},
        )

    def test_all_but_some(self) -> None:
        """Without a name that is wanted, all are."""
        self.assertEqual(
            self.metrics.select([], ["relay_time_seconds"]),
            {"relay_open", "relay_events_total"},
        )

    def test_unknown_names(self) -> None:
        """A misspelt name is refused."""
        for named, without in ((["relay_opne"], []), ([], ["relay_opne"])):
            with self.assertRaisesRegex(ValueError, "relay_opne"):
                self.metrics.select(named, without)
