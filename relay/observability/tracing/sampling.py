"""Which traces are recorded."""

from __future__ import annotations

from collections.abc import Callable

from relay.observability.tracing.counts import SpanCounts

_LOW_BITS = (1 << 64) - 1


class Sampling:
    """
    Decides which traces are recorded.

    A share of the traces that begin here is chosen by the trace id, as
    ``TraceIdRatioBased`` of OpenTelemetry does, so that every service with the same
    ratio chooses the same traces. A trace that began elsewhere keeps the decision that
    was made there. Either way at most so many begin in a second.

    :param ratio: the share of the traces that begin here, from 0 to 1.
    :param most_per_s: how many recorded exchanges and calls may begin in one second, in
        a burst up to as many; 0 sets no limit.
    :param seconds: the clock.
    :param counts: counts what the limit leaves out.
    """

    def __init__(
        self,
        ratio: float,
        most_per_s: int,
        seconds: Callable[[], float],
        counts: SpanCounts,
    ) -> None:
        self._bound = round(ratio * (_LOW_BITS + 1))
        self._most = most_per_s
        self._seconds = seconds
        self._left = float(most_per_s)
        self._refilled_s = seconds()
        self._counts = counts

    def decides(self, trace_id: int, parent: bool | None) -> bool:
        """
        Decide whether an exchange, or a call outside of one, is recorded.

        :param trace_id: the 128 bits of its trace.
        :param parent: the decision that was made where the trace began; None for a
            trace that begins here.
        """
        chosen = trace_id & _LOW_BITS < self._bound if parent is None else parent
        return chosen and (not self._most or self._takes_one())

    def _takes_one(self) -> bool:
        now_s = self._seconds()
        refill = (now_s - self._refilled_s) * self._most
        self._left = min(self._left + refill, self._most)
        self._refilled_s = now_s
        if self._left < 1:
            self._counts.limited += 1
            return False
        self._left -= 1
        return True
