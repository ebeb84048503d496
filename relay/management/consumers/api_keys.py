"""API keys of subscriptions, and shared keys of applications."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from relay.management.consumers import keys
from relay.management.consumers.bodies import KeyRenewal, KeyUpdate
from relay.management.consumers.representations import (
    api_key_json,
    find_application,
    find_subscription,
)
from relay.management.http.errors import NotFound
from relay.management.http.parameters import PAGING
from relay.management.http.query import Page
from relay.management.http.reply import Reply
from relay.management.http.routing import Body, RestCall, route
from relay.management.resources import bodies
from relay.management.resources.representations import find_plan
from relay.management.shapes.common import Listing
from relay.management.shapes.consumers import ApiKey
from relay.model.api.lifecycle import ActionRefused, security_type
from relay.model.consumers import subscriptions as rules
from relay.model.consumers.records import (
    OPEN,
    ApiKeyRecord,
    ApplicationRecord,
    SubscriptionRecord,
)
from relay.store.store import Store
from relay.store.transaction import Transaction

_OF_SUBSCRIPTION = "/apis/<api_id>/subscriptions/<subscription_id>/api-keys"
_OF_APPLICATION = "/applications/<application_id>/api-keys"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of a subscription, or the shared keys of an application."""

    tx: Transaction
    application: ApplicationRecord
    subscription: SubscriptionRecord | None
    """The subscription of the keys; None for shared keys."""
    security: str | None = "API_KEY"
    """The security type of their plans."""

    @property
    def keys(self) -> list[ApiKeyRecord]:
        """The keys, the newest first."""
        if self.subscription is None:
            return self.tx.api_keys.shared(self.application.id)
        return self.tx.api_keys.of_subscription(self.subscription.id)

    def find(self, key_id: str) -> ApiKeyRecord:
        """
        :raises NotFound: when the ring has no such key.
        """
        for key in self.keys:
            if key.id == key_id:
                return key
        raise NotFound(
            f"API key [{key_id}] cannot be found.", "apiKey.notFound", {"key": key_id}
        )

    def json(self, key: ApiKeyRecord, secret: str | None = None) -> dict[str, object]:
        """Return the JSON of a key.

        :param secret: the key itself, if it was just created.
        """
        if self.subscription is not None:
            subscriptions = [self.subscription]
        else:
            subscriptions = [
                one
                for one in self.tx.subscriptions.of_application(self.application.id)
                if one.status in OPEN and keys.goes_by_key(self.tx, one)
            ]
        return api_key_json(
            key, self.application, subscriptions, self.tx.now_ms, secret, self.security
        )


Find = Callable[[Transaction, bool], KeyRing]
"""Returns a ring in a transaction, for a change or for reading."""


