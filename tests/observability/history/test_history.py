"""The samples of the last hour."""

from __future__ import annotations

from relay.model.transferred import Transferred
from relay.observability.history.history import (
    API_SERIES,
    KEPT,
    NODE_SERIES,
    OTHER,
    PERIOD_S,
    SLICE,
    Vitals,
)
from tests.observability.history.exchanges import NOW_MS, HistoryCase

PERIOD_MS = round(PERIOD_S * 1000)


class SampleTests(HistoryCase):
    """One sample after the other."""

    def test_nothing_yet(self) -> None:
        """Before the first sample there is none."""
        self.assertEqual(self.history.timestamps(), [])
        self.assertEqual(self.history.of_node(("streams",)), {"streams": []})
        self.assertEqual(self.history.of_api("a", ("streams",)), {"streams": []})

    def test_all_series_have_values(self) -> None:
        """Every sample has a value of each series; a lag only with deliveries."""
        self.sample()
        found = self.history.of_node(NODE_SERIES)
        lags = {name for name, column in found.items() if column == [None]}
        self.assertEqual(lags, {"lagP50Ms", "lagP99Ms"})
        self.assertEqual({len(column) for column in found.values()}, {1})

    def test_streams(self) -> None:
        """Open ones at the sample; begun and ended ones since the one before."""
        first = self.begin("a")
        self.begin("b")
        self.begin("b", streams=False)
        self.begin(None, streams=False)
        self.sample()
        self.assertEqual(self.newest("streams", "opened", "ended"), [2, 2, 0])
        self.end(first)
        self.sample()
        self.assertEqual(self.newest("streams", "opened", "ended"), [1, 0, 1])
        self.assertEqual(self.history.of_node(("streams",)), {"streams": [2, 1]})
        self.assertEqual(self.newest_of("a", "streams"), [0])
        self.assertEqual(self.newest_of("b", "streams"), [1])

    def test_rates(self) -> None:
        """Events and bytes a second, of open exchanges and of those that are over."""
        one, other = self.begin("a"), self.begin("a")
        one.transferred = Transferred(0, 1000, 20)
        other.transferred = Transferred(50, 200, 10)
        self.sample()
        self.assertEqual(
            self.newest("events", "sentBytes", "receivedBytes"), [3, 120, 5]
        )
        self.assertEqual(self.newest_of("a", "events", "sentBytes"), [3, 120])
        one.transferred = Transferred(0, 1500, 30)
        self.end(one)
        self.sample()
        self.assertEqual(self.newest("events", "sentBytes"), [1, 50])
        self.sample()
        self.assertEqual(self.newest("events", "sentBytes"), [0, 0])

    def test_an_exchange_that_ends_meanwhile_counts_once(self) -> None:
        """A sample takes several turns, in which exchanges end."""
        many = [self.begin("a") for _ in range(SLICE * 20)]
        for one in many:
            one.transferred = Transferred(0, 0, 10)
        self.clock.advance(PERIOD_S)
        for one in many:
            self.end(one)
        self.sample()
        self.assertEqual(
            sum([rate or 0 for rate in self.history.of_node(("events",))["events"]]),
            SLICE * 20 * 10 / PERIOD_S,
        )

    def test_refusals(self) -> None:
        """Also those of paths that no API has."""
        self.refuse()
        self.refuse("a")
        self.sample()
        self.assertEqual(self.newest("refusals"), [2])
        self.sample()
        self.assertEqual(self.newest("refusals"), [0])

    def test_channels(self) -> None:
        """Events of sources, lags of deliveries, and reconnects."""
        self.totals("a", 100, 1, *[0.005] * 98, 0.05, 0.05)
        self.totals("b", 50)
        self.sample()
        self.assertEqual(self.newest("received", "reconnects"), [15, 1])
        self.assertEqual(self.newest_of("a", "received"), [10])
        median, most = self.newest("lagP50Ms", "lagP99Ms")
        self.assertTrue(1 < median < 10 < most < 100, (median, most))
        self.totals("a", 130, 3, *[0.005] * 98, 0.05, 0.05, 0.0001)
        self.sample()
        self.assertEqual(self.newest("received", "reconnects"), [3, 2])
        self.assertLessEqual(self.newest("lagP99Ms")[0], 1)

    def test_counts_that_begin_again(self) -> None:
        """An API that was gone for a while has new counts: no rate is negative."""
        self.totals("a", 100)
        self.sample()
        self.totals("a", 20)
        self.sample()
        self.assertEqual(self.newest("received"), [2])

    def test_the_process(self) -> None:
        """The delay of the loop, and the memory."""
        self.vitals = Vitals(0.25, 4096)
        self.sample()
        self.assertEqual(self.newest("loopLagMs", "memoryBytes"), [250, 4096])

    def test_a_sample_that_is_late(self) -> None:
        """A rate is divided by the time that has passed."""
        self.begin("a").transferred = Transferred(0, 0, 40)
        self.clock.advance(PERIOD_S * 2)
        self.clock.advance(0)
        self.assertEqual(self.newest("events"), [2])


