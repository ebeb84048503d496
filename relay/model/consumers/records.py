"""Consumers of APIs, as the store keeps them and as gateways know them.

Times are integer milliseconds since the Unix epoch. Only the SHA-256 digest of an API
key is stored; the key itself is shown once, when it is created.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

ApiKeyMode = Literal["UNSPECIFIED", "EXCLUSIVE", "SHARED"]
"""Whether each subscription of an application has keys of its own; ``UNSPECIFIED`` acts
as ``EXCLUSIVE``."""
ApplicationStatus = Literal["ACTIVE", "ARCHIVED"]
SubscriptionStatus = Literal["PENDING", "REJECTED", "ACCEPTED", "PAUSED", "CLOSED"]
ConsumerStatus = Literal["STARTED", "FAILURE"]
"""Whether events are delivered, or delivery has given up."""

OPEN: frozenset[str] = frozenset({"PENDING", "ACCEPTED", "PAUSED"})
"""The statuses of a subscription that is not over."""


@dataclass(frozen=True, slots=True)
class ApplicationRecord:
    """An application, which consumes APIs."""

    id: str
    """A lower-case UUIDv4."""
    hrid: str
    """Its human-readable id, which no other active application has."""
    definition: dict[str, Any] = field(repr=False)
    """The result of ``ApplicationDefinition.to_json``."""
    api_key_mode: ApiKeyMode
    status: ApplicationStatus
    created_at_ms: int
    updated_at_ms: int


@dataclass(frozen=True, slots=True)
class SubscriptionRecord:
    """An application's right to call an API by one of its plans."""

    id: str
    api_id: str
    plan_id: str
    application_id: str
    hrid: str
    """Its human-readable id, which no other open subscription to the API has."""
    status: SubscriptionStatus
    consumer_message: str | None
    publisher_message: str | None
    metadata: dict[str, str]
    starting_at_ms: int | None
    ending_at_ms: int | None
    created_at_ms: int
    updated_at_ms: int
    processed_at_ms: int | None
    """When it was accepted or rejected."""
    paused_at_ms: int | None
    closed_at_ms: int | None
    consumer_configuration: dict[str, Any] | None = field(default=None, repr=False)
    """Where its events are delivered; None unless its plan is a PUSH plan."""
    consumer_status: ConsumerStatus = "STARTED"
    failure_cause: str | None = None
    """Why delivery has given up, as text."""

    @property
    def is_open(self) -> bool:
        """Whether it is neither rejected nor closed."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """An API key."""

    id: str
    application_id: str
    subscription_id: str | None
    """``None`` for a key that all subscriptions of the application share."""
    digest: str = field(repr=False)
    hint: str
    """The first characters of the key, to tell keys apart."""
    expire_at_ms: int | None
    created_at_ms: int
    updated_at_ms: int
    revoked_at_ms: int | None


class KeyState(NamedTuple):
    """An API key as gateways know it."""

    digest: str
    expires_at_ms: int | None
    revoked: bool


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A subscription that was accepted, as gateways know it."""

    subscription_id: str
    api_id: str
    plan_id: str
    application_id: str
    starts_at_ms: int | None
    ends_at_ms: int | None
    keys: tuple[KeyState, ...] = field(default=(), repr=False)
    client_id: str | None = None
    """The client id by which tokens name the application."""
    certificate: str | None = None
    """The ``x5t#S256`` of the application's client certificate."""
    settings: dict[str, Any] = field(default_factory=dict, repr=False)
    """The application's ``settings``."""
    consumer_configuration: dict[str, Any] | None = field(default=None, repr=False)
    """Where its events are delivered; None for a subscription of a caller."""
    failed: bool = False
    """Whether delivery has given up."""
    application_name: str = ""
    metadata: dict[str, str] = field(default_factory=dict, repr=False)
