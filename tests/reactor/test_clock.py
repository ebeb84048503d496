"""Durations on the monotonic clock, dates on the wall clock."""

from __future__ import annotations

import time
from typing import Any

from twisted.internet.epollreactor import EPollReactor
from twisted.trial.unittest import SynchronousTestCase

from relay.reactor.clock import use_monotonic_clock, wall_ms


class ClockTests(SynchronousTestCase):
    """A reactor of its own, which a test turns by hand."""

    def setUp(self) -> None:
        """Make one that measures by a wall clock, which the test sets."""
        self.reactor: Any = EPollReactor()
        for reader in self.reactor.getReaders():
            self.addCleanup(reader.connectionLost, None)
        self.wall_s = 1_000_000.0
        self.reactor.seconds = lambda: self.wall_s
        self.called: list[object] = []

    def test_a_wall_clock_that_is_set_moves_no_timer(self) -> None:
        """Setting the wall clock forwards or backwards moves no timer."""
        use_monotonic_clock(self.reactor)
        self.reactor.callLater(60, self.called.append, "late")
        self.reactor.callLater(0, self.called.append, "now")
        self.wall_s += 3600
        self.reactor.runUntilCurrent()
        self.assertEqual(self.called, ["now"])
        self.assertApproximates(self.reactor.timeout(), 60, 1)
        self.wall_s -= 7200
        self.assertApproximates(self.reactor.timeout(), 60, 1)

    def test_calls_scheduled_before_keep_their_delay(self) -> None:
        """
        Calls that were scheduled before keep their delay, and can be reset, delayed and
        cancelled.
        """
        self.reactor.callLater(0, self.called.append, "now")
        kept = self.reactor.callLater(60, self.called.append, "late")
        self.reactor.callLater(30, self.called.append, "never").cancel()
        self.reactor.timeout()
        use_monotonic_clock(self.reactor)
        self.assertApproximates(kept.getTime() - self.reactor.seconds(), 60, 1)
        self.reactor.runUntilCurrent()
        self.assertEqual(self.called, ["now"])
        kept.reset(90)
        self.assertApproximates(kept.getTime() - self.reactor.seconds(), 90, 1)

    def test_a_cancelled_call_delays_no_other(self) -> None:
        """The reactor keeps cancelled calls among the others, by the earlier time."""
        for delay_s in range(40):
            self.reactor.callLater(delay_s, self.called.append, "never").cancel()
        for delay_s in (50, 0, 60, 0):
            self.reactor.callLater(delay_s, self.called.append, delay_s)
        self.reactor.timeout()
        use_monotonic_clock(self.reactor)
        self.reactor.runUntilCurrent()
        self.assertEqual(self.called, [0, 0])
        self.assertApproximates(self.reactor.timeout(), 50, 1)

    def test_the_second_time_changes_nothing(self) -> None:
        """Two services may share one reactor."""
        use_monotonic_clock(self.reactor)
        call = self.reactor.callLater(60, self.called.append, "late")
        use_monotonic_clock(self.reactor)
        self.assertApproximates(call.getTime() - self.reactor.seconds(), 60, 1)
        self.assertIs(self.reactor.seconds, time.monotonic)

    def test_dates(self) -> None:
        """Dates are milliseconds since the Unix epoch."""
        self.assertApproximates(wall_ms(), time.time() * 1000, 5000)
