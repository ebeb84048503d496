"""The metrics of several workers, as one."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.metrics.catalog.node import API_INFO
from relay.observability.metrics.family import Merge, counter, gauge, histogram
from relay.observability.metrics.registry import Metrics
from relay.observability.metrics.samples import Samples
from relay.observability.metrics.workers import Answered, WorkerMetrics
from relay.tally import Histogram

EVENTS = counter("relay_events_total", ("api",), "Events.", "Look.")
OPEN = gauge("relay_open", (), "Open.", "Look.")
LIMIT = gauge("relay_limit", (), "Limit.", "Look.", Merge.LARGEST)
NUMBER = gauge("relay_number", (), "Number.", "Look.", Merge.SMALLEST)
TIME = histogram("relay_time_seconds", (), (1,), "Time.", "Look.")
FAMILIES = (EVENTS, OPEN, LIMIT, NUMBER, TIME, API_INFO)


class Worker:
    """A worker that answers."""

    def __init__(self, run: str) -> None:
        self.run = run
        self.samples = Samples()

    def answer(self) -> Answered:
        """Return its samples."""
        lines = [line for one in FAMILIES for line in self.samples.lines(one)]
        return Answered(self.run, lines)


class MergeTests(SynchronousTestCase):
    """A control process with two workers."""

    def setUp(self) -> None:
        """Begin with some counts."""
        self.workers: dict[str, Worker] = {}
        self.metrics = Metrics(
            Clock(), FAMILIES, others=WorkerMetrics(FAMILIES, self.ask)
        )
        for number, one in enumerate((self.start("1"), self.start("2")), 1):
            one.put(EVENTS, 10 * number, ("a",))
            one.put(OPEN, number)
            one.put(LIMIT, number)
            one.put(NUMBER, number)
            one.put(API_INFO, 1, ("a", "A"))
            times = Histogram(TIME.bounds)
            times.observe(number)
            one.put_histogram(TIME, times)

    def start(self, name: str) -> Samples:
        """Start a worker, or start it again."""
        before = self.workers.get(name)
        run = "1" if before is None else before.run + "1"
        self.workers[name] = Worker(run)
        return self.workers[name].samples

    async def ask(self, wanted: Collection[str] | None) -> Mapping[str, Answered]:
        """Answer, as the workers do."""
        return {name: one.answer() for name, one in self.workers.items()}

    def scraped(
        self, wanted: set[str] | None = None, by_worker: bool = False
    ) -> list[str]:
        """Scrape, and return the samples without zeros and ones of buckets."""
        done: Deferred[list[str]] = self.metrics.scrape(
            wanted, by_worker=by_worker
        ).addCallback(lambda one: b"".join(one.pieces).decode().splitlines())
        return [one for one in self.successResultOf(done) if one[0] != "#"]

    def value(self, family: str) -> float:
        """Scrape the only sample of a family."""
        (line,) = [one for one in self.scraped() if one.startswith(family)]
        return float(line.rpartition(" ")[2])

    def test_rules(self) -> None:
        """Sums, the largest and the smallest; ranges are added."""
        self.assertEqual(
            self.scraped(),
            [
                'relay_events_total{api="a"} 30.0',
                "relay_open 3.0",
                "relay_limit 2.0",
                "relay_number 1.0",
                'relay_time_seconds_bucket{le="1.0"} 1.0',
                'relay_time_seconds_bucket{le="+Inf"} 2.0',
                "relay_time_seconds_count 2.0",
                "relay_time_seconds_sum 3.0",
                'relay_api_info{api="a",name="A"} 1.0',
            ],
        )

    def test_own_samples(self) -> None:
        """Those of the control process are among them."""
        self.metrics.read(OPEN, lambda: 4)
        self.assertEqual(self.value("relay_open"), 7)
        self.assertEqual(
            self.scraped({OPEN.name}, by_worker=True),
            [
                'relay_open{worker="control"} 4.0',
                'relay_open{worker="1"} 1.0',
                'relay_open{worker="2"} 2.0',
            ],
        )

    def test_one_process(self) -> None:
        """Its series have the label, too, when it is asked for."""
        metrics = Metrics(Clock(), (OPEN,))
        metrics.read(OPEN, lambda: 4)
        scraped = self.successResultOf(metrics.scrape(by_worker=True))
        self.assertIn(b'relay_open{worker="1"} 4.0\n', b"".join(scraped.pieces))

    def test_a_restart(self) -> None:
        """Counters do not fall, and gauges are those of the new process."""
        self.assertEqual(self.value("relay_events_total"), 30)
        self.start("2").put(API_INFO, 1, ("a", "A"))
        self.assertEqual(self.value("relay_events_total"), 30)
        self.assertEqual(self.value("relay_time_seconds_count"), 2)
        self.assertEqual(self.value("relay_open"), 1)
        self.workers["2"].samples.put(EVENTS, 5, ("a",))
        self.assertEqual(self.value("relay_events_total"), 35)
        self.start("2")
        self.assertEqual(self.value("relay_events_total"), 35)
        self.assertIn(
            'relay_events_total{api="a",worker="1"} 10.0',
            self.scraped(by_worker=True),
        )

    def test_no_answer(self) -> None:
        """The last counters of a worker that does not answer are added."""
        self.assertEqual(self.value("relay_events_total"), 30)
        self.assertEqual(self.scraped({EVENTS.name})[0][-4:], "30.0")
        away = self.workers.pop("2")
        self.assertEqual(self.value("relay_events_total"), 30)
        self.assertEqual(self.value("relay_open"), 1)
        self.workers["2"] = away
        self.assertEqual(self.value("relay_events_total"), 30)

    def test_an_api_that_is_gone(self) -> None:
        """What ended processes counted of it is dropped."""
        self.scraped()
        for name in ("1", "2"):
            self.start(name).put(API_INFO, 1, ("a", "A"))
        self.assertEqual(self.value("relay_events_total"), 30)
        for name in ("1", "2"):
            self.start(name).put(API_INFO, 1, ("b", "B"))
        self.assertNotIn("relay_events_total", "".join(self.scraped()))

    def test_unknown_families(self) -> None:
        """Those of a worker of another version are left out."""
        other = gauge("relay_other", (), "Other.", "Look.")
        self.workers["1"].samples.put(other, 1)
        lines = [*self.workers["1"].answer().lines, *Samples().lines(other)]
        lines += self.workers["1"].samples.lines(other)
        samples = Samples()
        samples.read(lines, {OPEN.name: OPEN})
        self.assertEqual([one.value for one in samples.of(OPEN)], [1])
        self.assertEqual([*samples.of(other)], [])
