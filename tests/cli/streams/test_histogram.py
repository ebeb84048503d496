"""A histogram of durations."""

from hypothesis import given, strategies as st
from twisted.trial.unittest import SynchronousTestCase

from relay.cli.streams.histogram import LEAST_MS, Histogram

_DURATIONS = st.lists(st.floats(0, 86_400_000), min_size=1)


def counted(durations_ms: list[float]) -> Histogram:
    """Return a histogram of durations."""
    histogram = Histogram()
    for one in durations_ms:
        histogram.add(one)
    return histogram


class HistogramTests(SynchronousTestCase):
    """Quantiles and bars."""

    @given(_DURATIONS, st.sampled_from([1, 50, 90, 99.9, 100]))
    def test_quantiles(self, durations_ms: list[float], percent: float) -> None:
        """They are never too low, and at most a tenth too high."""
        found = counted(durations_ms).quantile(percent)
        rank = max(-(-len(durations_ms) * percent // 100), 1)
        exact = sorted(durations_ms)[int(rank) - 1]
        self.assertGreaterEqual(found, exact * (1 - 1e-6))
        self.assertLessEqual(found, max(exact * 1.1, LEAST_MS))

    @given(_DURATIONS)
    def test_bars(self, durations_ms: list[float]) -> None:
        """Each duration is in one of them."""
        lines = counted(durations_ms).lines()
        self.assertEqual(sum(int(line.split()[3]) for line in lines), len(durations_ms))
        self.assertTrue(any(line.endswith("█" * 40) for line in lines))

    def test_figures(self) -> None:
        """Mean, extremes and quantiles; nothing without durations."""
        self.assertIsNone(Histogram().to_json())
        self.assertEqual(Histogram().lines(), [])
        figures = counted([1.0, 2.0, 3.0, -5.0]).to_json()
        assert figures is not None
        self.assertEqual(
            (figures["count"], figures["minMs"], figures["meanMs"], figures["maxMs"]),
            (4, 0, 1.5, 3),
        )
        self.assertEqual(
            set(figures),
            {"count", "minMs", "meanMs", "p50Ms", "p90Ms", "p99Ms", "p999Ms", "maxMs"},
        )
        self.assertEqual(
            counted([20.0]).summary(), "p50 20, p90 20, p99 20, p99.9 20, max 20 ms"
        )
