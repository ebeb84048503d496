"""Descriptive fields, which are stored and returned, and have no effect on gateways."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, Strict

from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Flag, Integral, Upper

Strings = tuple[str, ...] | None
Kept = Annotated[Any, Field(repr=False)]
"""Any JSON; not in ``repr``, since it may hold secrets or be large."""


class ApiDescription(Options):
    """Descriptive fields of an API definition, for people and portals."""

    description: str | None = None
    cross_id: str | None = None
    hrid: str | None = None
    tags: Strings = None
    """Sharding tags; there is one shard, so that every gateway serves every tag."""
    categories: Strings = None
    labels: Strings = None
    groups: Strings = None
    members: Kept = None
    metadata: Kept = None
    pages: Kept = None
    properties: Kept = None
    """Values for expressions, of which there are none yet."""
    picture: Kept = None
    picture_url: str | None = None
    background: Kept = None
    background_url: str | None = None
    disable_membership_notifications: Flag | None = None
    notify_members: Flag | None = None
    allowed_in_api_products: Flag | None = None
    allow_multi_jwt_oauth2_subscriptions: Flag | None = None


class PlanDescription(Options):
    """Descriptive fields of a plan, for people and portals."""

    description: str | None = None
    cross_id: str | None = None
    hrid: str | None = None
    order: Annotated[int, Strict(), Field(ge=0, le=1_000_000), Integral] = 0
    characteristics: Strings = None
    comment_required: Flag | None = None
    comment_message: str | None = None
    general_conditions: str | None = None
    """The id of a page that subscribers accept; a keyless plan has no subscribers."""
    validation: Annotated[Literal["AUTO", "MANUAL"], Upper] = "MANUAL"
    """Who accepts subscriptions; a keyless plan has none."""
