"""Which traces are recorded."""

from __future__ import annotations

from hypothesis import given, strategies as st
from opentelemetry.sdk.trace.sampling import Decision, TraceIdRatioBased
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.observability.tracing.counts import SpanCounts
from relay.observability.tracing.sampling import Sampling


class RatioTests(SynchronousTestCase):
    """Traces that begin here."""

    @given(st.integers(1, 2**128 - 1), st.floats(0, 1))
    def test_as_all_services_decide(self, trace_id: int, ratio: float) -> None:
        """A trace is chosen as ``TraceIdRatioBased`` of OpenTelemetry chooses it."""
        theirs = TraceIdRatioBased(ratio).should_sample(None, trace_id, "")
        ours = Sampling(ratio, 0, lambda: 0.0, SpanCounts()).decides(trace_id, None)
        self.assertEqual(ours, theirs.decision is Decision.RECORD_AND_SAMPLE)

    def test_a_parent_decides(self) -> None:
        """A trace that began elsewhere is recorded if it is recorded there."""
        for ratio in (0.0, 1.0):
            sampling = Sampling(ratio, 0, lambda: 0.0, SpanCounts())
            self.assertTrue(sampling.decides(1, True))
            self.assertFalse(sampling.decides(1, False))


class LimitTests(SynchronousTestCase):
    """The limit of each second."""

    def test_the_limit(self) -> None:
        """It holds for the decisions of others, too, and refills with the time."""
        clock = Clock()
        counts = SpanCounts()
        sampling = Sampling(1.0, 2, clock.seconds, counts)
        decided = [sampling.decides(1, parent) for parent in (True, None, True, None)]
        self.assertEqual(decided, [True, True, False, False])
        self.assertEqual(counts.limited, 2)
        clock.advance(0.5)
        self.assertEqual([sampling.decides(1, True) for _ in range(2)], [True, False])
        clock.advance(60)
        self.assertEqual(
            [sampling.decides(1, True) for _ in range(3)], [True, True, False]
        )

    def test_what_is_not_recorded_takes_nothing(self) -> None:
        """A trace that is not chosen leaves the limit to others."""
        sampling = Sampling(0.0, 1, lambda: 0.0, SpanCounts())
        self.assertFalse(sampling.decides(1, None))
        self.assertTrue(sampling.decides(1, True))
