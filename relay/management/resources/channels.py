"""The channels of a MESSAGE API, as this process serves them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.model.role import Role
from relay.store.store import Store

ChannelView = Callable[[str], list[dict[str, Any]]]
"""Gives the open channels of an API, by its id, as JSON."""


def no_channels(api_id: str) -> list[dict[str, Any]]:
    """Give the channels where no gateway runs: there are none."""
    return []


class Channels:
    """The resource family of channels.

    :param store: knows which APIs there are.
    :param view: gives the channels; handed in by whoever runs the gateway.
    """

    def __init__(self, store: Store, view: ChannelView) -> None:
        self._store = store
        self._view = view

    @route("GET", "/apis/<api_id>/channels")
    async def channels(self, call: RestCall, api_id: str) -> Reply:
        """List the open channels, each with its readers and its source's health.

        The names of topics, which clients choose, are for administrators.
        """
        await self._store.read(lambda tx: find_api(tx, api_id))
        shown = self._view(api_id)
        if not call.user.role.includes(Role.ADMIN):
            shown = [{k: v for k, v in one.items() if k != "topic"} for one in shown]
        return Reply(200, {"data": shown})
