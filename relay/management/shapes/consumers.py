"""The shapes of applications, subscriptions and API keys."""

from __future__ import annotations

from typing import Any, Literal

from relay.management.shapes.common import Named, Owner, Timestamp
from relay.model.consumers.application import ApplicationDefinition
from relay.model.consumers.records import ApiKeyMode, ApplicationStatus
from relay.model.schema.base import Value


class Application(ApplicationDefinition):
    """An application as it is saved."""

    id: str
    hrid: str
    type: str
    api_key_mode: ApiKeyMode
    status: ApplicationStatus
    primary_owner: Owner
    created_at: Timestamp
    updated_at: Timestamp
    """The time of the last change, which is also in `ETag`."""


class SecurityType(Value):
    """The security of a plan."""

    type: str | None = None


class SubscribedPlan(Named):
    """The plan of a subscription."""

    mode: Literal["PUSH"] | None = None
    """Of a plan without security, whose consumers are called."""
    security: SecurityType | None = None


class KeyHolder(Named):
    """An application, with the mode of its keys."""

    api_key_mode: ApiKeyMode


class CreatedKey(Value):
    """An API key that was just created, and that no other response contains."""

    id: str
    key: str


class CreatedCredentials(Value):
    """Credentials that were just created, and that no other response contains."""

    id: str
    username: str
    password: str


class Subscription(Value):
    """A subscription with its API, plan and application."""

    id: str
    hrid: str
    api: Named
    plan: SubscribedPlan
    application: KeyHolder
    status: Literal["PENDING", "REJECTED", "ACCEPTED", "PAUSED", "CLOSED"]
    consumer_status: Literal["STARTED", "FAILURE"]
    """Whether events are delivered, or delivery has given up."""
    failure_cause: str | None = None
    metadata: dict[str, str]
    subscribed_by: Owner
    origin: str
    consumer_configuration: dict[str, Any] | None = None
    """Of a PUSH plan, with secrets masked."""
    consumer_message: str | None = None
    publisher_message: str | None = None
    processed_by: Owner | None = None
    created_at: Timestamp
    updated_at: Timestamp
    """The time of the last change, which is also in `ETag`."""
    processed_at: Timestamp | None = None
    starting_at: Timestamp | None = None
    ending_at: Timestamp | None = None
    paused_at: Timestamp | None = None
    closed_at: Timestamp | None = None
    api_key: CreatedKey | None = None
    credentials: CreatedCredentials | None = None


class KeySubscription(Value):
    """A subscription that a key is for."""

    id: str


class ApiKey(Value):
    """An API key, or the credentials of a BASIC plan."""

    id: str
    key: str | None = None
    """The key itself if it was just created, otherwise its first characters."""
    username: str | None = None
    """Of a BASIC plan."""
    password: str | None = None
    """As `key`, of a BASIC plan."""
    application: KeyHolder
    subscriptions: tuple[KeySubscription, ...]
    revoked: bool
    paused: bool
    expired: bool
    created_at: Timestamp
    updated_at: Timestamp
    expire_at: Timestamp | None = None
    revoked_at: Timestamp | None = None