class RingTests(HistoryCase):
    """What is kept."""

    def test_an_hour(self) -> None:
        """The oldest samples are dropped."""
        self.sample(KEPT)
        self.begin("a")
        self.sample()
        stamps = self.history.timestamps()
        self.assertEqual(len(stamps), KEPT)
        self.assertEqual(stamps[0], NOW_MS + 2 * PERIOD_MS)
        self.assertEqual(stamps[-1], NOW_MS + (KEPT + 1) * PERIOD_MS)
        streams = self.history.of_node(("streams",))["streams"]
        self.assertEqual(streams, [0] * (KEPT - 1) + [1])
        self.assertEqual(self.history.of_api("a", ("streams",)), {"streams": streams})

    def test_since(self) -> None:
        """Only samples after a time."""
        self.sample()
        self.begin("a")
        self.sample()
        since_ms = NOW_MS + PERIOD_MS
        self.assertEqual(self.history.timestamps(since_ms), [since_ms + PERIOD_MS])
        self.assertEqual(self.history.of_node(("streams",), since_ms), {"streams": [1]})
        self.assertEqual(
            self.history.of_api("a", ("streams",), since_ms), {"streams": [1]}
        )

    def test_a_quiet_api_is_dropped(self) -> None:
        """After an hour without anything; the API has zeros then, as others have."""
        one = self.begin("a")
        one.transferred = Transferred(0, 0, 10)
        self.sample()
        self.served.clear()
        self.end(one)
        self.sample()
        self.assertEqual(self.newest_of("a", "events"), [0])
        self.assertIn("a", self.ended.by_api)
        self.sample(KEPT)
        self.assertEqual(self.ended.by_api, {})
        self.assertEqual(set(self.history.of_api("a", API_SERIES) or ()), {*API_SERIES})

    def test_followers(self) -> None:
        """They are called after each sample."""
        called: list[int] = []

        def note() -> None:
            called.append(len(self.history.timestamps()))

        self.history.follow(note)
        self.sample(2)
        self.history.unfollow(note)
        self.history.unfollow(note)
        self.sample()
        self.assertEqual(called, [1, 2])

    def test_stopped(self) -> None:
        """No sample is taken any more."""
        self.history.stopService()
        self.sample()
        self.assertEqual(self.history.timestamps(), [])


class BoundTests(HistoryCase):
    """At most so many APIs have series of their own."""

    most_apis = 2

    def test_the_others_share_one(self) -> None:
        """Those that come later are added up, and are not known one by one."""
        for api in ("a", "b"):
            self.begin(api)
        self.sample()
        self.assertEqual(self.history.of_api("unknown", ("streams",)), {"streams": [0]})
        for api in ("c", "d"):
            self.begin(api).transferred = Transferred(0, 0, 10)
        self.sample()
        self.assertEqual(self.newest_of(OTHER, "streams", "events"), [2, 2])
        self.assertEqual(self.newest_of("a", "streams"), [1])
        self.assertIsNone(self.history.of_api("c", ("streams",)))
        self.assertEqual(self.newest("streams"), [4])
