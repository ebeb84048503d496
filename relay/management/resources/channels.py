"""The channels of a MESSAGE API in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.management.shapes.common import Collection
from relay.management.shapes.plugins import Channel
from relay.model.role import Role
from relay.reactor.settled import Soon, settled
from relay.store.store import Store

ChannelView = Callable[[str], Soon[list[dict[str, Any]]]]
"""Returns the open channels of an API, by its id, as JSON."""


def no_channels(api_id: str) -> list[dict[str, Any]]:
    """Return no channels, for a process without a gateway."""
    return []


class Channels:
    """The resource family of channels.

    :param store: has the APIs.
    :param view: returns the channels of the gateway.
    """

    def __init__(self, store: Store, view: ChannelView) -> None:
        self._store = store
        self._view = view

    @route("GET", "/apis/<api_id>/channels", answers={200: Collection[Channel]})
    async def channels(self, call: RestCall, api_id: str) -> Reply:
        """List the open channels, each with its readers and the health of its source.

        Only administrators see the names of topics, which clients choose.
        """
        await self._store.read(lambda tx: find_api(tx, api_id))
        shown = await settled(self._view(api_id))
        if not call.user.role.includes(Role.ADMIN):
            shown = [{k: v for k, v in one.items() if k != "topic"} for one in shown]
        return Reply(200, {"data": shown})
