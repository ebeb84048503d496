"""The logs of the calls of an API: its flight records."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import Deferred, succeed

from relay.management.http.errors import NotFound
from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.management.shapes.common import Listing
from relay.management.shapes.traffic import Log, LogDetail
from relay.management.traffic.filters import LOG_FILTERS, TIMES, log_filter
from relay.management.traffic.representations import Names, detail_json, log_json
from relay.model.flights import FlightFilter, FlightRecord
from relay.store.store import Store
from relay.store.transaction import Transaction

Flush = Callable[[str], Deferred[None]]
"""Writes the records of this process that wait, and that of the request with an id if
it is under way."""


def nothing_waits(request_id: str) -> Deferred[None]:
    """Write nothing, in a process that records no calls."""
    return succeed(None)


class Logs:
    """The resource family of the logs of APIs.

    :param flush: writes the records of this process that wait.
    """

    def __init__(self, store: Store, flush: Flush) -> None:
        self._store = store
        self._flush = flush

    @route(
        "GET",
        "/apis/<api_id>/logs",
        query=(*LOG_FILTERS, *PAGING),
        answers={200: Listing[Log]},
    )
    async def list(self, call: RestCall, api_id: str) -> Reply:
        """Return the calls of an API, the newest first."""
        page, wanted = Page.of(call.query), log_filter(call.query, api_id)
        await self._flush("")

        def work(tx: Transaction) -> tuple[list[FlightRecord], int, Names]:
            find_api(tx, api_id)
            found, total = tx.flights.page(wanted, page.skipped, page.size)
            return found, total, Names.of(tx, found)

        found, total, names = await self._store.read(work)
        data = [log_json(one, names) for one in found]
        return Reply(200, page.listing(data, total, call.url))

    @route(
        "GET",
        "/apis/<api_id>/logs/error-keys",
        query=TIMES,
        answers={200: tuple[str, ...]},
    )
    async def error_keys(self, call: RestCall, api_id: str) -> Reply:
        """Return the error keys of the calls of an API."""
        begin, end = call.query.instant("from"), call.query.instant("to")
        wanted = FlightFilter(api_id, begin, end)
        await self._flush("")

        def work(tx: Transaction) -> list[str]:
            find_api(tx, api_id)
            return tx.flights.error_keys(wanted)

        return Reply(200, await self._store.read(work))

    @route("GET", "/apis/<api_id>/logs/<request_id>", answers={200: LogDetail})
    async def one(self, call: RestCall, api_id: str, request_id: str) -> Reply:
        """Return one call, with its timeline."""
        record, names = await find_record(self._store, self._flush, api_id, request_id)
        return Reply(200, detail_json(record, names))


async def find_record(
    store: Store, flush: Flush, api_id: str, request_id: str
) -> tuple[FlightRecord, Names]:
    """
    Find the record of a request.

    :raises NotFound: when the API has none.
    """
    await flush(request_id)

    def work(tx: Transaction) -> tuple[FlightRecord, Names]:
        find_api(tx, api_id)
        record = tx.flights.one(api_id, request_id)
        if record is None:
            raise NotFound(
                f"No log found for api: {api_id} and requestId: {request_id}",
                "log.notFound",
                {"api": api_id, "request": request_id},
            )
        return record, Names.of(tx, [record])

    return await store.read(work)
