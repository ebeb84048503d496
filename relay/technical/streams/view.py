"""The live streams of the daemon, as their resource uses them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from relay.management.http.live_body import LiveBody
from relay.management.http.query import Page
from relay.observability.live import LiveExchange
from relay.technical.streams.ending import end_now, end_one
from relay.technical.streams.filters import StreamFilter
from relay.technical.streams.listing import Order, Streams
from relay.technical.streams.watch import Watch, Watches

EndEvenly = Callable[[Sequence[LiveExchange], float], None]
"""Ends exchanges, spread over a time in seconds."""


class Ended(NamedTuple):
    """
    How many streams were ended.

    :param unreachable: the names of processes that may have further ones.
    """

    streams: int
    unreachable: Sequence[str] = ()


class View(Protocol):
    """The live streams of the daemon."""

    @property
    def watchers(self) -> int:
        """How many clients follow the changes."""

    async def page(
        self, wanted: StreamFilter, order: Order, page: Page, with_path: bool
    ) -> tuple[Sequence[bytes], int]:
        """
        Describe the streams of a page.

        :param with_path: whether their paths are shown.
        :return: the streams as JSON, and how many there are on all pages.
        """

    async def one(self, stream_id: str, with_path: bool) -> bytes | None:
        """Describe a stream as JSON; None when it is not under way."""

    async def end_one(self, stream_id: str, dry_run: bool) -> bool:
        """
        End a stream.

        :param dry_run: whether it is only looked for.
        :return: whether it was under way.
        """

    async def end(self, wanted: StreamFilter, over_s: float, dry_run: bool) -> Ended:
        """
        End streams.

        :param over_s: the time over which the ends are spread, in seconds.
        :param dry_run: whether they are only counted.
        """

    def watch(
        self, wanted: StreamFilter, interval_s: float, with_path: bool
    ) -> LiveBody:
        """
        Report streams and their changes.

        :param interval_s: the time between two comparisons, in seconds.
        """


class LocalStreams:
    """
    The live streams of this process.

    :param streams: describes them.
    :param watches: the clients that follow the changes.
    :param end_evenly: ends exchanges, spread over a time.
    """

    def __init__(
        self, streams: Streams, watches: Watches, end_evenly: EndEvenly
    ) -> None:
        self._streams = streams
        self._watches = watches
        self._end_evenly = end_evenly

    @property
    def watchers(self) -> int:
        """How many clients follow the changes."""
        return len(self._watches)

    async def page(
        self, wanted: StreamFilter, order: Order, page: Page, with_path: bool
    ) -> tuple[Sequence[bytes], int]:
        """Describe the streams of a page, and count those of all pages."""
        return await self._streams.page(wanted, order, page, with_path)

    async def keys(
        self, wanted: StreamFilter, order: Order, most: int
    ) -> tuple[Sequence[tuple[float, str]], int]:
        """
        Return the first streams of an order, as pairs of what they are sorted by and
        their id, and how many there are.

        :param most: the largest number of pairs.
        """
        found = await self._streams.sorted(wanted, order)
        return [(key, one.record.request_id) for key, one in found[:most]], len(found)

    async def one(self, stream_id: str, with_path: bool) -> bytes | None:
        """Describe a stream as JSON; None when it is not under way."""
        self._streams.rates.ask()
        exchange = self._find(stream_id)
        if exchange is None:
            return None
        return self._streams.look(exchange).as_json(with_path).encode()

    async def end_one(self, stream_id: str, dry_run: bool) -> bool:
        """End a stream, if it is under way."""
        exchange = self._find(stream_id)
        if exchange is None:
            return False
        return dry_run or end_one(exchange)

    async def end(self, wanted: StreamFilter, over_s: float, dry_run: bool) -> Ended:
        """End the streams that pass a filter."""
        found = await self._streams.matching(wanted)
        if dry_run:
            return Ended(len(found))
        if over_s:
            self._end_evenly(found, over_s)
            return Ended(len(found))
        return Ended(await end_now(self._streams.clock, found))

    def watch(
        self, wanted: StreamFilter, interval_s: float, with_path: bool
    ) -> LiveBody:
        """Report streams and their changes."""
        return Watch(self._streams, self._watches, wanted, interval_s, with_path)

    def _find(self, stream_id: str) -> LiveExchange | None:
        found = self._streams.live.find(stream_id)
        if found is None or found.record.outcome is not None:
            return None
        return found
