"""Subscriptions in the Automation API."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from relay.catalog import Catalog
from relay.management.automation.naming import (
    API_BY_ID,
    APPLICATION_BY_ID,
    BY_ID,
    by_id,
    find_api,
    find_application,
    find_plan,
    find_subscription,
)
from relay.management.automation.reading import PROBLEMS, object_of, refusal
from relay.management.automation.shapes import (
    SubscriptionState,
)
from relay.management.automation.states import (
    READ_ONLY,
    State,
    subscription_state,
    without,
)
from relay.management.consumers import keys
from relay.management.consumers.bodies import Configured
from relay.management.consumers.configuration import configure
from relay.management.consumers.representations import (
    SubscriptionView,
    view_subscription,
)
from relay.management.consumers.subscribing import close, subscribe
from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.shapes.common import Listing
from relay.model.api.lifecycle import ActionRefused, security_type
from relay.model.consumers import subscriptions as rules
from relay.model.consumers.api_key import CustomKey, digest_of
from relay.model.consumers.records import ApplicationRecord, SubscriptionRecord
from relay.model.hrid import Hrid
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Instant
from relay.store.store import Store
from relay.store.transaction import Transaction

_ALL = "/apis/<api_hrid>/subscriptions"
_ONE = f"{_ALL}/<hrid>"
_CREDENTIALS = ("apiKey", "credentials")
"""The members of a subscription with what was just created."""
_NOT_READ = READ_ONLY | {"apiHrid", "startingAt", "status", *_CREDENTIALS}


OptionalInstant = Annotated[Instant | None, BeforeValidator(lambda one: one or None)]
"""A time, or none; an operator writes an empty text for none."""


class KeySpec(Options):
    """An API key that the publisher chooses."""

    key: Annotated[CustomKey, Field(repr=False)]
    expire_at: OptionalInstant = None


class SubscriptionSpec(Options):
    """A subscription as it shall be."""

    hrid: Hrid
    application_hrid: str
    plan_hrid: str
    ending_at: OptionalInstant = None
    metadata: dict[str, str] = {}
    api_keys: tuple[KeySpec, ...] | None = None
    """All keys of the subscription; None leaves them as they are."""
    consumer_configuration: Configured = None

    @model_validator(mode="before")
    @classmethod
    def _without_runtime_fields(cls, body: Any) -> Any:
        return without(body, _NOT_READ) if isinstance(body, dict) else body


class AutomationSubscriptions:
    """The resource family of subscriptions by their hrids.

    :param catalog: checks configurations of webhooks.
    """

    def __init__(self, store: Store, catalog: Catalog) -> None:
        self._store = store
        self._catalog = catalog

    @route(
        "PUT",
        _ALL,
        query=(BY_ID, API_BY_ID, APPLICATION_BY_ID),
        body=Body.REQUIRED,
        reads=SubscriptionSpec,
        answers={200: SubscriptionState},
        refuses=(404,),
    )
    async def put(self, call: RestCall, api_hrid: str) -> Reply:
        """Create or change a subscription, which is accepted at once. What is the same
        already is not written. A generated key is in the response that creates it."""
        api_is_id = _api_is_id(call)

        def work(tx: Transaction) -> State:
            api = find_api(tx, api_hrid, api_is_id)
            plan = find_plan(tx, api, wanted.plan_hrid, api_is_id)
            app = find_application(
                tx, wanted.application_hrid, call.query.flag(APPLICATION_BY_ID.name)
            )
            stored = tx.subscriptions.with_hrid(wanted.hrid, api.id)
            if by_id(call):
                stored = find_subscription(tx, api, wanted.hrid, is_id=True)
            if stored is None:
                put = self._created(tx, plan, app, wanted)
            else:
                _check_same(stored, plan, app.id)
                put = self._changed(tx, api, plan, app, stored, wanted)
            if wanted.api_keys is not None:
                _put_keys(tx, plan, put.record, wanted.api_keys)
                put = replace(put, made=None)
            return _shown_once(tx, put.shown_by(call.shown_once))

        try:
            wanted = bodies.read(SubscriptionSpec, object_of(call.body))
            return Reply(200, await self._store.write(work))
        except PROBLEMS as problem:
            return refusal(call, problem)

    @route(
        "GET",
        _ALL,
        query=(*PAGING, API_BY_ID),
        answers={200: Listing[SubscriptionState]},
    )
    async def list(self, call: RestCall, api_hrid: str) -> Reply:
        """Return the subscriptions to an API that have not ended, the newest first."""
        page = Page.of(call.query)

        def work(tx: Transaction) -> tuple[list[State], int]:
            api = find_api(tx, api_hrid, _api_is_id(call))
            found = [one for one in tx.subscriptions.of_api(api.id) if one.is_open]
            return [subscription_state(tx, one) for one in page.cut(found)], len(found)

        data, total = await self._store.read(work)
        return Reply(200, page.listing(data, total, call.url))

    @route("GET", _ONE, query=(BY_ID, API_BY_ID), answers={200: SubscriptionState})
    async def get(self, call: RestCall, api_hrid: str, hrid: str) -> Reply:
        """Return a subscription."""

        def work(tx: Transaction) -> State:
            api = find_api(tx, api_hrid, _api_is_id(call))
            return subscription_state(tx, find_subscription(tx, api, hrid, by_id(call)))

        return Reply(200, await self._store.read(work))

    @route("DELETE", _ONE, query=(BY_ID, API_BY_ID), answers={204: None})
    async def delete(self, call: RestCall, api_hrid: str, hrid: str) -> Reply:
        """Close a subscription with its streams and keys; another subscription can have
        its hrid."""

        def work(tx: Transaction) -> None:
            api = find_api(tx, api_hrid, _api_is_id(call))
            record = find_subscription(tx, api, hrid, by_id(call))
            tx.subscriptions.save(close(tx, record))

        await self._store.write(work)
        return Reply(204)

    def _created(
        self,
        tx: Transaction,
        plan: PlanRecord,
        application: ApplicationRecord,
        wanted: SubscriptionSpec,
    ) -> SubscriptionView:
        view = subscribe(
            tx,
            self._catalog,
            plan,
            application,
            hrid=wanted.hrid,
            metadata=wanted.metadata,
            mode=None,
            accept=True,
            custom=wanted.api_keys[0].key if wanted.api_keys else None,
            configuration=wanted.consumer_configuration,
        )
        record = view.record
        dated = rules.dated(record, record.starting_at_ms, wanted.ending_at)
        if dated != record:
            view = replace(view, record=tx.subscriptions.save(dated))
        return view

    def _changed(
        self,
        tx: Transaction,
        api: ApiRecord,
        plan: PlanRecord,
        application: ApplicationRecord,
        stored: SubscriptionRecord,
        wanted: SubscriptionSpec,
    ) -> SubscriptionView:
        record = replace(stored, metadata=wanted.metadata)
        if stored.status == "PENDING":
            record = rules.accepted(record, tx.now_ms)
        configured = configure(
            self._catalog,
            api,
            plan,
            wanted.consumer_configuration,
            stored.consumer_configuration,
        )
        if configured.value != stored.consumer_configuration:
            record = rules.reconfigured(record, configured.value)
        record = rules.dated(record, record.starting_at_ms, wanted.ending_at)
        if record != stored:
            record = tx.subscriptions.save(record)
        made = None
        if stored.status == "PENDING":
            security = security_type(plan.definition)
            custom = wanted.api_keys[0].key if wanted.api_keys else None
            made = keys.make_first(tx, record, application, security, custom)
        return view_subscription(tx, record, made, configured.made)


def _api_is_id(call: RestCall) -> bool:
    return call.query.flag(API_BY_ID.name)


def _shown_once(tx: Transaction, view: SubscriptionView) -> State:
    """Return a subscription with the secrets that were just created."""
    shape = subscription_state(tx, view.record, view.secret)
    if view.made is not None:
        shown = view.to_json()
        shape |= {name: shown[name] for name in _CREDENTIALS if name in shown}
    return shape


def _check_same(
    stored: SubscriptionRecord, plan: PlanRecord, application_id: str
) -> None:
    """
    :raises ActionRefused: when the subscription is to another plan, or of another
        application.
    """
    for what, one, other in (
        ("plan", stored.plan_id, plan.id),
        ("application", stored.application_id, application_id),
    ):
        if one != other:
            raise ActionRefused(
                f"The {what} of subscription [{stored.hrid}] cannot be changed",
                f"subscription.{what}",
                subscription=stored.id,
            )


def _put_keys(
    tx: Transaction,
    plan: PlanRecord,
    record: SubscriptionRecord,
    wanted: tuple[KeySpec, ...],
) -> None:
    """Create the keys that are listed, and revoke those that are not."""
    rules.check_keys(record, plan)
    stored = {one.digest: one for one in tx.api_keys.of_subscription(record.id)}
    listed = {digest_of(one.key): one for one in wanted}
    for digest, spec in listed.items():
        keys.check_custom("API_KEY", spec.key)
        key = stored.get(digest)
        if key is None:
            key, _ = keys.make(tx, record.application_id, record.id, spec.key)
        changed = replace(key, expire_at_ms=spec.expire_at, revoked_at_ms=None)
        if changed != key:
            tx.api_keys.save(changed)
    for digest, key in stored.items():
        if digest not in listed and key.revoked_at_ms is None:
            tx.api_keys.save(replace(key, revoked_at_ms=tx.now_ms))
