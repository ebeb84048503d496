"""Tests of :mod:`relay.policies.traffic.latency`."""

from __future__ import annotations

from twisted.internet.defer import CancelledError
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tests.policies.steps import build, call, context


class LatencyTests(SynchronousTestCase):
    """How long calls wait."""

    def test_waits(self) -> None:
        """The step waits for its time; a cancelled one leaves no timer."""
        for options, wait_s in (
            ({}, 0.1),
            ({"time": 3, "timeUnit": "SECONDS"}, 3.0),
        ):
            clock = Clock()
            step = build("latency", context(clock), **options)
            waiting = step.on_request(call())
            assert waiting is not None
            clock.advance(wait_s - 0.01)
            self.assertNoResult(waiting)
            clock.advance(0.02)
            self.assertIsNone(self.successResultOf(waiting))
            waiting = step.on_request(call())
            assert waiting is not None
            waiting.cancel()
            self.failureResultOf(waiting, CancelledError)
            self.assertEqual(clock.getDelayedCalls(), [])
