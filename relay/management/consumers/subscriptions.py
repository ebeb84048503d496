"""Subscriptions to an API."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from relay.catalog import Catalog
from relay.management.consumers import keys
from relay.management.consumers.bodies import (
    Acceptance,
    KeyToVerify,
    PublisherSubscription,
    Rejection,
    SubscriptionUpdate,
    Transfer,
)
from relay.management.consumers.configuration import configure
from relay.management.consumers.representations import (
    SubscriptionView,
    application_json,
    find_application,
    find_subscription,
    view_subscription,
)
from relay.management.consumers.subscribing import close, of_application_to, subscribe
from relay.management.consumers.subscription_lists import (
    API_KEY,
    APPLICATION_IDS,
    PLAN_IDS,
    STATUSES,
    paged,
    table,
)
from relay.management.http.answers import Answer
from relay.management.http.parameters import PAGING, Text, Words
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.resources.hrids import changed_hrid
from relay.management.resources.representations import find_api, find_plan
from relay.management.shapes.common import Listing, Verdict
from relay.management.shapes.consumers import Application, Subscription
from relay.model.api.lifecycle import security_type
from relay.model.consumers import subscriptions as rules
from relay.model.consumers.api_key import check_custom, digest_of
from relay.model.consumers.records import ApplicationRecord, SubscriptionRecord
from relay.store.store import Store
from relay.store.transaction import Transaction

_ALL = "/apis/<api_id>/subscriptions"
_ONE = f"{_ALL}/<subscription_id>"
_EXPANDS = Words(
    "expands",
    "Accepted and checked: responses always contain these objects.",
    ("api", "plan", "application", "subscribedBy"),
)
_FILTERS = (APPLICATION_IDS, PLAN_IDS, STATUSES, API_KEY)
_NAME = Text("name", "A part of the name, in any case.")

Change = Callable[[Transaction, SubscriptionRecord], SubscriptionRecord]


class Subscriptions:
    """The resource family of subscriptions.

    :param catalog: checks configurations of webhooks.
    """

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    @route(
        "GET",
        _ALL,
        query=(*PAGING, *_FILTERS, _EXPANDS),
        answers={200: Listing[Subscription]},
    )
    async def list(self, call: RestCall, api_id: str) -> Reply:
        """Return the subscriptions of an API, the newest first."""
        call.query.many("expands")
        return await paged(self._store, call, partial(_of_api, api_id))

    @route(
        "GET",
        f"{_ALL}/_export",
        query=(*PAGING, *_FILTERS),
        answers={200: Answer({"text/csv": None})},
    )
    async def export(self, call: RestCall, api_id: str) -> Reply:
        """Return the matching subscriptions of an API as CSV: all, or one page."""
        return await table(self._store, call, partial(_of_api, api_id))

    @route(
        "GET",
        "/apis/<api_id>/subscribers",
        query=(*PAGING, _NAME),
        answers={200: Listing[Application]},
    )
    async def subscribers(self, call: RestCall, api_id: str) -> Reply:
        """Return the applications that have or had a subscription, by name."""
        page = Page.of(call.query)
        part = (call.query.text("name") or "").lower()

        def work(tx: Transaction) -> list[ApplicationRecord]:
            ids = {one.application_id for one in _of_api(api_id, tx)}
            return [find_application(tx, id) for id in ids]

        found = [
            one
            for one in await self._store.read(work)
            if part in str(one.definition["name"]).lower()
        ]
        found.sort(key=lambda one: str(one.definition["name"]).lower())
        data = [application_json(one) for one in page.cut(found)]
        return Reply(200, page.listing(data, len(found), call.url))

    @route(
        "POST",
        _ALL,
        body=Body.REQUIRED,
        reads=PublisherSubscription,
        answers={201: Subscription},
    )
    async def create(self, call: RestCall, api_id: str) -> Reply:
        """Subscribe an application; a publisher's subscription is accepted at once."""
        wanted = bodies.read(PublisherSubscription, call.body)

        def work(tx: Transaction) -> SubscriptionView:
            plan = find_plan(tx, api_id, wanted.plan_id)
            application = find_application(tx, wanted.application_id)
            return subscribe(
                tx,
                self._catalog,
                plan,
                application,
                hrid=wanted.hrid,
                metadata=wanted.metadata,
                mode=wanted.api_key_mode,
                accept=True,
                custom=wanted.custom_api_key,
                configuration=wanted.consumer_configuration,
            )

        view = await self._store.write(work)
        reply = view.shown_by(call.shown_once).reply(201)
        reply.headers["Location"] = (
            f"{call.base}/apis/{api_id}/subscriptions/{view.record.id}"
        )
        return reply

    @route(
        "POST",
        f"{_ALL}/_verify",
        body=Body.REQUIRED,
        no_dry_run="it changes nothing",
        reads=KeyToVerify,
        answers={200: Verdict},
    )
    async def verify(self, call: RestCall, api_id: str) -> Reply:
        """Check whether a key is available."""
        asked = bodies.read(KeyToVerify, call.body)
        if problem := check_custom(asked.api_key):
            return Reply(200, {"ok": False, "reason": problem})

        def work(tx: Transaction) -> bool:
            find_api(tx, api_id)
            find_application(tx, asked.application_id)
            return tx.api_keys.taken(digest_of(asked.api_key))

        if await self._store.read(work):
            return Reply(200, {"ok": False, "reason": "API key already exists"})
        return Reply(200, {"ok": True})

    @route("GET", _ONE, query=(_EXPANDS,), answers={200: Subscription})
    async def get(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Return one subscription."""
        call.query.many("expands")

        def work(tx: Transaction) -> SubscriptionView:
            return view_subscription(tx, find_subscription(tx, api_id, subscription_id))

        return (await self._store.read(work)).reply()

    @route(
        "PUT",
        _ONE,
        body=Body.REQUIRED,
        reads=SubscriptionUpdate,
        answers={200: Subscription},
        versioned=True,
    )
    async def put(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Replace metadata, dates and the configuration."""
        wanted = bodies.read(SubscriptionUpdate, call.body)

        def change(tx: Transaction, record: SubscriptionRecord) -> SubscriptionRecord:
            rules.check_updatable(record)
            hrid = changed_hrid(tx.subscriptions, record, wanted.hrid, api_id)
            record = replace(record, hrid=hrid)
            if wanted.metadata is not None:
                record = replace(record, metadata=wanted.metadata)
            if wanted.consumer_configuration is not None:
                configured = configure(
                    self._catalog,
                    find_api(tx, api_id),
                    find_plan(tx, api_id, record.plan_id),
                    wanted.consumer_configuration,
                    record.consumer_configuration,
                )
                record = rules.reconfigured(record, configured.value)
            return rules.dated(record, wanted.starting_at, wanted.ending_at)

        return await self._change(call, api_id, subscription_id, change)

    @route(
        "POST",
        f"{_ONE}/_accept",
        body=Body.OPTIONAL,
        reads=Acceptance,
        answers={200: Subscription},
        versioned=True,
    )
    async def accept(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Accept a pending subscription."""
        wanted = bodies.read(Acceptance, call.body)

        def work(tx: Transaction) -> SubscriptionView:
            record = find_subscription(tx, api_id, subscription_id)
            call.check_version(record.updated_at_ms)
            plan = find_plan(tx, api_id, record.plan_id)
            application = find_application(tx, record.application_id)
            rules.check_active(application)
            record = tx.subscriptions.save(
                rules.accepted(
                    record,
                    tx.now_ms,
                    wanted.reason,
                    wanted.starting_at,
                    wanted.ending_at,
                )
            )
            security = security_type(plan.definition)
            made = keys.make_first(
                tx, record, application, security, wanted.custom_api_key
            )
            return view_subscription(tx, record, made)

        view = await self._store.write(work)
        return view.shown_by(call.shown_once).reply()

    @route(
        "POST",
        f"{_ONE}/_reject",
        body=Body.OPTIONAL,
        reads=Rejection,
        answers={200: Subscription},
        versioned=True,
    )
    async def reject(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Reject a pending subscription."""
        reason = bodies.read(Rejection, call.body).reason
        return await self._change(
            call,
            api_id,
            subscription_id,
            lambda tx, record: rules.rejected(record, tx.now_ms, reason),
        )

    @route("POST", f"{_ONE}/_pause", answers={200: Subscription}, versioned=True)
    async def pause(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Pause a subscription, and end its streams."""
        return await self._change(
            call,
            api_id,
            subscription_id,
            lambda tx, record: rules.paused(record, tx.now_ms),
        )

    @route("POST", f"{_ONE}/_resume", answers={200: Subscription}, versioned=True)
    async def resume(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Resume a paused subscription."""
        return await self._change(
            call,
            api_id,
            subscription_id,
            lambda tx, record: rules.resumed(record, tx.now_ms),
        )

    @route(
        "POST", f"{_ONE}/_resumeFailure", answers={200: Subscription}, versioned=True
    )
    async def resume_failure(
        self, call: RestCall, api_id: str, subscription_id: str
    ) -> Reply:
        """Resume a delivery that has failed."""
        return await self._change(
            call, api_id, subscription_id, lambda tx, record: rules.recovered(record)
        )

    @route("POST", f"{_ONE}/_close", answers={200: Subscription}, versioned=True)
    async def close(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Close a subscription permanently, with its streams and keys."""
        return await self._change(call, api_id, subscription_id, close)

    @route(
        "POST",
        f"{_ONE}/_transfer",
        body=Body.REQUIRED,
        reads=Transfer,
        answers={200: Subscription},
        versioned=True,
    )
    async def transfer(
        self, call: RestCall, api_id: str, subscription_id: str
    ) -> Reply:
        """Transfer a subscription to another plan."""
        wanted = bodies.read(Transfer, call.body)

        def change(tx: Transaction, record: SubscriptionRecord) -> SubscriptionRecord:
            current = find_plan(tx, api_id, record.plan_id)
            others = of_application_to(tx, record.application_id, api_id)
            return rules.transferred(
                record, current, find_plan(tx, api_id, wanted.plan_id), others
            )

        return await self._change(call, api_id, subscription_id, change)

    async def _change(
        self, call: RestCall, api_id: str, subscription_id: str, change: Change
    ) -> Reply:
        def work(tx: Transaction) -> SubscriptionView:
            record = find_subscription(tx, api_id, subscription_id)
            call.check_version(record.updated_at_ms)
            return view_subscription(tx, tx.subscriptions.save(change(tx, record)))

        return (await self._store.write(work)).reply()


def _of_api(api_id: str, tx: Transaction) -> Iterable[SubscriptionRecord]:
    find_api(tx, api_id)
    return tx.subscriptions.of_api(api_id)
