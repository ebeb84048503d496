"""The registry of live exchanges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Protocol

from relay.model.outcome import Outcome
from relay.model.transferred import Transferred
from relay.observability.access import AccessRecord


class Events(Protocol):
    """The events of a response."""

    @property
    def at_boundary(self) -> bool:
        """Whether no event is incomplete, as far as is known."""


class LiveExchange(Protocol):
    """An exchange, as the registry knows it."""

    record: AccessRecord
    leaves_evenly: bool
    """Whether it is ended as one of many, whose ends are spread over a time: its client
    need not wait before it reconnects."""

    @property
    def events(self) -> Events:
        """The events that the client was sent."""

    @property
    def transferred(self) -> Transferred:
        """What it has transferred so far; its record has that only at its end."""

    @property
    def streams(self) -> bool:
        """Whether the response is an event stream, or the protocol was switched."""

    @property
    def ends_at_once(self) -> bool:
        """
        Whether a stop cuts it without drain time: an event stream that answers a GET
        has no end of its own, and its client reconnects.
        """

    def challenge(self, reason: str, ends_at_ms: int | None) -> None:
        """Send the client a challenge to renew its credential."""

    def end(self, outcome: Outcome, key: str | None = None) -> None:
        """
        End it with an outcome, unless it is over.

        :param key: the error key; None for none.
        """


class LiveExchanges:
    """All exchanges of the process that have begun and not ended."""

    def __init__(self) -> None:
        self._all: dict[str, LiveExchange] = {}
        """By request id, the oldest first."""
        self._by_address: Counter[str] = Counter()
        self._idle_listeners: list[Callable[[], None]] = []

    def __len__(self) -> int:
        return len(self._all)

    def began(self, exchange: LiveExchange) -> None:
        """Add an exchange."""
        self._all[exchange.record.request_id] = exchange
        self._by_address[exchange.record.client] += 1

    def answered(self, exchange: LiveExchange) -> None:
        """Do nothing: the exchange is known."""

    def ended(self, exchange: LiveExchange) -> None:
        """Remove an exchange."""
        self._all.pop(exchange.record.request_id, None)
        address = exchange.record.client
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]
        if not self._all:
            for callback in list(self._idle_listeners):
                callback()

    def of_address(self, address: str) -> int:
        """
        Count the exchanges of one client address.

        :param address: as in :attr:`AccessRecord.client`.
        """
        return self._by_address[address]

    def of_api(self, api_id: str) -> list[LiveExchange]:
        """List the exchanges of one API."""
        return [one for one in self._all.values() if one.record.api_id == api_id]

    def all(self) -> list[LiveExchange]:
        """List all exchanges, the oldest first."""
        return list(self._all.values())

    def find(self, request_id: str) -> LiveExchange | None:
        """Return the exchange with a request id; None if it is not under way."""
        return self._all.get(request_id)

    def when_none(self, callback: Callable[[], None]) -> None:
        """Add a callback for each time that the last exchange ends."""
        self._idle_listeners.append(callback)
