"""
The two clocks: one for durations, one for dates.

Twisted's reactor measures time by the wall clock. An administrator, a virtual machine
or NTP may set that clock: set back, no timer fires until it has caught up; set forward,
all timers fire at once. Timers, timeouts and leases run on the system's monotonic clock
instead. The wall clock serves dates only: log lines, headers, expiry of credentials.
"""

from __future__ import annotations

import time
from typing import Any


def wall_ms() -> int:
    """Return the time of day, in milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


def use_monotonic_clock(reactor: Any) -> None:
    """
    Make a reactor measure time by ``time.monotonic``; harmless the second time.

    ``reactor.seconds()`` is no date afterwards. Calls that were scheduled before keep
    the delay that is left to them.

    :param reactor: a reactor based on Twisted's ``ReactorBase``.
    """
    shift_s = time.monotonic() - reactor.seconds()
    setattr(reactor, "seconds", time.monotonic)  # noqa: B010
    # Cancelled calls too: the reactor keeps all of them in one heap, by their time.
    for call in (*reactor._pendingTimedCalls, *reactor._newTimedCalls):
        call.time += shift_s
        call.seconds = time.monotonic
