"""
The monotonic clock for durations, and the wall clock for dates.

Twisted's reactor measures time by the wall clock, which an administrator, a virtual
machine or NTP may set: after a step back no timer fires until the clock has caught up;
after a step forward all timers fire at once. Timers, timeouts and leases therefore use
the monotonic clock. The wall clock is for dates only: log lines, headers, expiry of
credentials.
"""

from __future__ import annotations

import time
from typing import Any


def wall_ms() -> int:
    """Return the wall clock's time, in milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000


def use_monotonic_clock(reactor: Any) -> None:
    """
    Make a reactor measure time by ``time.monotonic``. A second call has no effect.

    ``reactor.seconds()`` is not a date afterwards. Calls that were scheduled before
    keep their remaining delay.

    :param reactor: a reactor based on Twisted's ``ReactorBase``.
    """
    if reactor.seconds is time.monotonic:
        return
    delays_s = [
        (call, call.getTime() - reactor.seconds()) for call in reactor.getDelayedCalls()
    ]
    setattr(reactor, "seconds", time.monotonic)  # noqa: B010
    for call, delay_s in delays_s:
        call.seconds = time.monotonic
        call.reset(delay_s)
