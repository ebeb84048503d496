"""
The live streams of the process: a page of them, or all that pass a filter.

Thousands of streams are looked at in shares of many turns of the reactor, so that no
stream waits for the list. A stream that ends meanwhile is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from twisted.internet.interfaces import IReactorTime

from relay.management.http.query import Page
from relay.observability.live import LiveExchange, LiveExchanges
from relay.observability.stream_facts import LiveView
from relay.reactor.turns import in_turns, turns_of
from relay.technical.streams.filters import SORTS, StreamFilter
from relay.technical.streams.rates import Rates
from relay.technical.streams.stream import Stream
from relay.technical.streams.turns import LISTING, SLICE


class Order(NamedTuple):
    """
    The order of a list.

    :param key: of :data:`~relay.technical.streams.filters.SORTS`.
    :param descending: whether the largest comes first.
    """

    key: str = "age"
    descending: bool = True

    @property
    def is_of_registry(self) -> bool:
        """Whether the registry has this order: the oldest exchange first."""
        return self.key == "age"


OLDEST_FIRST = Order()


class Streams:
    """
    The live streams of the process.

    :param clock: the clock of their ages, and of the turns.
    :param live: the exchanges under way.
    :param view: finds out the state of one of them.
    """

    def __init__(
        self, clock: IReactorTime, live: LiveExchanges, view: LiveView
    ) -> None:
        self.clock = clock
        self.live = live
        self.view = view
        self.rates = Rates(clock, live)
        self.turns = turns_of(clock, LISTING)

    def look(self, exchange: LiveExchange) -> Stream:
        """Look at an exchange that is not over, as it is now."""
        return Stream(exchange, self.view, self.rates, self.clock.seconds())

    async def page(
        self, wanted: StreamFilter, order: Order, page: Page, with_path: bool
    ) -> tuple[list[bytes], int]:
        """
        Describe the streams of a page.

        :param with_path: whether their paths are shown.
        :return: the streams as JSON, and how many there are on all pages.
        """
        self.rates.ask()
        found = await self.matching(wanted, order)
        shown: list[bytes] = []

        def describe() -> Iterator[None]:
            for number, exchange in enumerate(page.cut(found)):
                if exchange.record.outcome is None:
                    shown.append(self.look(exchange).as_json(with_path).encode())
                if number % SLICE == SLICE - 1:
                    yield

        await in_turns(self.turns, describe())
        return shown, len(found)

    async def sorted(
        self, wanted: StreamFilter, order: Order
    ) -> Sequence[tuple[float, LiveExchange]]:
        """
        Return the exchanges that pass a filter in an order, each with the number by
        which it is sorted: a smaller one comes first.

        Numbers of several processes can be compared: for the age it is the time of the
        begin.
        """
        self.rates.ask()
        found = await self.matching(wanted, order)
        sign, key = -1 if order.descending else 1, SORTS[order.key]
        if order.is_of_registry:
            key = _before
        keyed: list[tuple[float, LiveExchange]] = []

        def read() -> Iterator[None]:
            for number, exchange in enumerate(found):
                if exchange.record.outcome is None:
                    keyed.append((sign * key(self.look(exchange)), exchange))
                if number % SLICE == SLICE - 1:
                    yield

        await in_turns(self.turns, read())
        return keyed

    async def matching(
        self, wanted: StreamFilter, order: Order = OLDEST_FIRST
    ) -> Sequence[LiveExchange]:
        """Return the exchanges that pass a filter, in an order."""
        found: list[LiveExchange] = []
        keyed: list[tuple[float, int]] = []
        key = None if order.is_of_registry else SORTS[order.key]
        sign = -1 if order.descending else 1

        def select() -> Iterator[None]:
            for number, exchange in enumerate(self.live.all()):
                record = exchange.record
                if record.outcome is None and wanted.admits_record(record):
                    if key is None and not wanted.needs_facts:
                        found.append(exchange)
                    elif wanted.admits(stream := self.look(exchange)):
                        if key is not None:
                            keyed.append((sign * key(stream), len(found)))
                        found.append(exchange)
                if number % SLICE == SLICE - 1:
                    yield

        await in_turns(self.turns, select())
        if key is None:
            return found if order.descending else found[::-1]
        keyed.sort()
        return [found[number] for _, number in keyed]


def _before(stream: Stream) -> float:
    return -stream.record.begun_ms
