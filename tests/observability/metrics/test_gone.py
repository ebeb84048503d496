"""The series of APIs that are gone."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.metrics.gone import KEPT_S, GoneApis
from relay.observability.metrics.samples import Samples


class Counts:
    """Counts of some APIs."""

    def __init__(self, *apis: str) -> None:
        self.apis = set(apis)

    def forget(self, api_id: str) -> None:
        """Drop an API, known or not."""
        self.apis.discard(api_id)


class GoneApisTests(SynchronousTestCase):
    """Counts are dropped a while after their API is gone."""

    def setUp(self) -> None:
        """Serve two APIs."""
        self.clock, self.present = Clock(), {"a", "b"}
        self.some, self.others = Counts("a", "b", "", "other"), Counts("b")
        self.gone = GoneApis(self.clock, lambda: self.present, [self.some, self.others])

    def scrape(self) -> None:
        """Take all steps of a scrape."""
        for _ in self.gone.collect(Samples()):
            pass

    def test_dropped_after_a_while(self) -> None:
        """The last values are scraped until then; what no API owns stays."""
        self.present = {"a"}
        self.scrape()
        self.clock.advance(KEPT_S - 1)
        self.scrape()
        self.assertEqual(self.some.apis, {"a", "b", "", "other"})
        self.clock.advance(1)
        self.scrape()
        self.assertEqual(self.some.apis, {"a", "", "other"})
        self.assertEqual(self.others.apis, set())

    def test_an_api_that_comes_back(self) -> None:
        """Its counts are kept, and the time begins anew."""
        self.present = {"a"}
        self.scrape()
        self.present = {"a", "b"}
        self.clock.advance(KEPT_S)
        self.scrape()
        self.present = {"a"}
        self.scrape()
        self.clock.advance(KEPT_S - 1)
        self.scrape()
        self.assertIn("b", self.some.apis)
