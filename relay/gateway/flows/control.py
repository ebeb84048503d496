"""The actions of policies on an exchange that are not changes of a head."""

from __future__ import annotations

from collections.abc import Callable

from relay.gateway.exchange import Exchange
from relay.http.limits.pace import Pace
from relay.model.outcome import Outcome
from relay.reactor.deadline import Deadline


class ExchangeControl:
    """
    Acts on one exchange for the policies of its flows.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def at_end(self, callback: Callable[[], None]) -> None:
        """Call back once the exchange is over."""
        self._exchange.end_hooks.append(callback)

    def end_within(self, duration_ms: int) -> None:
        """End it after a duration."""
        exchange = self._exchange
        deadline = Deadline(exchange.services.reactor, duration_ms)
        deadline.start(self._too_long)
        before = exchange.duration_limit
        if before is None or before.timeout_s > deadline.timeout_s:
            exchange.duration_limit = deadline
        self.at_end(deadline.stop)

    def pace(self, events_per_s: int, bytes_per_s: int) -> None:
        """Limit the rate of its response body."""
        exchange = self._exchange
        pace = Pace(
            exchange.services.reactor,
            events_per_s,
            bytes_per_s,
            exchange.pause,
            exchange.resume,
        )
        exchange.pace = pace
        self.at_end(pace.stop)

    def _too_long(self) -> None:
        self._exchange.end(Outcome.MAX_DURATION, clock="maxDurationMs")
