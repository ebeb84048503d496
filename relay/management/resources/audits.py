"""The audit trail: who changed what, and how."""

from __future__ import annotations

import json
from typing import Any

from relay.management.http.parameters import PAGING, Instant, Words
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.root import ENVIRONMENT, ORGANIZATION
from relay.management.http.routing import RestCall, route
from relay.management.resources.representations import find_api
from relay.management.shapes.common import Listing
from relay.management.shapes.deployments import Audit, EventNames
from relay.model.records import AuditRecord
from relay.model.role import Role
from relay.model.schema.types.timestamps import timestamp
from relay.store.store import Store
from relay.store.transaction import Transaction

_FILTERS = (
    *PAGING,
    Instant("from", "The first instant, in milliseconds since the Unix epoch."),
    Instant("to", "The last instant, in milliseconds since the Unix epoch."),
    Words("events", "Names of events, such as `API_UPDATED`."),
)


class Audits:
    """The resource family of the audit trail."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @route(
        "GET", "/audits", query=_FILTERS, role=Role.ADMIN, answers={200: Listing[Audit]}
    )
    async def all(self, call: RestCall) -> Reply:
        """Return the whole trail, the newest first."""
        return await self._list(call, None)

    @route("GET", "/audits/events", role=Role.ADMIN, answers={200: EventNames})
    async def all_events(self, call: RestCall) -> Reply:
        """Return the names of all events in the trail."""
        return await self._events(None)

    @route(
        "GET",
        "/apis/<api_id>/audits",
        query=_FILTERS,
        role=Role.PUBLISHER,
        answers={200: Listing[Audit]},
    )
    async def of_api(self, call: RestCall, api_id: str) -> Reply:
        """Return the trail of one API, the newest first."""
        return await self._list(call, api_id)

    @route(
        "GET",
        "/apis/<api_id>/audits/events",
        role=Role.PUBLISHER,
        answers={200: EventNames},
    )
    async def events_of_api(self, call: RestCall, api_id: str) -> Reply:
        """Return the names of all events of one API."""
        return await self._events(api_id)

    async def _list(self, call: RestCall, api_id: str | None) -> Reply:
        page = Page.of(call.query)
        events = call.query.many("events")
        from_ms, to_ms = call.query.instant("from"), call.query.instant("to")

        def work(tx: Transaction) -> tuple[list[AuditRecord], int]:
            _check(tx, api_id)
            skip = (page.number - 1) * page.size
            return tx.audits.list(api_id, events, from_ms, to_ms, skip, page.size)

        found, total = await self._store.read(work)
        data = [_audit_json(one) for one in found]
        return Reply(200, page.listing(data, total, call.url))

    async def _events(self, api_id: str | None) -> Reply:
        def work(tx: Transaction) -> list[str]:
            _check(tx, api_id)
            return tx.audits.events(api_id)

        return Reply(200, {"data": await self._store.read(work)})


def _check(tx: Transaction, api_id: str | None) -> None:
    # Events of a deleted API are in the whole trail.
    if api_id is not None:
        find_api(tx, api_id)


def _audit_json(record: AuditRecord) -> dict[str, Any]:
    target = record.target
    properties = [
        {"key": target["type"], "value": target["id"], "name": target["name"]}
    ]
    if record.token is not None:
        properties.append({"key": "TOKEN", "value": record.token, "name": record.actor})
    reference = {"type": "ENVIRONMENT", "id": ENVIRONMENT, "name": ENVIRONMENT}
    if record.api_id is not None:
        reference = {"type": "API", "id": record.api_id}
        if target["type"] == "API":
            reference["name"] = target["name"]
    return {
        "id": record.id,
        "createdAt": timestamp(record.at_ms),
        "organizationId": ORGANIZATION,
        "environmentId": ENVIRONMENT,
        "reference": reference,
        "user": {"id": record.actor, "displayName": record.actor},
        "event": record.event,
        "properties": properties,
        "patch": json.dumps([_operation(change) for change in record.changes]),
        "changes": record.changes,
    }


def _operation(change: dict[str, Any]) -> dict[str, Any]:
    """Return a change as an operation of a JSON Patch (RFC 6902, 4)."""
    operation = {"op": change["op"], "path": change["path"]}
    if change["op"] != "remove":
        operation["value"] = change["after"]
    return operation
