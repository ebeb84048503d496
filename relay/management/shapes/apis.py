"""The shapes of APIs and plans."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from relay.management.shapes.common import Extended, Origin, Owner, Timestamp
from relay.model.api.definition import ApiDefinition
from relay.model.api.publication_state import LifecycleState, Visibility
from relay.model.hrid import Hrid
from relay.model.plans.plan import PlanDefinition, PlanStatus
from relay.model.schema.base import Value


class MergePatch(Extended):
    """Members to set, and `null` for members to remove (RFC 7396)."""


class ApiBody(ApiDefinition):
    """An API as a publisher defines it. Members that only the server sets, such as `id`
    and `state`, are accepted and have no effect."""

    hrid: Hrid | None = None
    """By default derived from the name."""
    lifecycle_state: LifecycleState | None = None
    visibility: Visibility | None = None


class RunState(StrEnum):
    """Whether gateways serve the newest deployment of an API."""

    STARTED = "STARTED"
    STOPPED = "STOPPED"


class DefinitionContext(Value):
    """What maintains the definition."""

    origin: str
    mode: str
    sync_from: str


class ApiLinks(Value):
    """The URLs of the pictures."""

    picture_url: str
    background_url: str


class Api(ApiDefinition):
    """An API as it is saved, with its state."""

    id: str
    hrid: str
    created_at: Timestamp
    updated_at: Timestamp
    """The time of the last change, which is also in `ETag`."""
    deployed_at: Timestamp | None = None
    """The time of the newest deployment."""
    state: RunState
    lifecycle_state: LifecycleState
    visibility: Visibility
    deployment_state: Literal["DEPLOYED", "NEED_REDEPLOY"] | None = None
    """Whether the newest deployment contains all saved changes."""
    primary_owner: Owner
    origin_context: Origin
    definition_context: DefinitionContext
    links: Annotated[ApiLinks, Field(alias="_links")]


class PlanBody(PlanDefinition):
    """A plan as a publisher defines it. Members that only the server sets, such as `id`
    and `status`, are accepted and have no effect."""

    hrid: Hrid | None = None
    """By default derived from the name."""


class Plan(PlanDefinition):
    """A plan as it is saved, with its status."""

    id: str
    hrid: str
    api_id: str
    type: Literal["API"]
    status: PlanStatus
    created_at: Timestamp
    updated_at: Timestamp
    """The time of the last change, which is also in `ETag`."""
    published_at: Timestamp | None = None
    closed_at: Timestamp | None = None
