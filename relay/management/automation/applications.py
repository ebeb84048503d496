"""Applications in the Automation API."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from relay.management.automation.naming import BY_ID, by_id, find_application
from relay.management.automation.reading import (
    PROBLEMS,
    leniently,
    object_of,
    refusal,
)
from relay.management.automation.shapes import (
    ApplicationSpec,
    ApplicationState,
)
from relay.management.automation.states import (
    State,
    application_state,
)
from relay.management.consumers import keys
from relay.management.consumers.applications import check_recognised, kept
from relay.management.consumers.subscribing import archive
from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.shapes.common import Listing
from relay.model.consumers.application import ApplicationDefinition
from relay.model.consumers.records import ApplicationRecord
from relay.model.schema.errors import Invalid, Issue
from relay.store.store import Store
from relay.store.transaction import Transaction


class AutomationApplications:
    """The resource family of applications by their hrids."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @route(
        "PUT",
        "/applications",
        query=(BY_ID,),
        body=Body.REQUIRED,
        reads=ApplicationSpec,
        answers={200: ApplicationState},
        refuses=(404,),
    )
    async def put(self, call: RestCall) -> Reply:
        """Create or change an application. What is the same already is not written."""
        try:
            body = dict(object_of(call.body))
            name = body["hrid"]
            if by_id(call):
                del body["hrid"]
            if body.get("status") not in (None, "ACTIVE"):
                why = "is ACTIVE: delete the application to archive it"
                raise Invalid([Issue(why, "status")])
            wanted, warnings = leniently(
                body, lambda rest: bodies.read(ApplicationDefinition, rest)
            )

            def work(tx: Transaction) -> State:
                record = _put(tx, name, by_id(call), wanted)
                return application_state(record, warnings)

            return Reply(200, await self._store.write(work))
        except PROBLEMS as problem:
            return refusal(call, problem)

    @route(
        "GET", "/applications", query=PAGING, answers={200: Listing[ApplicationState]}
    )
    async def list(self, call: RestCall) -> Reply:
        """Return the applications, without those that are archived."""
        page = Page.of(call.query)
        found = [
            one
            for one in await self._store.read(lambda tx: tx.applications.list())
            if one.status == "ACTIVE"
        ]
        data = [application_state(one) for one in page.cut(found)]
        return Reply(200, page.listing(data, len(found), call.url))

    @route(
        "GET", "/applications/<hrid>", query=(BY_ID,), answers={200: ApplicationState}
    )
    async def get(self, call: RestCall, hrid: str) -> Reply:
        """Return an application."""

        def work(tx: Transaction) -> State:
            return application_state(find_application(tx, hrid, by_id(call)))

        return Reply(200, await self._store.read(work))

    @route("DELETE", "/applications/<hrid>", query=(BY_ID,), answers={204: None})
    async def delete(self, call: RestCall, hrid: str) -> Reply:
        """Archive an application: its subscriptions and keys end, and another
        application can have its hrid."""

        def work(tx: Transaction) -> None:
            archive(tx, find_application(tx, hrid, by_id(call)))

        await self._store.write(work)
        return Reply(204)


def _put(
    tx: Transaction, name: str, is_id: bool, wanted: ApplicationDefinition
) -> ApplicationRecord:
    stored = tx.applications.with_hrid(name)
    if is_id:
        stored = find_application(tx, name, is_id=True)
    if stored is None:
        record = ApplicationRecord(
            id=str(uuid4()),
            hrid=name,
            definition=kept(wanted),
            api_key_mode=wanted.api_key_mode or "UNSPECIFIED",
            status="ACTIVE",
            created_at_ms=tx.now_ms,
            updated_at_ms=tx.now_ms,
        )
        check_recognised(record, tx.applications.list())
        tx.applications.add(record)
        return record
    stored = keys.choose_mode(tx, stored, wanted.api_key_mode)
    changed = replace(stored, definition=kept(wanted))
    if changed == stored:
        return stored
    check_recognised(changed, tx.applications.list())
    return tx.applications.save(changed)
