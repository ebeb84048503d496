"""The open channels of this daemon, over all APIs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

from relay.management.http.errors import NotFound
from relay.management.http.parameters import PAGING, Flag, Words, sort_by
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.shapes.technical import (
    NodeChannel,
    NodeChannelDetail,
    NodeListing,
)
from relay.model.role import Role
from relay.technical.gathered import without

Shown = dict[str, Any]
STATES = ("UP", "DOWN", "REFUSED", "NO_SOURCE")
"""The states of a source."""
SORTS: Mapping[str, Callable[[Shown], float]] = {
    "readers": lambda one: one["readers"]["total"],
    "lagging": lambda one: one["readers"]["lagging"],
    "entries": lambda one: one["log"]["entries"],
    "bytes": lambda one: one["log"]["bytes"],
}
"""The keys by which channels are sorted."""
PARAMETERS = (
    Words("apiIds", "Ids of APIs; by default channels of all APIs are returned."),
    Words("sources", "States of sources; by default any.", STATES),
    Flag("lagging", "Whether only channels with lagging readers are returned."),
    *PAGING,
    sort_by(SORTS, "those with the most readers come first"),
)


class View(Protocol):
    """Looks at channels, as :class:`relay.deploy.channel_view.ChannelView`."""

    async def all(self, api_ids: Collection[str]) -> Sequence[Shown]:
        """
        Describe channels.

        :param api_ids: of these APIs; empty for all.
        """

    async def one(self, api_id: str, digest: str) -> Shown | None:
        """Describe a channel with its readers; None when it is not open."""


class NodeChannels:
    """
    The resource family of channels.

    Only administrators see the names of topics, which clients choose.

    :param view: looks at them.
    """

    def __init__(self, view: View) -> None:
        self._view = view

    @route(
        "GET", "/channels", query=PARAMETERS, answers={200: NodeListing[NodeChannel]}
    )
    async def list(self, call: RestCall) -> Reply:
        """Return a page of the channels, those with the most readers first."""
        query = call.query
        page, sources = Page.of(query), query.many("sources")
        sort = query.one("sortBy") or "-readers"
        lagging = query.flag("lagging")
        opened = await self._view.all(query.many("apiIds"))
        found = [
            one
            for one in opened
            if (not sources or one["source"]["state"] in sources)
            and (not lagging or one["readers"]["lagging"])
        ]
        found.sort(key=SORTS[sort.lstrip("-")], reverse=sort.startswith("-"))
        shown = [_for(call, one) for one in page.cut(found)]
        listing = page.listing(shown, len(found), call.url)
        return Reply(200, {**listing, **without(opened)})

    @route("GET", "/channels/<api_id>/<channel>", answers={200: NodeChannelDetail})
    async def one(self, call: RestCall, api_id: str, channel: str) -> Reply:
        """Return one channel, with the positions of its readers."""
        found = await self._view.one(api_id, channel)
        if found is None:
            raise NotFound(
                f"Channel [{channel}] of API [{api_id}] is not open in this process.",
                "channel.notFound",
                {"api": api_id, "channel": channel},
            )
        return Reply(200, _for(call, found))


def _for(call: RestCall, shown: Shown) -> Shown:
    if call.user.role.includes(Role.ADMIN):
        return shown
    return {name: value for name, value in shown.items() if name != "topic"}
