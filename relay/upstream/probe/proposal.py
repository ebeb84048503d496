"""
The idle timeout that suits the heartbeat of a source.

The idle timeout must be longer than the silence between two heartbeats, or the gateway
ends a stream that is alive: a source with a heartbeat every 60000 ms needs 70000 ms. A
margin of 10 seconds, or of a sixth of the interval if that is more, absorbs delays of
the network.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

LEAST_MARGIN_MS = 10_000
MARGIN = 1 / 6
"""The margin as a share of the interval."""
ROUNDED_FROM_MS, ROUNDED_TO_MS = 5_000, 500
"""From which interval on, and to what, a measured interval is rounded: timers of
sources have round numbers, and the network adds some milliseconds."""


@dataclass(frozen=True, slots=True)
class Silence:
    """
    What a probe has measured of the silence of a source.

    :param heartbeat_ms: the longest time between two heartbeats; None for fewer than
        two heartbeats.
    :param longest_ms: the longest time without a byte, the one at the end included.
    :param probed_ms: how long the stream was observed.
    """

    heartbeat_ms: int | None
    longest_ms: int
    probed_ms: int


@dataclass(frozen=True, slots=True)
class Proposal:
    """
    The idle timeout that is proposed.

    :param idle_timeout: in milliseconds.
    :param changes: whether it differs from that of the request.
    :param measured: whether a heartbeat interval was measured.
    :param reason: why, in words.
    """

    idle_timeout: int
    changes: bool
    measured: bool
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return the proposal as JSON."""
        return {
            "idleTimeout": self.idle_timeout,
            "changes": self.changes,
            "measured": self.measured,
            "reason": self.reason,
        }


def sufficient(interval_ms: int) -> int:
    """
    Return the idle timeout for a heartbeat interval, in whole seconds.

    :param interval_ms: as measured.
    :return: in milliseconds.
    """
    if interval_ms >= ROUNDED_FROM_MS:
        interval_ms = round(interval_ms / ROUNDED_TO_MS) * ROUNDED_TO_MS
    margin_ms = max(LEAST_MARGIN_MS, interval_ms * MARGIN)
    return math.ceil((interval_ms + margin_ms) / 1000) * 1000


def propose(silence: Silence, current_ms: int) -> Proposal:
    """
    Propose an idle timeout.

    :param silence: what was measured.
    :param current_ms: the idle timeout of the request; 0 is no limit.
    """
    interval_ms = silence.heartbeat_ms
    if interval_ms is None:
        return _unmeasured(silence, current_ms)
    wanted_ms = sufficient(interval_ms)
    seen = f"The source sends a heartbeat every {interval_ms} ms"
    if current_ms == 0:
        why = "without an idle timeout, a source that is lost goes unnoticed"
        return Proposal(wanted_ms, True, True, f"{seen}; {why}")
    if current_ms >= wanted_ms:
        why = f"the idle timeout of {current_ms} ms is above that"
        return Proposal(current_ms, False, True, f"{seen}; {why}")
    if current_ms <= interval_ms:
        why = f"an idle timeout of {current_ms} ms would end the stream before the next"
    else:
        why = f"an idle timeout of {current_ms} ms leaves too little for delays"
    return Proposal(wanted_ms, True, True, f"{seen}; {why}")


def _unmeasured(silence: Silence, current_ms: int) -> Proposal:
    seen = f"No two heartbeats were received within {silence.probed_ms} ms"
    longest_ms = silence.longest_ms
    if current_ms and longest_ms >= current_ms:
        why = (
            f"the source was silent for {longest_ms} ms, and an idle timeout of"
            f" {current_ms} ms would have ended the stream"
        )
        return Proposal(sufficient(longest_ms), True, False, f"{seen}; {why}")
    why = (
        "if the source sends heartbeats, probe it for longer than two intervals, or"
        " set an idle timeout above the interval: 70000 ms for a heartbeat every"
        " 60000 ms"
    )
    return Proposal(current_ms, False, False, f"{seen}; {why}")
