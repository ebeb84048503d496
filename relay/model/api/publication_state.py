"""The members of an API that are not part of its definition."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import model_validator

from relay.model.hrid import Hrid
from relay.model.schema.base import Options
from relay.model.schema.types.scalars import Upper


class LifecycleState(StrEnum):
    """The lifecycle of an API in the console; gateways ignore it."""

    CREATED = "CREATED"
    PUBLISHED = "PUBLISHED"
    UNPUBLISHED = "UNPUBLISHED"
    DEPRECATED = "DEPRECATED"
    ARCHIVED = "ARCHIVED"


class Visibility(StrEnum):
    """The visibility of an API in a portal."""

    PUBLIC = "PUBLIC"
    PRIVATE = "PRIVATE"


class PublicationState(Options):
    """The fields of an API body that can be set and stand beside the definition;
    ``None`` for a field that the body does not set."""

    hrid: Hrid | None = None
    """The human-readable id."""
    lifecycle_state: Annotated[LifecycleState | None, Upper] = None
    visibility: Annotated[Visibility | None, Upper] = None

    @model_validator(mode="before")
    @classmethod
    def _only_ours(cls, body: object) -> object:
        if not isinstance(body, Mapping):
            return body
        return {k: v for k, v in body.items() if k in SETTABLE}


SETTABLE = frozenset({"hrid", "lifecycleState", "visibility"})
