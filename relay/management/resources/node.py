"""The health of this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.store.errors import StoreError
from relay.store.store import Store

NodeView = Callable[[], dict[str, dict[str, Any]]]
"""Returns the checks of the process by name, each with ``healthy``."""


def no_checks() -> dict[str, dict[str, Any]]:
    """Return no checks."""
    return {}


class Node:
    """The resource family of this process.

    :param store: one check is whether it answers and takes writes.
    :param view: returns the other checks.
    """

    def __init__(self, store: Store, view: NodeView) -> None:
        self._store = store
        self._view = view

    @route("GET", "/health")
    async def health(self, call: RestCall) -> Reply:
        """Return 200 if this process is able to do its work, 503 if it is not."""
        store: dict[str, Any] = {"healthy": True}
        try:
            await self._store.read(lambda tx: None)
        except StoreError as error:
            store = {"healthy": False, "message": str(error)}
        if self._store.problem is not None:
            store = {"healthy": False, "message": self._store.problem}
        checks = {"store": store, **self._view()}
        healthy = all(one["healthy"] for one in checks.values())
        return Reply(200 if healthy else 503, {"healthy": healthy, "checks": checks})
