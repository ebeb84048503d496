"""Create API keys, within a transaction."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from relay.model.api.lifecycle import ActionRefused, security_type
from relay.model.consumers import subscriptions as rules
from relay.model.consumers.api_key import digest_of, hint_of, new_key
from relay.model.consumers.records import (
    OPEN,
    ApiKeyMode,
    ApiKeyRecord,
    ApplicationRecord,
    SubscriptionRecord,
)
from relay.store.transaction import Transaction

Made = tuple[ApiKeyRecord, str]
"""The record of a key, and the key, which is not stored."""

GRACE_MS = 2 * 60 * 60 * 1000
"""The time for which keys remain valid after their renewal."""


def make(
    tx: Transaction,
    application_id: str,
    subscription_id: str | None,
    custom: str | None = None,
) -> Made:
    """
    Create a key, and store its digest.

    :param subscription_id: None for a shared key of the application.
    :param custom: a key chosen by the publisher; None for a random one.
    :raises ActionRefused: when the same key exists, or existed.
    """
    key = custom or new_key()
    digest = digest_of(key)
    if tx.api_keys.taken(digest):
        raise ActionRefused("API key already exists", "apiKey.exists")
    record = ApiKeyRecord(
        str(uuid4()),
        application_id,
        subscription_id,
        digest,
        hint_of(key),
        None,
        tx.now_ms,
        tx.now_ms,
        None,
    )
    tx.api_keys.add(record)
    return record, key


def make_first(
    tx: Transaction,
    subscription: SubscriptionRecord,
    application: ApplicationRecord,
    security: str | None,
    custom: str | None,
) -> Made | None:
    """
    Create the key of a subscription that was just accepted.

    :param security: the security type of its plan.
    :param custom: a key chosen by the publisher; None for a random one.
    :returns: None when the plan has no keys, or the application has a shared one.
    :raises ActionRefused: when the key exists, or must not be chosen.
    """
    check_custom(security, custom)
    if security not in rules.KEY_SECURITIES:
        return None
    if not is_shared(application, security):
        return make(tx, application.id, subscription.id, custom)
    if custom is not None:
        raise ActionRefused(
            "An application whose API keys are shared takes no custom key of one"
            " subscription",
            "apiKey.shared",
            application=application.id,
        )
    if any(usable(key, tx.now_ms) for key in tx.api_keys.shared(application.id)):
        return None
    return make(tx, application.id, None)


def is_shared(application: ApplicationRecord, security: str | None) -> bool:
    """
    :param security: the security type of a plan.
    :returns: whether the application's subscriptions to such plans share their keys;
        passwords are never shared.
    """
    return security == "API_KEY" and application.api_key_mode == "SHARED"


def check_custom(security: str | None, custom: str | None) -> None:
    """
    :param security: the security type of a plan.
    :param custom: a key chosen by the publisher.
    :raises ActionRefused: when the plan is for passwords: a chosen password could be
        guessed from its fast hash.
    """
    if custom is not None and security != "API_KEY":
        raise ActionRefused(
            "The plan of this subscription has no API keys that could be chosen",
            "plan.notApiKey",
        )


def renew(
    tx: Transaction,
    application_id: str,
    subscription_id: str | None,
    before: list[ApiKeyRecord],
    custom: str | None,
) -> Made:
    """
    Create a key that replaces others, which end after a period of grace.

    :param before: the existing keys.
    :param custom: a key chosen by the publisher; None for a random one.
    :raises ActionRefused: when the key exists.
    """
    end_ms = tx.now_ms + GRACE_MS
    for key in before:
        if usable(key, tx.now_ms) and (key.expire_at_ms or end_ms) >= end_ms:
            tx.api_keys.save(replace(key, expire_at_ms=end_ms))
    return make(tx, application_id, subscription_id, custom)


def usable(key: ApiKeyRecord, now_ms: int) -> bool:
    """
    :returns: whether a key is valid now.
    """
    return key.revoked_at_ms is None and (
        key.expire_at_ms is None or now_ms < key.expire_at_ms
    )


def revoke_all(tx: Transaction, subscription_id: str) -> None:
    """Revoke the keys of a subscription that has ended."""
    for key in tx.api_keys.of_subscription(subscription_id):
        if key.revoked_at_ms is None:
            tx.api_keys.save(replace(key, revoked_at_ms=tx.now_ms))


def choose_mode(
    tx: Transaction, application: ApplicationRecord, wanted: ApiKeyMode | None
) -> ApplicationRecord:
    """
    Set whether the keys of an application are shared, which is done once.

    :param wanted: None leaves it unset.
    :returns: the changed application.
    :raises ActionRefused: when the mode is set already, or cannot be set any more.
    """
    if wanted in (None, "UNSPECIFIED", application.api_key_mode):
        return application
    assert wanted is not None
    if application.api_key_mode != "UNSPECIFIED":
        raise ActionRefused(
            f"The API key mode of application [{application.id}] is"
            f" {application.api_key_mode}",
            "application.apiKeyMode",
            application=application.id,
        )
    if wanted == "SHARED":
        _share(tx, application)
    return tx.applications.save(replace(application, api_key_mode=wanted))


def _share(tx: Transaction, application: ApplicationRecord) -> None:
    having = [
        one
        for one in tx.subscriptions.of_application(application.id)
        if one.status in OPEN and goes_by_key(tx, one)
    ]
    if len(having) > 1:
        raise ActionRefused(
            f"Application [{application.id}] has several subscriptions with keys of"
            " their own",
            "application.apiKeyMode",
            application=application.id,
        )
    for one in having:
        tx.api_keys.share(one)


def goes_by_key(tx: Transaction, subscription: SubscriptionRecord) -> bool:
    """
    :returns: whether the plan of a subscription is for API keys.
    """
    plan = tx.plans.get(subscription.api_id, subscription.plan_id)
    return plan is not None and security_type(plan.definition) == "API_KEY"
