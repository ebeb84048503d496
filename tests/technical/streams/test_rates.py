"""The rates of streams over the last seconds."""

from __future__ import annotations

from relay.technical.streams.rates import KEPT_S, PERIOD_S, Rate
from tests.technical.streams.exchanges import StreamsCase


class RateTests(StreamsCase):
    """A stream of 10 events of 100 bytes a second, later of none."""

    def setUp(self) -> None:
        """Begin the stream."""
        super().setUp()
        self.rates = self.streams.rates
        self.stream = self.begin("a")

    def run_for(self, seconds: int, events: int) -> None:
        """Let the stream run."""
        for _ in range(seconds):
            self.clock.advance(1)
            self.turns(3)
            self.stream.sends(events, 100 * events)

    def rate(self) -> Rate:
        """Compute the present rate."""
        return self.rates.of(self.stream, self.clock.seconds())

    def test_without_a_reading_it_is_the_average_since_the_head(self) -> None:
        """The window is the age of the response."""
        self.stream.record.ttfb_ms = 500
        self.run_for(2, 15)
        self.assertEqual(self.rate(), Rate(20.0, 2000.0, 1500))

    def test_before_the_head_there_is_none(self) -> None:
        """Nothing is sent."""
        self.stream.record.ttfb_ms = None
        self.run_for(1, 0)
        self.assertEqual(self.rate(), Rate(0.0, 0.0, 0))

    def test_with_readings_it_is_of_the_last_seconds(self) -> None:
        """A burst is over after two periods."""
        self.rates.ask()
        self.run_for(7, 10)
        self.assertEqual(self.rate().events, 10.0)
        self.run_for(20, 0)
        rate = self.rate()
        self.assertEqual((rate.events, rate.bytes), (0.0, 0.0))
        self.assertTrue(PERIOD_S * 1000 <= rate.window_ms <= 2 * PERIOD_S * 1000)

    def test_nothing_is_read_when_nobody_asks(self) -> None:
        """The readings end, and are dropped."""
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.rates.ask()
        self.run_for(round(KEPT_S + 2 * PERIOD_S), 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])
        self.assertEqual(self.rate().window_ms, round(KEPT_S + 2 * PERIOD_S) * 1000)
        self.rates.ask()
        self.assertNotEqual(self.clock.getDelayedCalls(), [])

    def test_streams_that_end_are_forgotten(self) -> None:
        """Readings do not accumulate."""
        self.rates.ask()
        self.run_for(6, 1)
        self.finish(self.stream)
        self.rates.ask()
        self.run_for(12, 0)
        self.assertEqual((self.rates._latest, self.rates._before), ({}, {}))
