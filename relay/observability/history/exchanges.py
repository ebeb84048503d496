"""What exchanges that are over have transferred, for the samples of the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.live import LiveExchange

NOTHING = Transferred(0, 0, 0)


class Happened(NamedTuple):
    """How often some things have happened since the start."""

    opened: int = 0
    """Event streams whose response head was sent."""
    ended: int = 0
    """Event streams that have ended."""
    refusals: int = 0
    """Calls that were answered with an error of Relay."""


class EndedExchanges:
    """Adds up exchanges, as one of their observers, when they end."""

    def __init__(self) -> None:
        self._by_api: dict[str, Transferred] = {}
        self._opened = self._ended = self._refusals = 0

    def began(self, exchange: LiveExchange) -> None:
        """Count nothing: it is counted when it is answered, and when it ends."""

    def answered(self, exchange: LiveExchange) -> None:
        """Count a stream that has begun."""
        self._opened += exchange.streams and exchange.record.ttfb_ms is not None

    def ended(self, exchange: LiveExchange) -> None:
        """Count an exchange that is over."""
        record = exchange.record
        api_id = record.api_id or ""
        received_bytes, sent_bytes, events = self._by_api.get(api_id, NOTHING)
        self._by_api[api_id] = Transferred(
            received_bytes + record.bytes_in,
            sent_bytes + record.bytes_out,
            events + record.events,
        )
        if exchange.streams:
            self._ended += 1
        elif record.ttfb_ms is None and record.outcome is not Outcome.CLIENT_GONE:
            self._refusals += 1

    @property
    def happened(self) -> Happened:
        """The numbers of the daemon."""
        return Happened(self._opened, self._ended, self._refusals)

    @property
    def by_api(self) -> Mapping[str, Transferred]:
        """What was transferred, by API; an empty id stands for calls of no API."""
        return self._by_api

    def forget(self, api_id: str) -> None:
        """Drop the sums of an API that is gone."""
        self._by_api.pop(api_id, None)
