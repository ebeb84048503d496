"""The bodies and responses of the Automation API, as the OpenAPI document has them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict

from relay.management.shapes.common import Timestamp
from relay.model.hrid import Hrid
from relay.model.schema.base import Value

Json = dict[str, Any]


class Errors(Value):
    """What was noticed about a body."""

    severe: tuple[str, ...]
    """Why a dry run is refused; empty in other responses."""
    warning: tuple[str, ...]
    """What has no effect, or was left out."""


class Open(Value):
    """An object with further members: those of a definition."""

    model_config = ConfigDict(extra="allow")


class Status(Open):
    """The members that every state has."""

    id: str
    environment_id: str
    organization_id: str
    errors: Errors


class PlanSpec(Open):
    """A plan as it shall be."""

    id: str | None = None
    """Without effect in a body."""
    hrid: Hrid
    name: str
    status: Literal["STAGING", "PUBLISHED", "DEPRECATED", "CLOSED"] = "PUBLISHED"
    mode: Literal["STANDARD", "PUSH"] = "STANDARD"
    security: Json | None = None
    validation: Literal["AUTO", "MANUAL"] = "MANUAL"


class ApiSpec(Open):
    """An API as it shall be, with its plans: the members of a definition, with
    `version` for `apiVersion`."""

    hrid: Hrid
    name: str
    version: str = "1.0"
    type: Literal["PROXY", "MESSAGE"]
    listeners: tuple[Json, ...]
    endpoint_groups: tuple[Json, ...]
    plans: tuple[PlanSpec, ...] = ()
    """All plans. One that the API has and the list has not is deleted, or closed if it
    has had subscriptions."""
    state: Literal["STARTED", "STOPPED"] | None = None
    """Whether the API is served; without it nothing is started or stopped."""
    lifecycle_state: str | None = None
    visibility: Literal["PUBLIC", "PRIVATE"] | None = None


class ApiState(ApiSpec, Status):
    """An API as it is."""


class ApplicationSpec(Open):
    """An application as it shall be."""

    hrid: Hrid
    name: str
    description: str | None = None
    domain: str | None = None
    settings: Json | None = None


class ApplicationState(ApplicationSpec, Status):
    """An application as it is."""

    status: Literal["ACTIVE"]


class SubscriptionState(Status):
    """A subscription as it is."""

    hrid: Hrid
    api_hrid: Hrid
    plan_hrid: Hrid
    application_hrid: Hrid
    status: str
    metadata: dict[str, str]
    starting_at: Timestamp | None = None
    ending_at: Timestamp | None = None
    consumer_configuration: Json | None = None


class SharedPolicyGroupSpec(Open):
    """A shared policy group as it shall be."""

    hrid: Hrid
    name: str
    description: str | None = None
    prerequisite_message: str | None = None
    api_type: Literal["PROXY", "MESSAGE"]
    phase: Literal["REQUEST", "RESPONSE", "PUBLISH", "SUBSCRIBE"]
    steps: tuple[Json, ...] = ()


class SharedPolicyGroupState(SharedPolicyGroupSpec, Status):
    """A shared policy group as it is."""

    cross_id: str
