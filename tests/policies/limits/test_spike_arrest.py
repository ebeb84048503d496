"""``spike-arrest``."""

from __future__ import annotations

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.policies.limits.spike_arrest import Slice, slice_of
from tests.policies.steps import build, call, context, interruption


class SpikeArrestTests(SynchronousTestCase):
    """Calls are spread over a period."""

    def test_slices(self) -> None:
        """Periods are divided as in Gravitee."""
        for limit, period_ms, part in (
            (30, 60_000, Slice(1, 2000)),
            (30, 1000, Slice(3, 100)),
            (1000, 1000, Slice(100, 100)),
            (10, 1000, Slice(1, 100)),
            (9, 1000, Slice(1, 111)),
            (11, 1000, Slice(1, 90)),
            (16, 1000, Slice(2, 125)),
            (20, 1000, Slice(2, 100)),
            (25, 1000, Slice(3, 120)),
            (2000, 1000, Slice(200, 100)),
            (368_500, 60_000, Slice(614, 99)),
        ):
            self.assertEqual(slice_of(limit, period_ms), part)

    def test_spread(self) -> None:
        """A call that comes too early is refused, and passes later."""
        clock = Clock()
        step = build(
            "spike-arrest",
            context(clock, wall_ms=1000),
            addHeaders=True,
            spike={"limit": 20, "periodTime": 1},
        )
        self.assertIsNone(interruption(step, call()))
        self.assertIsNone(interruption(step, call()))
        given = call()
        ended = interruption(step, given)
        assert ended is not None
        self.assertEqual(
            (ended.status, ended.key, ended.retry_after_s),
            (429, "SPIKE_ARREST_TOO_MANY_REQUESTS", 1),
        )
        self.assertEqual(
            given.answer_headers,
            {
                "X-Spike-Arrest-Limit": "2",
                "X-Spike-Arrest-Slice-Period": "100ms",
                "X-Spike-Arrest-Reset": "1100",
            },
        )
        self.assertEqual(ended.parameters["slice_limit"], 2)
        clock.advance(0.1)
        self.assertIsNone(interruption(step, call()))

    def test_dynamic_period(self) -> None:
        """The length of the period may be an expression."""
        step = build(
            "spike-arrest",
            context(Clock()),
            spike={
                "limit": 1,
                "periodTime": 1,
                "dynamicPeriodTime": "{#request.headers['x-period'][0]}",
            },
        )
        given = {"x-period": ["3"]}
        self.assertIsNone(interruption(step, call(headers=given)))
        ended = interruption(step, call(headers=given))
        assert ended is not None
        self.assertEqual(
            (ended.message, ended.parameters["period_time"]),
            (
                "Spike limit exceeded! You reached the limit of 1 requests per"
                " 3000 ms.",
                3,
            ),
        )
        self.assertEqual(ended.parameters["period_unit"], "SECONDS")

    def test_blank_period(self) -> None:
        """A blank expression leaves the period as it is."""
        step = build(
            "spike-arrest",
            addHeaders=True,
            spike={"limit": 1, "periodTime": 2, "dynamicPeriodTime": "  "},
        )
        given = call()
        self.assertIsNone(interruption(step, given))
        self.assertEqual(given.answer_headers["X-Spike-Arrest-Slice-Period"], "2000ms")

    def test_dynamic(self) -> None:
        """A limit that turns out to be 0 lets nothing through."""
        step = build(
            "spike-arrest",
            context(Clock()),
            spike={"dynamicLimit": "{#request.headers['x-limit'][0]}"},
        )
        self.assertIsNotNone(interruption(step, call(headers={"x-limit": ["0"]})))
