"""The JSON of applications, subscriptions and API keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from relay.management.consumers.configuration import configuration_json
from relay.management.http.errors import NotFound
from relay.management.http.reply import Reply, version_headers
from relay.management.resources.representations import OWNER, find_api
from relay.model.api.lifecycle import security_type
from relay.model.consumers.records import (
    ApiKeyRecord,
    ApplicationRecord,
    SubscriptionRecord,
)
from relay.model.records import ApiRecord, PlanRecord
from relay.model.schema.types.timestamps import timestamp
from relay.store.transaction import Transaction


def application_json(record: ApplicationRecord) -> dict[str, Any]:
    """Return the response for an application."""
    return {
        "id": record.id,
        "hrid": record.hrid,
        "type": "SIMPLE",
        **record.definition,
        "apiKeyMode": record.api_key_mode,
        "status": record.status,
        "primaryOwner": OWNER,
        "createdAt": timestamp(record.created_at_ms),
        "updatedAt": timestamp(record.updated_at_ms),
    }


@dataclass(frozen=True, slots=True)
class SubscriptionView:
    """A subscription with its API, plan and application."""

    record: SubscriptionRecord
    api: ApiRecord
    plan: PlanRecord
    application: ApplicationRecord
    made: tuple[ApiKeyRecord, str] | None = None
    """A key that was just created, and is shown once."""
    secret: str | None = field(default=None, repr=False)
    """A signing secret that was just generated, and is shown once."""

    def shown_by(self, show: Callable[[str], str]) -> SubscriptionView:
        """
        :param show: returns what is shown of a secret that was just created.
        """
        made, secret = self.made, self.secret
        return replace(
            self,
            made=None if made is None else (made[0], show(made[1])),
            secret=None if secret is None else show(secret),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of the subscription."""
        record, application = self.record, self.application
        shape: dict[str, Any] = {
            "id": record.id,
            "hrid": record.hrid,
            "api": {"id": self.api.id, "name": self.api.definition.get("name")},
            "plan": {
                "id": self.plan.id,
                "name": self.plan.definition.get("name"),
                **_recognising(self.plan),
            },
            "application": {
                "id": application.id,
                "name": application.definition.get("name"),
                "apiKeyMode": application.api_key_mode,
            },
            "status": record.status,
            "consumerStatus": record.consumer_status,
            "metadata": record.metadata,
            "subscribedBy": OWNER,
            "origin": "MANAGEMENT",
            "createdAt": timestamp(record.created_at_ms),
            "updatedAt": timestamp(record.updated_at_ms),
        }
        if record.consumer_configuration is not None:
            shape["consumerConfiguration"] = configuration_json(
                record.consumer_configuration, self.secret
            )
        if record.failure_cause is not None:
            shape["failureCause"] = record.failure_cause
        if record.consumer_message is not None:
            shape["consumerMessage"] = record.consumer_message
        if record.publisher_message is not None:
            shape["publisherMessage"] = record.publisher_message
        if record.processed_at_ms is not None:
            shape["processedBy"] = OWNER
        shape |= _times(
            processedAt=record.processed_at_ms,
            startingAt=record.starting_at_ms,
            endingAt=record.ending_at_ms,
            pausedAt=record.paused_at_ms,
            closedAt=record.closed_at_ms,
        )
        if self.made is not None:
            key, secret = self.made
            security = security_type(self.plan.definition)
            name = "credentials" if security == "BASIC" else "apiKey"
            shape[name] = {"id": key.id, **secret_json(key, security, secret)}
        return shape

    def reply(self, status: int = 200) -> Reply:
        """Return the response for the subscription."""
        headers = version_headers(self.record.updated_at_ms)
        return Reply(status, self.to_json(), headers)


def api_key_json(
    record: ApiKeyRecord,
    application: ApplicationRecord,
    subscriptions: list[SubscriptionRecord],
    now_ms: int,
    secret: str | None = None,
    security: str | None = "API_KEY",
) -> dict[str, Any]:
    """
    :param subscriptions: that the key is for.
    :param now_ms: milliseconds since the Unix epoch.
    :param secret: the key itself, if it was just created.
    :param security: the security type of the plans that the key is for.
    """
    expires = record.expire_at_ms
    return {
        "id": record.id,
        **secret_json(record, security, record.hint if secret is None else secret),
        "application": {
            "id": application.id,
            "name": application.definition.get("name"),
            "apiKeyMode": application.api_key_mode,
        },
        "subscriptions": [{"id": one.id} for one in subscriptions],
        "revoked": record.revoked_at_ms is not None,
        "paused": bool(subscriptions)
        and all(one.status == "PAUSED" for one in subscriptions),
        "expired": expires is not None and expires <= now_ms,
        "createdAt": timestamp(record.created_at_ms),
        "updatedAt": timestamp(record.updated_at_ms),
        **_times(expireAt=expires, revokedAt=record.revoked_at_ms),
    }


def secret_json(
    record: ApiKeyRecord, security: str | None, secret: str
) -> dict[str, Any]:
    """
    :param security: the security type of the plan that a key is for.
    :param secret: the key, or its first characters.
    :returns: the members in which the consumer finds the credential.
    """
    if security == "BASIC":
        return {"username": record.subscription_id, "password": secret}
    return {"key": secret}


def find_application(tx: Transaction, application_id: str) -> ApplicationRecord:
    """
    :raises NotFound: when there is no such application.
    """
    record = tx.applications.get(application_id)
    if record is None:
        raise NotFound(
            f"Application [{application_id}] cannot be found.",
            "application.notFound",
            {"application": application_id},
        )
    return record


def find_subscription(
    tx: Transaction, api_id: str, subscription_id: str
) -> SubscriptionRecord:
    """
    :raises NotFound: when there is no such API, or no such subscription to it.
    """
    find_api(tx, api_id)
    record = tx.subscriptions.get(api_id, subscription_id)
    if record is None:
        raise NotFound(
            f"Subscription [{subscription_id}] cannot be found.",
            "subscription.notFound",
            {"subscription": subscription_id},
        )
    return record


def view_subscription(
    tx: Transaction,
    record: SubscriptionRecord,
    made: tuple[ApiKeyRecord, str] | None = None,
    secret: str | None = None,
) -> SubscriptionView:
    """
    :param made: a key that was just created.
    :param secret: a signing secret that was just generated.
    """
    api, plan = tx.apis.get(record.api_id), tx.plans.get(record.api_id, record.plan_id)
    application = tx.applications.get(record.application_id)
    # The store has no subscription without them.
    assert api is not None and plan is not None and application is not None
    return SubscriptionView(record, api, plan, application, made, secret)


def _recognising(plan: PlanRecord) -> dict[str, Any]:
    security = security_type(plan.definition)
    return {"mode": "PUSH"} if security is None else {"security": {"type": security}}


def _times(**instants: int | None) -> Mapping[str, str]:
    return {
        name: timestamp(at_ms) for name, at_ms in instants.items() if at_ms is not None
    }
