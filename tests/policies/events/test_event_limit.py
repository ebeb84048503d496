"""Tests of :mod:`relay.policies.events.event_limit`."""

from __future__ import annotations

from typing import cast

from twisted.trial.unittest import SynchronousTestCase

from relay.policies.call import Interrupted
from relay.policies.event import Event
from tests.policies.steps import build, event, problem, shaped


class EventLimitTests(SynchronousTestCase):
    """How many events go by."""

    def test_windows(self) -> None:
        """Windows follow the times of the events, for each channel and in any order."""
        step = build("event-limit", limit=2, periodTime=10)
        times = (0, 1, 2, 9_999, 10_000, 10_001, 10_002, 3, 20_000)
        passed = [shaped(step, event("x", at_ms)) is not None for at_ms in times]
        self.assertEqual(
            passed, [True, True, False, False, True, True, False, False, True]
        )
        other = event("x", 0)
        self.assertIsNotNone(
            shaped(step, Event(other.message, other.id, 0, "another line"))
        )

    def test_an_event_is_counted_once(self) -> None:
        """An event that is evaluated repeatedly has one result."""
        step = build("event-limit", limit=2, periodTime=10)
        events = [event("x", place) for place in range(4)]
        for place, one in enumerate(events):
            one.place = place
        for _ in range(3):
            passed = [shaped(step, one) is not None for one in events]
            self.assertEqual(passed, [True, True, False, False])

    def test_refused(self) -> None:
        """A publisher receives a refusal with the time to wait."""
        step = build("event-limit", limit=1, periodTime=1, onExcess="REFUSE")
        shaped(step, event("x", 400))
        error = cast(
            Interrupted,
            self.assertRaises(Interrupted, shaped, step, event("x", 500)),
        )
        self.assertEqual((error.status, error.retry_after_s), (429, 1))
        self.assertIsNotNone(
            problem("event-limit", "subscribe", limit=1, onExcess="REFUSE")
        )
        self.assertIsNone(problem("event-limit", "publish", limit=1, onExcess="REFUSE"))
