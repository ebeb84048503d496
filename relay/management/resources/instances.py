"""The gateways on this store, in the shape of the instances of Gravitee."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from relay.management.http.parameters import PAGING, Words
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import RestCall, route
from relay.management.shapes.common import Listing
from relay.management.shapes.deployments import Instance
from relay.model.records import GatewayRecord
from relay.model.schema.types.timestamps import timestamp
from relay.store.store import Store
from relay.store.tables.cluster.gateways import GONE_MS

LATE_MS = 45_000
"""A gateway without a report for so long has missed at least one."""
STATES = ("STARTED", "UNKNOWN", "STOPPED")
PARAMETERS = (*PAGING, Words("states", "By default all.", STATES))


@dataclass(frozen=True, slots=True)
class ThisInstance:
    """
    The gateway of this process, or those of the workers of its daemon.

    :param id: the name of the daemon among the gateways on the store.
    :param started_at_ms: milliseconds since the Unix epoch.
    :param urls: returns the URLs of the gateway, best first.
    """

    id: str
    version: str
    started_at_ms: int
    urls: Callable[[], list[str]]


class Instances:
    """
    The resource family of the gateways on the store.

    :param store: has their reports.
    :param own: the gateway of this process; None for a process without one.
    """

    def __init__(self, store: Store, own: ThisInstance | None) -> None:
        self._store = store
        self._own = own

    @route("GET", "/instances", query=PARAMETERS, answers={200: Listing[Instance]})
    async def list(self, call: RestCall) -> Reply:
        """Return a page of the gateways, those that have reported last first."""
        page, states = Page.of(call.query), call.query.many("states")
        now_ms, found = await self._store.read(
            lambda tx: (tx.now_ms, tx.gateways.all())
        )
        shown = [self._shown(one, now_ms) for one in found]
        shown = [one for one in shown if not states or one["state"] in states]
        return Reply(200, page.listing(page.cut(shown), len(shown), call.url))

    def _shown(self, one: GatewayRecord, now_ms: int) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": one.id,
            "hostname": one.host,
            "state": _state(now_ms - one.seen_at_ms),
            "lastHeartbeatAt": timestamp(one.seen_at_ms),
            "apis": {"inForce": one.in_force, "rejected": one.rejected},
        }
        own = self._own
        # Workers have the name of their daemon, a slash and a number.
        if own is not None and own.id in (one.id, one.id.rpartition("/")[0]):
            shown["version"] = own.version
            shown["startedAt"] = timestamp(own.started_at_ms)
            shown["urls"] = own.urls()
        return shown


def _state(silent_ms: int) -> str:
    if silent_ms > GONE_MS:
        return "STOPPED"
    return "STARTED" if silent_ms < LATE_MS else "UNKNOWN"
