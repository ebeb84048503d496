"""Request bodies for subscriptions and API keys."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from relay.model.consumers.api_key import CustomKey
from relay.model.consumers.records import ApiKeyMode
from relay.model.hrid import Hrid
from relay.model.schema.base import Options, Value
from relay.model.schema.types.scalars import Instant, Upper

Secret = Annotated[CustomKey | None, Field(repr=False)]
Mode = Annotated[ApiKeyMode, Upper]
Reason = Annotated[str, Field(max_length=10_000)] | None


Configured = Annotated[Any, Field(repr=False)]
"""Parsed when its plan is known."""


class PublisherSubscription(Options):
    """A subscription that a publisher creates for an application."""

    hrid: Hrid | None = None
    application_id: str
    plan_id: str
    custom_api_key: Secret = None
    metadata: dict[str, str] = {}
    api_key_mode: Mode | None = None
    consumer_configuration: Configured = None


class ConsumerSubscription(Options):
    """A subscription that a consumer requests."""

    hrid: Hrid | None = None
    plan_id: str
    consumer_message: Reason = None
    metadata: dict[str, str] = {}
    api_key_mode: Mode | None = None
    consumer_configuration: Configured = None


class SubscriptionUpdate(Value):
    """The members of a subscription that are replaced; an absent one is removed."""

    hrid: Hrid | None = None
    metadata: dict[str, str] | None = None
    starting_at: Instant | None = None
    ending_at: Instant | None = None
    consumer_configuration: Configured = None


class Acceptance(Options):
    """How a subscription is accepted."""

    reason: Reason = None
    custom_api_key: Secret = None
    starting_at: Instant | None = None
    ending_at: Instant | None = None


class Rejection(Options):
    """Why a subscription is rejected."""

    reason: Reason = None


class Transfer(Options):
    """The plan that a subscription is transferred to."""

    plan_id: str


class KeyToVerify(Options):
    """A key whose availability is checked."""

    application_id: str
    api_key: Annotated[Any, Field(repr=False)]


class KeyRenewal(Options):
    """How a key is renewed."""

    custom_api_key: Secret = None


class KeyUpdate(Value):
    """The end of a key; null for none."""

    expire_at: Instant | None
