"""Applications, the consumers of APIs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from uuid import uuid4

from relay.catalog import Catalog
from relay.management.consumers import keys
from relay.management.consumers.bodies import ConsumerSubscription
from relay.management.consumers.representations import (
    SubscriptionView,
    application_json,
    find_application,
)
from relay.management.consumers.subscribing import archive, subscribe
from relay.management.consumers.subscription_lists import (
    API_IDS,
    PLAN_IDS,
    STATUSES,
    paged,
)
from relay.management.http.errors import NotFound
from relay.management.http.parameters import PAGING, Text, Word, Words
from relay.management.http.patches import Patch
from relay.management.http.query import Page
from relay.management.http.reply import Reply, version_headers
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.resources.hrids import changed_hrid, new_hrid
from relay.management.shapes.apis import MergePatch
from relay.management.shapes.common import Listing
from relay.management.shapes.consumers import Application, Subscription
from relay.model.api.lifecycle import ActionRefused
from relay.model.consumers import subscriptions as rules
from relay.model.consumers.application import (
    READ_ONLY,
    ApplicationDefinition,
    certificate_of,
    client_id_of,
)
from relay.model.consumers.records import ApplicationRecord, SubscriptionRecord
from relay.store.store import Store
from relay.store.transaction import Transaction

_ONE = "/applications/<application_id>"
_FILTERS = (
    Words("ids", "Ids of applications."),
    Text("query", "Words that the name, the description or the id contains."),
    Word("status", "By default `ACTIVE`.", ("ACTIVE", "ARCHIVED")),
)


class Applications:
    """The resource family of applications.

    :param catalog: checks configurations of webhooks.
    """

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    @route(
        "GET",
        "/applications",
        query=(*PAGING, *_FILTERS),
        answers={200: Listing[Application]},
    )
    async def list(self, call: RestCall) -> Reply:
        """Return the applications by name; active ones by default."""
        page = Page.of(call.query)
        ids = call.query.many("ids")
        words = (call.query.text("query") or "").lower().split()
        status = call.query.one("status") or "ACTIVE"
        found = [
            one
            for one in await self._store.read(lambda tx: tx.applications.list())
            if one.status == status
            and (not ids or one.id in ids)
            and _mentions(one, words)
        ]
        found.sort(key=lambda one: str(one.definition["name"]).lower())
        data = [application_json(one) for one in page.cut(found)]
        return Reply(200, page.listing(data, len(found), call.url))

    @route(
        "POST",
        "/applications",
        body=Body.REQUIRED,
        reads=ApplicationDefinition,
        answers={201: Application},
    )
    async def create(self, call: RestCall) -> Reply:
        """Create an application."""
        wanted = bodies.read(ApplicationDefinition, call.body)

        def work(tx: Transaction) -> ApplicationRecord:
            record = ApplicationRecord(
                id=str(uuid4()),
                hrid=new_hrid(tx.applications, wanted.hrid, wanted.name),
                definition=kept(wanted),
                api_key_mode=wanted.api_key_mode or "UNSPECIFIED",
                status="ACTIVE",
                created_at_ms=tx.now_ms,
                updated_at_ms=tx.now_ms,
            )
            check_recognised(record, tx.applications.list())
            tx.applications.add(record)
            return record

        record = await self._store.write(work)
        reply = _reply(record, 201)
        reply.headers["Location"] = f"{call.base}/applications/{record.id}"
        return reply

    @route("GET", _ONE, answers={200: Application})
    async def get(self, call: RestCall, application_id: str) -> Reply:
        """Return one application."""
        return _reply(
            await self._store.read(lambda tx: find_application(tx, application_id))
        )

    @route(
        "PUT",
        _ONE,
        body=Body.REQUIRED,
        reads=ApplicationDefinition,
        answers={200: Application},
        versioned=True,
    )
    async def put(self, call: RestCall, application_id: str) -> Reply:
        """Replace the definition of an application."""
        wanted = bodies.read(ApplicationDefinition, call.body)
        return await self._change(call, application_id, lambda record: wanted)

    @route(
        "PATCH",
        _ONE,
        body=Body.PATCH,
        reads=MergePatch,
        answers={200: Application},
        versioned=True,
    )
    async def patch(self, call: RestCall, application_id: str) -> Reply:
        """Change members of an application by a merge patch or a JSON Patch."""
        patch: Patch = call.body
        patch.check(READ_ONLY, "only the server sets it")

        def read(record: ApplicationRecord) -> ApplicationDefinition:
            stored = {"hrid": record.hrid, **record.definition}
            body = patch.apply(stored, application_json(record))
            return bodies.read(ApplicationDefinition, body)

        return await self._change(call, application_id, read)

    async def _change(
        self,
        call: RestCall,
        application_id: str,
        read: Callable[[ApplicationRecord], ApplicationDefinition],
    ) -> Reply:
        """
        :param read: returns the new definition of a stored application.
        """

        def work(tx: Transaction) -> ApplicationRecord:
            record = find_application(tx, application_id)
            call.check_version(record.updated_at_ms)
            rules.check_active(record)
            wanted = read(record)
            record = keys.choose_mode(tx, record, wanted.api_key_mode)
            hrid = changed_hrid(tx.applications, record, wanted.hrid)
            changed = replace(record, hrid=hrid, definition=kept(wanted))
            check_recognised(changed, tx.applications.list())
            return tx.applications.save(changed)

        return _reply(await self._store.write(work))

    @route("DELETE", _ONE, answers={204: None}, versioned=True)
    async def delete(self, call: RestCall, application_id: str) -> Reply:
        """Archive an application: its subscriptions and keys end."""

        def work(tx: Transaction) -> None:
            record = find_application(tx, application_id)
            call.check_version(record.updated_at_ms)
            rules.check_active(record)
            archive(tx, record)

        await self._store.write(work)
        return Reply(204)

    @route(
        "GET",
        f"{_ONE}/subscriptions",
        query=(*PAGING, API_IDS, PLAN_IDS, STATUSES),
        answers={200: Listing[Subscription]},
    )
    async def subscriptions(self, call: RestCall, application_id: str) -> Reply:
        """Return the subscriptions of an application, the newest first."""

        def all_of(tx: Transaction) -> Iterable[SubscriptionRecord]:
            find_application(tx, application_id)
            return tx.subscriptions.of_application(application_id)

        return await paged(self._store, call, all_of)

    @route(
        "POST",
        f"{_ONE}/subscriptions",
        body=Body.REQUIRED,
        reads=ConsumerSubscription,
        answers={201: Subscription},
    )
    async def subscribe(self, call: RestCall, application_id: str) -> Reply:
        """Request a subscription; the validation of the plan decides who accepts it."""
        wanted = bodies.read(ConsumerSubscription, call.body)

        def work(tx: Transaction) -> SubscriptionView:
            application = find_application(tx, application_id)
            plan = tx.plans.find(wanted.plan_id)
            if plan is None:
                raise NotFound(
                    f"Plan [{wanted.plan_id}] cannot be found.",
                    "plan.notFound",
                    {"plan": wanted.plan_id},
                )
            return subscribe(
                tx,
                self._catalog,
                plan,
                application,
                hrid=wanted.hrid,
                metadata=wanted.metadata,
                mode=wanted.api_key_mode,
                accept=False,
                message=wanted.consumer_message,
                configuration=wanted.consumer_configuration,
            )

        view = await self._store.write(work)
        reply = view.shown_by(call.shown_once).reply(201)
        reply.headers["Location"] = (
            f"{call.base}/apis/{view.record.api_id}/subscriptions/{view.record.id}"
        )
        return reply


def kept(wanted: ApplicationDefinition) -> dict[str, object]:
    """Return the stored definition: without what has columns of its own."""
    definition = wanted.to_json()
    for name in ("apiKeyMode", "hrid"):
        definition.pop(name, None)
    return definition


def _reply(record: ApplicationRecord, status: int = 200) -> Reply:
    return Reply(
        status, application_json(record), version_headers(record.updated_at_ms)
    )


def _mentions(record: ApplicationRecord, words: Iterable[str]) -> bool:
    definition = record.definition
    text = " ".join(
        (record.id, definition["name"], definition.get("description") or "")
    ).lower()
    return all(word in text for word in words)


def check_recognised(
    record: ApplicationRecord, others: Iterable[ApplicationRecord]
) -> None:
    """Check that client id and certificate belong to no other application."""
    client_id = client_id_of(record.definition)
    certificate = certificate_of(record.definition)
    for other in others:
        if other.id == record.id or other.status != "ACTIVE":
            continue
        if client_id is not None and client_id_of(other.definition) == client_id:
            raise ActionRefused(
                f"Client id [{client_id}] is another application's already",
                "application.clientId.exists",
                clientId=client_id,
            )
        if certificate is not None and certificate_of(other.definition) == certificate:
            raise ActionRefused(
                "The client certificate is another application's already",
                "application.clientCertificate.exists",
                application=record.id,
            )
