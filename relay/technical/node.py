"""What this daemon is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from os import getpid
from socket import gethostname
from typing import Any, Self

from twisted.internet.interfaces import IReactorTime

from relay import __version__
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.shapes.technical import Node as NodeShape
from relay.model.schema.types.timestamps import timestamp


@dataclass(frozen=True)
class NodeFacts:
    """
    The identity of a daemon.

    :param id: its name among the daemons on the store.
    :param started_at_ms: the time of its start, in milliseconds since the Unix epoch.
    :param uptime_ms: returns the time since then.
    """

    id: str
    started_at_ms: int
    uptime_ms: Callable[[], int]

    @classmethod
    def of_start(cls, id: str, started_at_ms: int, clock: IReactorTime) -> Self:
        """
        Describe a daemon that starts now.

        :param id: as above.
        :param started_at_ms: as above.
        """
        begun_s = clock.seconds()
        return cls(id, started_at_ms, lambda: round((clock.seconds() - begun_s) * 1000))


Workers = Callable[[], Awaitable[list[dict[str, Any]]]]
"""Returns the worker processes of the daemon."""


class Node:
    """
    The resource family of the daemon itself.

    :param workers: None for a daemon that is one process.
    """

    def __init__(self, facts: NodeFacts, workers: Workers | None = None) -> None:
        self._facts = facts
        self._workers = workers

    @route("GET", "/", answers={200: NodeShape})
    async def node(self, call: RestCall) -> Reply:
        """Return the version, the id and the uptime."""
        facts = self._facts
        shown: dict[str, Any] = {
            "id": facts.id,
            "name": "Relay",
            "version": {"MAJOR_VERSION": __version__},
            "metadata": {"node.hostname": gethostname(), "process.pid": getpid()},
            "startedAt": timestamp(facts.started_at_ms),
            "uptimeMs": facts.uptime_ms(),
        }
        if self._workers is not None:
            shown["workers"] = await self._workers()
        return Reply(200, shown)
