"""The live streams of the process, as a resource of the technical API."""

from __future__ import annotations

import re

from twisted.logger import Logger

from relay.management.http.answers import EVENT_STREAM, JSON, Answer
from relay.management.http.errors import BadRequest, NotFound, Unavailable
from relay.management.http.parameters import PAGING, Positive, Text, sort_by
from relay.management.http.query import Page, Query, bad
from relay.management.http.reply import JSON_TYPE, Reply
from relay.management.http.routing import RestCall, route
from relay.management.shapes.technical import (
    EndedStreams,
    EndingStreams,
    NodeListing,
    Stream as StreamShape,
)
from relay.model.role import Role
from relay.technical.gathered import without
from relay.technical.streams.filters import FILTERS, SORTS, StreamFilter
from relay.technical.streams.listing import OLDEST_FIRST, Order
from relay.technical.streams.view import View
from relay.technical.trail import Trail

MOST_WATCHERS = 16
"""How many clients may follow the changes at one time."""
INTERVAL_MS = 1000
SHORTEST_MS, LONGEST_MS = 250, 60_000
LONGEST_SPREAD_S = 86_400.0
LONGEST_REASON = 200
"""The longest reason of an end, in characters."""
_SECONDS = re.compile(r"[0-9]{1,5}(?:\.[0-9]{1,3})?")
SORT = sort_by(SORTS, "the oldest comes first")
_PAGING = (*(one.name for one in PAGING), SORT.name)
_INTERVAL = Positive(
    "intervalMs",
    "How often an event stream has the changes.",
    INTERVAL_MS,
    LONGEST_MS,
    SHORTEST_MS,
)
_REASON = Text("reason", "One line for the log and the audit trail.")
_OVER_SECONDS = Text(
    "overSeconds",
    "The time over which the ends are spread; by default streams end at once.",
    pattern=_SECONDS.pattern,
)


class LiveStreams:
    """
    The resource family of live streams.

    :param streams: of the daemon.
    :param trail: has the ends.
    """

    log = Logger()

    def __init__(self, streams: View, trail: Trail) -> None:
        self._streams = streams
        self._trail = trail

    @route(
        "GET",
        "/streams",
        query=(*FILTERS, *PAGING, SORT, _INTERVAL),
        answers={200: Answer({JSON: NodeListing[StreamShape], EVENT_STREAM: None})},
    )
    async def list(self, call: RestCall) -> Reply:
        """
        Return a page of the streams; as an event stream, all of them and their changes.

        Only administrators see paths, which may name topics that clients choose.
        """
        wanted = StreamFilter(call.query)
        with_path = call.user.role.includes(Role.ADMIN)
        if call.wants_events:
            return self._watch(call.query, wanted, with_path)
        _refuse(call.query, ("intervalMs",), "is for event streams only")
        page, order = Page.of(call.query), order_of(call.query)
        shown, total = await self._streams.page(wanted, order, page, with_path)
        body = page.encoded(shown, total, call.url, without(shown))
        return Reply(200, body, {"Content-Type": JSON_TYPE})

    @route("GET", "/streams/<stream_id>", answers={200: StreamShape})
    async def one(self, call: RestCall, stream_id: str) -> Reply:
        """Return one stream."""
        with_path = call.user.role.includes(Role.ADMIN)
        shown = await self._streams.one(stream_id, with_path)
        if shown is None:
            raise _not_found(stream_id)
        return Reply(200, shown, {"Content-Type": JSON_TYPE})

    @route(
        "DELETE",
        "/streams/<stream_id>",
        query=(_REASON,),
        role=Role.ADMIN,
        answers={200: EndedStreams},
    )
    async def end_one(self, call: RestCall, stream_id: str) -> Reply:
        """End one stream."""
        reason = _reason(call.query)
        if not await self._streams.end_one(stream_id, call.dry_run):
            raise _not_found(stream_id)
        if not call.dry_run:
            self.log.info(
                "stream {id} is ended by {user}{why}",
                id=stream_id,
                user=call.user.name,
                why=_why(reason),
            )
        await self._note(1, f"ids={stream_id}", 0.0, reason)
        return Reply(200, {"ended": 1})

    @route(
        "DELETE",
        "/streams",
        query=(*FILTERS, _OVER_SECONDS, _REASON),
        role=Role.ADMIN,
        answers={200: EndedStreams, 202: EndingStreams},
    )
    async def end(self, call: RestCall) -> Reply:
        """End the streams that pass a filter, at once or spread over a time."""
        wanted, over_s = StreamFilter(call.query), _spread_s(call.query)
        reason = _reason(call.query)
        if wanted.is_empty:
            raise BadRequest(
                "A filter is required: without one, all streams would end",
                "streams.filterRequired",
            )
        count, unreachable = await self._streams.end(wanted, over_s, call.dry_run)
        if not call.dry_run:
            self.log.info(
                "{count} streams are ended by {user}, within {over_s} s: {filter}{why}",
                count=count,
                user=call.user.name,
                over_s=over_s,
                filter=wanted.text,
                why=_why(reason),
            )
        await self._note(count, wanted.text, over_s, reason)
        rest = {"unreachable": list(unreachable)} if unreachable else {}
        if over_s:
            return Reply(202, {"ending": count, "overSeconds": over_s, **rest})
        return Reply(200, {"ended": count, **rest})

    async def _note(
        self, count: int, wanted: str, over_s: float, reason: str | None
    ) -> None:
        """Add an end of streams to the audit trail."""
        content = {"streams": count, "filter": wanted, "overSeconds": over_s}
        if reason is not None:
            content["reason"] = reason
        if count:
            await self._trail.note("STREAMS_ENDED", content)

    def _watch(self, query: Query, wanted: StreamFilter, with_path: bool) -> Reply:
        _refuse(query, _PAGING, "is not for event streams")
        if self._streams.watchers >= MOST_WATCHERS:
            raise Unavailable(
                f"{MOST_WATCHERS} clients follow the streams already",
                "streams.tooManyWatchers",
            )
        interval_s = query.positive("intervalMs") / 1000
        watch = self._streams.watch(wanted, interval_s, with_path)
        return Reply(200, headers={"Content-Type": "text/event-stream"}, live=watch)


def _not_found(stream_id: str) -> NotFound:
    return NotFound(
        f"Stream [{stream_id}] is not under way in this daemon.",
        "stream.notFound",
        {"stream": stream_id},
    )


def order_of(query: Query) -> Order:
    """Parse ``sortBy``."""
    sort = query.one("sortBy")
    return (
        OLDEST_FIRST if sort is None else Order(sort.lstrip("-"), sort.startswith("-"))
    )


def _spread_s(query: Query) -> float:
    """Parse ``overSeconds``; 0 without it."""
    text = query.text("overSeconds")
    if text is None:
        return 0.0
    if not _SECONDS.fullmatch(text) or float(text) > LONGEST_SPREAD_S:
        raise bad("overSeconds", f"takes seconds, at most {LONGEST_SPREAD_S:.0f}")
    return float(text)


def _reason(query: Query) -> str | None:
    """Parse ``reason``: one line for the log and the audit trail; None without it."""
    text = query.text("reason")
    if text is not None and not (
        text.isprintable() and text.strip() and len(text) <= LONGEST_REASON
    ):
        raise bad("reason", f"takes one line of at most {LONGEST_REASON} characters")
    return text


def _why(reason: str | None) -> str:
    return "" if reason is None else f", because: {reason}"


def _refuse(query: Query, names: tuple[str, ...], why: str) -> None:
    for name in names:
        if name in query.given:
            raise bad(name, why)
