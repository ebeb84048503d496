"""The delays between attempts to connect, as an ``EventSource`` has them."""

from __future__ import annotations

DEFAULT_MS = 1_000
"""The reconnection time of a source that states none."""
LONGEST_MS = 30_000
"""The longest delay, unless the source asks for a longer one."""
MOST_ASKED_MS = 3_600_000
"""The longest delay that a source may ask for."""


class Delays:
    """
    The reconnection time of the source, doubled with every attempt that fails.

    It is that of the source itself after a stream (WHATWG HTML, 9.2.3).
    """

    def __init__(self) -> None:
        self._retry_ms = DEFAULT_MS
        self._failures = 0

    def asked(self, retry_ms: int) -> None:
        """
        Set the reconnection time.

        :param retry_ms: the ``retry`` field, in milliseconds.
        """
        self._retry_ms = min(retry_ms, MOST_ASKED_MS)

    def opened(self) -> None:
        """A stream was opened: delays begin anew."""
        self._failures = 0

    def next_s(self, retry_after_s: float = 0.0) -> float:
        """
        Return the delay before the next attempt, in seconds.

        :param retry_after_s: the ``Retry-After`` of the source, 0 for none.
        """
        doubled_ms: int = max(self._retry_ms, 1) * 2 ** min(self._failures, 30)
        delay_ms = min(doubled_ms, max(LONGEST_MS, self._retry_ms))
        if self._failures == 0:
            delay_ms = self._retry_ms
        self._failures += 1
        return max(delay_ms / 1000, min(retry_after_s, MOST_ASKED_MS / 1000))
