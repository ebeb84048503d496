"""The observers of exchanges: what is to be known of each from its start to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from twisted.logger import Logger

from relay.observability.access import AccessLog
from relay.observability.live import LiveExchange


class ExchangeObserver(Protocol):
    """Receives the calls at the moments that every exchange has."""

    def began(self, exchange: LiveExchange) -> None:
        """The head of a request has arrived; nothing is known of its API."""

    def answered(self, exchange: LiveExchange) -> None:
        """The head of the response has been written."""

    def ended(self, exchange: LiveExchange) -> None:
        """The exchange has its outcome, and its record is complete."""


class Observers:
    """
    All observers, as one.

    They are called in their order, and in the reverse order when an exchange ends. An
    observer that fails is logged; neither the exchange nor another observer is
    affected.

    :param observers: the first ones; :meth:`add` adds others.
    """

    log = Logger()

    def __init__(self, *observers: ExchangeObserver) -> None:
        self._all = list(observers)

    def add(self, observer: ExchangeObserver) -> None:
        """Add an observer of the exchanges that begin from now on."""
        self._all.append(observer)

    def remove(self, observer: ExchangeObserver) -> None:
        """Remove an observer; it is told nothing more of any exchange."""
        self._all.remove(observer)

    def began(self, exchange: LiveExchange) -> None:
        """Pass on that an exchange has begun."""
        for one in self._all:
            try:
                one.began(exchange)
            except Exception:
                self._failed(one)

    def answered(self, exchange: LiveExchange) -> None:
        """Pass on that the head of the response has been written."""
        for one in self._all:
            try:
                one.answered(exchange)
            except Exception:
                self._failed(one)

    def ended(self, exchange: LiveExchange) -> None:
        """Pass on that an exchange is over."""
        for one in reversed(self._all):
            try:
                one.ended(exchange)
            except Exception:
                self._failed(one)

    def _failed(self, observer: ExchangeObserver) -> None:
        self.log.failure("observer {name}", name=type(observer).__name__)


class AccessLogging:
    """
    Writes exchanges to the access log.

    :param access: the log.
    :param wall_ms: the time of day, in milliseconds since the Unix epoch.
    """

    def __init__(self, access: AccessLog, wall_ms: Callable[[], int]) -> None:
        self._access = access
        self._wall_ms = wall_ms

    def began(self, exchange: LiveExchange) -> None:
        """Write nothing: the outcome is not known."""

    def answered(self, exchange: LiveExchange) -> None:
        """Write the line of an event stream that has begun."""
        if exchange.streams:
            self._access.opened(exchange.record, self._wall_ms())

    def ended(self, exchange: LiveExchange) -> None:
        """Write the line of an exchange that has ended."""
        self._access.closed(exchange.record, self._wall_ms())
