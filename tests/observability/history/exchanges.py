"""Exchanges whose state a test sets, and a daemon that samples them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any, cast

from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord
from relay.observability.history.exchanges import EndedExchanges
from relay.observability.history.history import (
    PERIOD_S,
    ApiTotals,
    History,
    Vitals,
)
from relay.observability.live import LiveExchange
from relay.tally import Histogram

NUMBERS = count()
NOW_MS = 1_700_000_000_000


class Exchange:
    """What observers see of an exchange."""

    def __init__(self, api: str | None) -> None:
        self.record = AccessRecord("GET", "h", "/", "::1", "::1")
        self.record.request_id = f"request-{next(NUMBERS)}"
        self.record.api_id = api
        self.streams = False
        self.transferred = Transferred(0, 0, 0)


class HistoryCase(SynchronousTestCase):
    """A daemon without streams, whose history has begun."""

    most_apis = 1000

    def setUp(self) -> None:
        """Start the history."""
        self.clock = Clock()
        self.live: list[Exchange] = []
        self.ended = EndedExchanges()
        self.counted: list[ApiTotals] = []
        self.served = {"a", "b"}
        self.vitals = Vitals(0.002, 1000)
        self.history = History(
            self.clock,
            lambda: cast(list[LiveExchange], list(self.live)),
            self.ended,
            self.counts,
            lambda: self.vitals,
            lambda: self.served,
            lambda: self.most_apis,
            lambda: NOW_MS + round(self.clock.seconds() * 1000),
        )
        self.history.startService()
        self.addCleanup(self.history.stopService)

    def counts(self) -> Iterator[ApiTotals]:
        """Return what channels have counted."""
        return iter(self.counted)

    def totals(
        self, api: str, received: int = 0, reconnects: int = 0, *lags_s: float
    ) -> None:
        """Set what the channels of an API have counted since the start."""
        lags = Histogram((0.001, 0.01, 0.1))
        for one in lags_s:
            lags.observe(one)
        self.counted = [one for one in self.counted if one.api_id != api]
        self.counted.append(ApiTotals(api, received, reconnects, lags))

    def begin(self, api: str | None = "a", streams: bool = True) -> Exchange:
        """Begin an exchange, and answer it."""
        one = Exchange(api)
        self.live.append(one)
        self.ended.began(cast(LiveExchange, one))
        one.record.ttfb_ms, one.streams = 3, streams
        self.ended.answered(cast(LiveExchange, one))
        return one

    def end(self, one: Exchange, outcome: Outcome = Outcome.CLIENT_GONE) -> None:
        """End an exchange."""
        record = one.record
        record.outcome = outcome
        record.bytes_in, record.bytes_out, record.events = one.transferred
        self.ended.ended(cast(LiveExchange, one))
        self.live.remove(one)

    def refuse(self, api: str | None = None) -> None:
        """Refuse a call."""
        one = Exchange(api)
        self.live.append(one)
        self.ended.answered(cast(LiveExchange, one))
        self.end(one, Outcome.REFUSED)

    def sample(self, samples: int = 1) -> None:
        """Let the time of some samples pass, with all turns that they take."""
        for _ in range(samples):
            self.clock.advance(PERIOD_S)
            for _ in range(4):
                self.clock.advance(0)

    def newest(self, *names: str) -> list[Any]:
        """Return the newest value of series of the daemon."""
        found = self.history.of_node(names)
        return [found[name][-1] for name in names]

    def newest_of(self, api: str, *names: str) -> list[Any]:
        """Return the newest value of series of an API."""
        found = self.history.of_api(api, names)
        assert found is not None
        return [found[name][-1] for name in names]
