"""Descriptive fields, which are stored and returned, and have no effect on gateways."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, Strict

from relay.model.schema.base import Options
from relay.model.schema.types.keywords import INEFFECTIVE
from relay.model.schema.types.scalars import Flag, Integral, Upper

Strings = tuple[str, ...] | None
Kept = Annotated[Any, Field(repr=False)]
"""Any JSON; not in ``repr``, since it may hold secrets or be large."""


class ApiDescription(Options):
    """Descriptive fields of an API definition, for people and portals."""

    description: str | None = None
    """What the API is for."""
    cross_id: str | None = None
    """An id that is the same in all environments."""
    tags: Strings = None
    """Sharding tags. Every gateway serves every tag."""
    categories: Strings = None
    """Categories, by which APIs are found."""
    labels: Strings = None
    """Labels, by which APIs are found."""
    groups: Strings = None
    """Without effect."""
    members: Kept = None
    metadata: Kept = None
    pages: Kept = None
    picture: Kept = None
    picture_url: str | None = None
    """The URL of the picture."""
    background: Kept = None
    background_url: str | None = None
    """The URL of the background picture."""
    disable_membership_notifications: Annotated[Flag | None, INEFFECTIVE] = None
    notify_members: Annotated[Flag | None, INEFFECTIVE] = None
    allowed_in_api_products: Annotated[Flag | None, INEFFECTIVE] = None
    allow_multi_jwt_oauth2_subscriptions: Annotated[Flag | None, INEFFECTIVE] = None


class PlanDescription(Options):
    """Descriptive fields of a plan, for people and portals."""

    description: str | None = None
    """What the plan is for."""
    cross_id: str | None = None
    """An id that is the same in all environments."""
    order: Annotated[int, Strict(), Field(ge=0, le=1_000_000), Integral] = 0
    """The place among the plans of the API; plans are tried in this order."""
    characteristics: Strings = None
    """Keywords for portals."""
    comment_required: Flag | None = None
    """Consumers must write a message when they subscribe."""
    comment_message: str | None = None
    """The question to which this message answers."""
    general_conditions: str | None = None
    """The id of a page that subscribers accept; a keyless plan has no subscribers."""
    validation: Annotated[Literal["AUTO", "MANUAL"], Upper] = "MANUAL"
    """Whether subscriptions are accepted at once, or by a publisher; a keyless plan has
    none."""