class ApiKeys:
    """The resource family of API keys."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @route("GET", _OF_SUBSCRIPTION, query=PAGING, answers={200: Listing[ApiKey]})
    async def list(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Return the keys of a subscription, each by its first characters."""
        return await self._list(call, _own(api_id, subscription_id))

    @route(
        "POST",
        f"{_OF_SUBSCRIPTION}/_renew",
        body=Body.OPTIONAL,
        reads=KeyRenewal,
        answers={200: ApiKey},
    )
    async def renew(self, call: RestCall, api_id: str, subscription_id: str) -> Reply:
        """Create a key, and let the previous ones end in two hours."""
        return await self._renew(call, _own(api_id, subscription_id))

    @route(
        "PUT",
        f"{_OF_SUBSCRIPTION}/<key_id>",
        body=Body.REQUIRED,
        reads=KeyUpdate,
        answers={200: ApiKey},
    )
    async def put(
        self, call: RestCall, api_id: str, subscription_id: str, key_id: str
    ) -> Reply:
        """Set the end of a key."""
        change = partial(_expire, bodies.read(KeyUpdate, call.body).expire_at)
        return await self._change(_own(api_id, subscription_id), key_id, change)

    @route("POST", f"{_OF_SUBSCRIPTION}/<key_id>/_revoke", answers={200: ApiKey})
    async def revoke(
        self, call: RestCall, api_id: str, subscription_id: str, key_id: str
    ) -> Reply:
        """Revoke a key, and end its streams."""
        return await self._change(_own(api_id, subscription_id), key_id, _revoke)

    @route("POST", f"{_OF_SUBSCRIPTION}/<key_id>/_reactivate", answers={200: ApiKey})
    async def reactivate(
        self, call: RestCall, api_id: str, subscription_id: str, key_id: str
    ) -> Reply:
        """Reactivate a key that was revoked or has expired."""
        return await self._change(_own(api_id, subscription_id), key_id, _reactivate)

    @route("GET", _OF_APPLICATION, query=PAGING, answers={200: Listing[ApiKey]})
    async def list_shared(self, call: RestCall, application_id: str) -> Reply:
        """Return the shared keys of an application."""
        return await self._list(call, _shared(application_id))

    @route(
        "POST",
        f"{_OF_APPLICATION}/_renew",
        body=Body.OPTIONAL,
        reads=KeyRenewal,
        answers={200: ApiKey},
    )
    async def renew_shared(self, call: RestCall, application_id: str) -> Reply:
        """Create a shared key, and let the previous ones end in two hours."""
        return await self._renew(call, _shared(application_id))

    @route(
        "PUT",
        f"{_OF_APPLICATION}/<key_id>",
        body=Body.REQUIRED,
        reads=KeyUpdate,
        answers={200: ApiKey},
    )
    async def put_shared(
        self, call: RestCall, application_id: str, key_id: str
    ) -> Reply:
        """Set the end of a shared key."""
        change = partial(_expire, bodies.read(KeyUpdate, call.body).expire_at)
        return await self._change(_shared(application_id), key_id, change)

    @route("POST", f"{_OF_APPLICATION}/<key_id>/_revoke", answers={200: ApiKey})
    async def revoke_shared(
        self, call: RestCall, application_id: str, key_id: str
    ) -> Reply:
        """Revoke a shared key, and end its streams."""
        return await self._change(_shared(application_id), key_id, _revoke)

    @route("POST", f"{_OF_APPLICATION}/<key_id>/_reactivate", answers={200: ApiKey})
    async def reactivate_shared(
        self, call: RestCall, application_id: str, key_id: str
    ) -> Reply:
        """Reactivate a shared key that was revoked or has expired."""
        return await self._change(_shared(application_id), key_id, _reactivate)

    async def _list(self, call: RestCall, find: Find) -> Reply:
        page = Page.of(call.query)

        def work(tx: Transaction) -> tuple[list[dict[str, object]], int]:
            ring = find(tx, False)
            found = ring.keys
            return [ring.json(key) for key in page.cut(found)], len(found)

        data, total = await self._store.read(work)
        return Reply(200, page.listing(data, total, call.url))

    async def _renew(self, call: RestCall, find: Find) -> Reply:
        custom = bodies.read(KeyRenewal, call.body).custom_api_key

        def work(tx: Transaction) -> dict[str, object]:
            ring = find(tx, True)
            keys.check_custom(ring.security, custom)
            subscription = ring.subscription
            key, secret = keys.renew(
                tx,
                ring.application.id,
                None if subscription is None else subscription.id,
                ring.keys,
                custom,
            )
            return ring.json(key, call.shown_once(secret))

        return Reply(200, await self._store.write(work))

    async def _change(
        self,
        find: Find,
        key_id: str,
        change: Callable[[Transaction, ApiKeyRecord], ApiKeyRecord],
    ) -> Reply:
        def work(tx: Transaction) -> dict[str, object]:
            ring = find(tx, True)
            return ring.json(tx.api_keys.save(change(tx, ring.find(key_id))))

        return Reply(200, await self._store.write(work))


def _own(api_id: str, subscription_id: str) -> Find:
    def find(tx: Transaction, changes: bool) -> KeyRing:
        subscription = find_subscription(tx, api_id, subscription_id)
        application = find_application(tx, subscription.application_id)
        plan = find_plan(tx, api_id, subscription.plan_id)
        security = security_type(plan.definition)
        shared = keys.is_shared(application, security)
        if changes:
            rules.check_keys(subscription, plan)
            if shared:
                raise ActionRefused(
                    "The keys of this subscription are shared: use those of its"
                    " application",
                    "apiKey.shared",
                    application=application.id,
                )
        if shared:
            return KeyRing(tx, application, None)
        return KeyRing(tx, application, subscription, security)

    return find


def _shared(application_id: str) -> Find:
    def find(tx: Transaction, changes: bool) -> KeyRing:
        application = find_application(tx, application_id)
        if changes:
            rules.check_active(application)
            if application.api_key_mode != "SHARED":
                raise ActionRefused(
                    "The subscriptions of this application have keys of their own",
                    "apiKey.notShared",
                    application=application.id,
                )
        return KeyRing(tx, application, None)

    return find


def _expire(at_ms: int | None, tx: Transaction, key: ApiKeyRecord) -> ApiKeyRecord:
    if key.revoked_at_ms is not None:
        raise ActionRefused("The API key is revoked", "apiKey.revoked", key=key.id)
    return replace(key, expire_at_ms=at_ms)


def _revoke(tx: Transaction, key: ApiKeyRecord) -> ApiKeyRecord:
    if key.revoked_at_ms is not None:
        raise ActionRefused(
            "The API key is revoked already", "apiKey.revoked", key=key.id
        )
    return replace(key, revoked_at_ms=tx.now_ms)


def _reactivate(tx: Transaction, key: ApiKeyRecord) -> ApiKeyRecord:
    if keys.usable(key, tx.now_ms):
        raise ActionRefused(
            "The API key is active already", "apiKey.active", key=key.id
        )
    expired = key.expire_at_ms is not None and key.expire_at_ms <= tx.now_ms
    return replace(
        key,
        revoked_at_ms=None,
        expire_at_ms=None if expired else key.expire_at_ms,
    )
