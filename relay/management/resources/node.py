"""The health of this process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from relay.management.http.answers import JSON, Answer
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.shapes.plugins import ProcessHealth

NodeView = Callable[[], Awaitable[dict[str, dict[str, Any]]]]
"""Runs the probes of the process, and returns their results by name, each with
``healthy``."""


async def no_checks() -> dict[str, dict[str, Any]]:
    """Return no results, for a process without probes."""
    return {}


class Node:
    """The resource family of this process.

    :param view: runs the probes of the process.
    """

    def __init__(self, view: NodeView) -> None:
        self._view = view

    @route(
        "GET",
        "/health",
        answers={
            200: ProcessHealth,
            503: Answer({JSON: ProcessHealth}, "A check has failed."),
        },
    )
    async def health(self, call: RestCall) -> Reply:
        """Return 200 if this process is able to do its work, 503 if it is not."""
        checks = await self._view()
        healthy = all(one["healthy"] for one in checks.values())
        return Reply(200 if healthy else 503, {"healthy": healthy, "checks": checks})
